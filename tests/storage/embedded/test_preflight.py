"""The preflight of this machine, with real mongods for each kind of failure."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from core.checks import told
from core.model import Check
from core.settings import Settings
from core.storage.embedded.preflight import check_machine
from core.texts import ENGLISH
from tests.wheel import NOBODY_HAS, install_wheel

SECRET = "hunter2secret"
linux = pytest.mark.skipif(sys.platform != "linux", reason="libraries are lent on Linux only")
shell = pytest.mark.skipif(sys.platform == "win32", reason="the program is a shell script")


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder whose name is short enough for a socket."""
    with tempfile.TemporaryDirectory(prefix="courbe-") as name:
        yield Path(name)


def looked_at(folder: Path, **settings: Any) -> dict[str, Check]:
    """The checks by their codes; asserts that none contains a secret."""
    given = {"data_dir": folder / "data", "mongodb_uri": None} | settings
    checks = list(check_machine(Settings(_env_file=None, **given)))
    for check in checks:
        assert SECRET not in str(told(check, ENGLISH))
    return {check.code: check for check in checks}


def test_where_all_is_in_order_every_line_says_so(folder: Path) -> None:
    found = looked_at(folder)
    assert [code for code, check in found.items() if check.passed is not True] == []
    assert {"data-folder", "data-disk", "mongod-start", "mongodb-rights", "mongodb-statistics"} <= set(found)
    assert {"mongod-path", "mongod-bundled"} & set(found)
    assert found["data-folder"].details["folder"] == str(folder / "data")


@pytest.mark.skipif(sys.platform == "win32", reason="a home is elsewhere there")
def test_the_home_is_not_named(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(folder))
    assert looked_at(folder)["data-folder"].details["folder"] == "~/data"


def test_a_named_database_is_looked_at_and_nothing_embedded(folder: Path) -> None:
    uri = SecretStr(f"mongodb://me:{SECRET}@127.0.0.1:1/?serverSelectionTimeoutMS=300")
    found = looked_at(folder, mongodb_uri=uri)
    assert found["mongodb-open"].passed is False
    assert not [code for code in found if code.startswith(("mongod-", "data-"))]
    assert not (folder / "data").exists()


def test_what_is_no_address_ends_the_list(folder: Path) -> None:
    found = looked_at(folder, mongodb_uri=SecretStr(f"{SECRET}://"))
    assert [(code, check.passed) for code, check in found.items()] == [("mongodb-uri", False)]


def test_a_data_folder_that_cannot_be_used_ends_the_list(folder: Path) -> None:
    (folder / "data").write_text("not a folder")
    found = looked_at(folder)
    assert [(code, check.passed) for code, check in found.items()] == [("data-folder", False)]
    assert "COURBE_DATA_DIR" in told(found["data-folder"], ENGLISH).cure


@pytest.mark.skipif(sys.platform == "win32", reason="a home is elsewhere there")
def test_data_that_do_not_last_are_said_and_are_no_failure(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "home").write_text("")
    monkeypatch.setenv("HOME", str(folder / "home"))
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    monkeypatch.delenv("COURBE_DATA_DIR", raising=False)
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    found = {check.code: check for check in check_machine(Settings(_env_file=None))}
    assert found["mongod-start"].passed
    line = told(found["data-folder-lasts"], ENGLISH)
    assert found["data-folder-lasts"].passed is None
    assert str(folder / f"courbe-{os.getuid()}") in line.found
    assert "COURBE_DATA_DIR" in line.cure


@linux
def test_a_library_that_is_not_to_be_had_is_named(folder: Path, needy_mongod: Path) -> None:
    found = looked_at(folder, mongod=needy_mongod)
    assert found["mongod-setting"].passed is False
    assert found["mongod-setting"].details["library"] == NOBODY_HAS
    assert "mongod-start" not in found


@linux
def test_a_library_that_is_lent_is_named_with_its_package(
    folder: Path, needy_mongod: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install_wheel(folder / "site")
    monkeypatch.syspath_prepend(str(folder / "site"))
    found = looked_at(folder, mongod=needy_mongod)
    assert found["mongod-lent"].details == {"libraries": NOBODY_HAS, "package": "pycurl 7.0"}
    assert found["mongod-start"].passed


@shell
def test_a_mongod_that_does_not_run_is_passed_over_and_said(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "mongod").write_text("#!/bin/sh\nexit 3\n")
    (folder / "mongod").chmod(0o700)
    monkeypatch.setenv("PATH", str(folder), prepend=os.pathsep)
    found = looked_at(folder)
    assert found["mongod-path"].passed is None
    assert found["mongod-bundled"].passed
    assert found["mongod-start"].passed


@shell
def test_a_mongod_that_runs_and_does_not_start_is_said(folder: Path) -> None:
    script = 'if [ "$1" = --version ]; then echo "db version v6.0.5"; exit 0; fi; exit 14'
    (folder / "mongod").write_text(f"#!/bin/sh\n{script}\n")
    (folder / "mongod").chmod(0o700)
    found = looked_at(folder, mongod=folder / "mongod")
    assert found["mongod-setting"].passed
    assert found["mongod-start"].passed is False
    assert "mongodb-version" not in found
