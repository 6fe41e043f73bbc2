"""The folder of the embedded MongoDB, also for a user whose home is not writable."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

import pytest

from core.errors import StorageError
from core.settings import Settings, load_settings
from core.storage.embedded.folder import data_folder

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="users are told apart by number")


@pytest.fixture(autouse=True)
def spare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The temporary folder and the working folder of this test alone."""
    for name in [*os.environ]:
        if name.startswith(("COURBE_", "XDG_")):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    return tmp_path / "temporary" / f"courbe-{os.getuid()}"


def homeless(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Settings with a home in which nothing can be created, not even by root: it is a file."""
    (tmp_path / "home").write_text("")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    return load_settings()


def test_the_users_data_folder_lasts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    found = data_folder(load_settings())
    assert found.lasts
    assert found.path == load_settings().data_dir
    assert found.path.stat().st_mode & 0o777 == 0o700


def test_without_a_home_a_private_temporary_folder_serves(
    tmp_path: Path, spare: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    settings = homeless(tmp_path, monkeypatch)
    found = data_folder(settings)
    assert not found.lasts
    assert found.path == spare
    assert spare.stat().st_mode & 0o777 == 0o700
    assert data_folder(settings) == found, "every process of this user finds the same"
    assert str(spare) in caplog.text


def test_somebody_elses_folder_of_that_name_is_not_used(
    tmp_path: Path, spare: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = homeless(tmp_path, monkeypatch)
    spare.mkdir(mode=0o777)
    spare.chmod(0o777)
    with pytest.raises(StorageError) as raised:
        data_folder(settings)
    assert raised.value.code == "server-folder"
    spare.rmdir()
    (tmp_path / "trap").mkdir(mode=0o700)
    spare.symlink_to(tmp_path / "trap")
    with pytest.raises(StorageError):
        data_folder(settings)


def test_a_named_folder_is_binding(tmp_path: Path, spare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    homeless(tmp_path, monkeypatch)
    monkeypatch.setenv("COURBE_DATA_DIR", str(tmp_path / "home" / "mine"))
    found = data_folder(load_settings())
    assert found.path == tmp_path / "home" / "mine"
    assert not spare.exists()


def test_a_folder_that_is_there_is_never_left_for_an_empty_one(
    tmp_path: Path, spare: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    load_settings().data_dir.parent.mkdir(parents=True)
    load_settings().data_dir.write_text("cannot be used just now")
    assert data_folder(load_settings()).path == load_settings().data_dir
    assert not spare.exists()
