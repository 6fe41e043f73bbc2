"""The address of the server: kept for other processes, and with a path short enough for a socket."""

from __future__ import annotations

import json
import shutil
import stat
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from core.errors import StorageError
from core.storage.embedded import server
from core.storage.embedded.server import EmbeddedServer
from tests.storage.embedded.processes import (
    values,
    write,
)


def test_a_path_too_long_for_a_socket_is_no_obstacle(
    tmp_path: Path, started: Callable[..., EmbeddedServer]
) -> None:
    deep = tmp_path / ("long" * 30)
    running = started(deep)
    write(running, 1)
    first = running.uri
    running.stop()
    again = started(deep)
    assert again.uri == first, "other processes know the address"
    assert values(again) == [1]
    elsewhere = Path(json.loads((deep / "mongodb" / "address.json").read_text())["socket"]).parent
    assert not elsewhere.is_relative_to(deep)
    assert stat.S_IMODE(elsewhere.stat().st_mode) == 0o700
    again.stop()
    shutil.rmtree(elsewhere)


@pytest.mark.skipif(sys.platform == "win32", reason="there are no sockets there")
def test_a_temporary_folder_too_long_for_a_socket_is_no_obstacle(
    tmp_path: Path, started: Callable[..., EmbeddedServer], monkeypatch: pytest.MonkeyPatch
) -> None:
    deep = tmp_path / ("long" * 30)
    deep.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(deep))
    running = started(deep)
    write(running, 1)
    shutil.rmtree(Path(unquote(urlsplit(running.uri.get_secret_value()).netloc)).parent)
    assert not list(deep.glob("courbe-*")), "what could not be used is not left behind"


def test_an_address_that_cannot_be_read_is_no_traceback(folder: Path) -> None:
    (folder / "mongodb" / "address.json").mkdir(parents=True)
    with pytest.raises(StorageError) as raised:
        server.start(folder)
    assert raised.value.code == "server-folder"
