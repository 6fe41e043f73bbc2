"""Which mongod is used: named as in a shell, on PATH, or bundled."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from core.errors import StorageError
from core.storage.embedded import mongod as programs
from core.storage.embedded.server import EmbeddedServer
from tests.storage.embedded.processes import (
    LINKER,
    fake,
)


@pytest.mark.skipif(sys.platform == "win32", reason="the program is a link")
@pytest.mark.parametrize("name", ["mongod-here", "./mongod-here", "mongod-on-path"])
def test_a_program_may_be_named_as_in_a_shell(
    folder: Path, started: Callable[..., EmbeddedServer], monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    (folder / "bin").mkdir()
    for link in (folder / "mongod-here", folder / "bin" / "mongod-on-path"):
        link.symlink_to(programs.find_all(links=folder)[0].path)
    monkeypatch.chdir(folder)
    monkeypatch.setenv("PATH", str(folder / "bin"), prepend=os.pathsep)
    assert started(folder, Path(name)).pid


def test_a_program_that_is_not_there_or_may_not_run_is_named(folder: Path) -> None:
    with pytest.raises(StorageError) as raised:
        programs.find_all(folder / "nothing")
    assert raised.value.code == "server-missing"
    locked = fake(folder, "exit 0")
    locked.chmod(0o600)
    with pytest.raises(StorageError) as raised:
        programs.find_all(locked)
    assert raised.value.code == "server-not-executable"


def test_the_bundled_program_is_taken_where_the_one_on_the_path_cannot_run(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake(folder, LINKER)
    monkeypatch.setenv("PATH", str(folder), prepend=os.pathsep)
    found = programs.find_all(links=folder)[0]
    assert found.path.parent != folder
    assert found.version >= programs.OLDEST
