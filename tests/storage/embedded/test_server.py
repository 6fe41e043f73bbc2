"""The embedded MongoDB under real kills of mongod and its owner, and with several processes."""

from __future__ import annotations

import os
import resource
import signal
import socket
import stat
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import pytest
from pymongo import MongoClient
from pymongo.errors import OperationFailure, PyMongoError

from core.errors import StorageError
from core.storage.embedded import folder as folders
from core.storage.embedded import mongod as programs
from core.storage.embedded import server
from core.storage.embedded.address import Transport
from core.storage.embedded.server import EmbeddedServer
from tests.storage.embedded.processes import (
    LINKER,
    Child,
    fake,
    linux,
    until,
    values,
    write,
)


@pytest.mark.parametrize("transport", Transport)
def test_data_survive_a_restart(
    folder: Path, started: Callable[..., EmbeddedServer], transport: Transport
) -> None:
    for value in range(3):
        running = started(folder, transport=transport)
        write(running, value)
        running.stop()
    assert values(started(folder, transport=transport)) == [0, 1, 2]


def test_only_this_user_reaches_it(folder: Path, started: Callable[..., EmbeddedServer]) -> None:
    started(folder)
    home = folder / "mongodb"
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (home, home / "socket", home / "db")}
    assert modes == {"mongodb": 0o700, "socket": 0o700, "db": 0o700}
    for path in (home / "address.json", home / "mongod.log", home / "socket" / "mongod.sock"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


@linux
def test_no_secret_of_ours_is_handed_to_it(
    folder: Path, started: Callable[..., EmbeddedServer], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COURBE_API_TOKEN", "hunter2")
    running = started(folder)
    surroundings = Path(f"/proc/{running.pid}/environ").read_bytes()
    assert b"PATH=" in surroundings
    assert b"hunter2" not in surroundings


@linux
def test_it_opens_no_network_port(folder: Path, started: Callable[..., EmbeddedServer]) -> None:
    running = started(folder)
    mine = {str(link.readlink()) for link in Path(f"/proc/{running.pid}/fd").iterdir() if link.is_symlink()}
    rows = [
        line.split()
        for table in ("tcp", "tcp6", "udp", "udp6")
        for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]
    ]
    assert any(name.startswith("socket:") for name in mine)
    assert not [row for row in rows if f"socket:[{row[9]}]" in mine]


@linux
def test_it_may_open_as_many_files_as_the_system_allows(
    folder: Path, started: Callable[..., EmbeddedServer]
) -> None:
    """A shell allows 1,024 by default; a demonstration with a hundred guests needs more."""
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (512, before[1]))
    try:
        running = started(folder)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)
    assert running.pid
    soft, hard = resource.prlimit(running.pid, resource.RLIMIT_NOFILE)
    assert soft > 512
    assert hard == before[1]


def test_a_port_asks_for_the_password(folder: Path, started: Callable[..., EmbeddedServer]) -> None:
    running = started(folder, transport=Transport.PORT)
    write(running, 1)
    address = running.uri.get_secret_value().rpartition("@")[2].partition("/")[0]
    with (
        MongoClient[dict[str, Any]](f"mongodb://{address}") as stranger,
        pytest.raises(OperationFailure, match="requires authentication"),
    ):
        stranger.test.seen.find_one()
    with (
        MongoClient[dict[str, Any]](f"mongodb://{address}") as stranger,
        pytest.raises(OperationFailure),
    ):
        stranger.admin.command("createUser", "mallory", pwd="x", roles=["root"])
    assert stat.S_IMODE((folder / "mongodb" / "address.json").stat().st_mode) == 0o600


def test_a_killed_mongod_is_started_again(folder: Path, started: Callable[..., EmbeddedServer]) -> None:
    running = started(folder)
    write(running, 1)
    before = running.pid
    assert before
    os.kill(before, signal.SIGKILL)
    until(lambda: running.pid not in (None, before))
    running.wait()
    write(running, 2)
    assert values(running) == [1, 2]


@pytest.mark.skipif(sys.platform == "win32", reason="the program is a shell script")
@pytest.mark.parametrize("end", ["kill -9 $$", "kill -TERM $$", "exit 0"])
def test_a_mongod_ended_while_it_starts_is_started_again(
    folder: Path, started: Callable[..., EmbeddedServer], end: str
) -> None:
    program = programs.find_all(links=folder)[0]
    lent = " ".join(f"{name}={value}" for name, value in program.lent.environment({}).items())
    script = f'mkdir "$0.ended" && {end}; exec env {lent} {program.path} "$@"'
    running = started(folder, fake(folder, VERSION + script))
    assert (folder / "mongod.ended").exists()
    write(running, 1)
    assert values(running) == [1]


def test_another_process_takes_over_when_the_owner_is_killed(
    folder: Path, started: Callable[..., EmbeddedServer]
) -> None:
    owner = Child(folder)
    assert owner.mongod()
    running = started(folder)
    address = running.uri
    assert running.pid is None, "the other process owns it"
    write(running, 1)
    owner.kill()
    until(lambda: running.pid is not None)
    running.wait()
    assert running.uri == address
    assert values(running) == [1]


def test_leaving_does_not_stop_what_another_process_owns(
    folder: Path, started: Callable[..., EmbeddedServer]
) -> None:
    running = started(folder)
    guest = Child(folder)
    assert guest.mongod() == 0
    guest.close()
    write(running, 1)
    assert running.pid
    assert values(running) == [1]


def test_processes_that_start_at_once_share_one_server(folder: Path) -> None:
    children = [Child(folder) for _ in range(3)]
    owned = [child.mongod() for child in children]
    for child in children:
        child.close()
    assert len([pid for pid in owned if pid]) == 1


def test_what_a_crash_left_behind_is_no_obstacle(
    folder: Path, started: Callable[..., EmbeddedServer]
) -> None:
    running = started(folder)
    write(running, 1)
    running.stop()
    home = folder / "mongodb"
    (home / "db" / "mongod.lock").write_text("4242\n")
    (home / "owner.lock").write_text("4242\n")
    with socket.socket(socket.AF_UNIX) as stale:
        (home / "socket" / "mongod.sock").unlink(missing_ok=True)
        stale.bind(str(home / "socket" / "mongod.sock"))
    (home / "address.json").write_text("{ not whole")
    assert values(started(folder)) == [1]


def test_a_stopped_server_says_so(folder: Path, started: Callable[..., EmbeddedServer]) -> None:
    running = started(folder)
    running.stop()
    running.stop()
    assert not running.alive


VERSION: Final = 'if [ "$1" = --version ]; then echo "db version v6.0.5"; exit 0; fi; '


GLIBC: Final = "echo \"mongod: /lib/libc.so.6: version 'GLIBC_2.34' not found\" >&2; exit 1"


@pytest.mark.skipif(sys.platform == "win32", reason="the programs are shell scripts")
@pytest.mark.parametrize(
    ("script", "code"),
    [
        (LINKER, "server-library"),
        (GLIBC, "server-old-system"),
        ("echo 'db version v4.4.29'", "server-old-program"),
        ("kill -ILL $$", "server-processor"),
        ("exit 3", "server-cannot-run"),
        (VERSION + "exit 62", "server-newer-data"),
        (VERSION + "echo 'No space left on device'; exit 1", "server-disk-full"),
        (VERSION + "echo 'Permission denied'; exit 1", "server-folder"),
        (VERSION + "echo 'Unable to create/open the lock file: Read-only'; exit 100", "server-folder"),
        (VERSION + "exit 5", "server-start"),
    ],
)
def test_what_keeps_it_from_starting_is_named(folder: Path, script: str, code: str) -> None:
    with pytest.raises(StorageError) as raised:
        server.start(folder, fake(folder, script))
    assert raised.value.code == code
    assert raised.value.happened()
    assert raised.value.cure()


@pytest.mark.skipif(sys.platform == "win32", reason="the program is a shell script")
@pytest.mark.parametrize("end", ["exit 62", "exit 5"])
def test_the_bundled_program_is_taken_where_the_one_on_the_path_cannot_start_on_the_data(
    folder: Path, started: Callable[..., EmbeddedServer], monkeypatch: pytest.MonkeyPatch, end: str
) -> None:
    running = started(folder)
    write(running, 1)
    running.stop()
    fake(folder, VERSION + end)  # as one that is two versions ahead
    monkeypatch.setenv("PATH", str(folder), prepend=os.pathsep)
    assert values(started(folder)) == [1]


def test_a_foreign_mongod_on_the_data_is_named(
    folder: Path, started: Callable[..., EmbeddedServer], monkeypatch: pytest.MonkeyPatch
) -> None:
    running = started(folder)
    monkeypatch.setattr(server, "_HANDOVER_SECONDS", 0.2)
    elsewhere = folder / "other"
    (elsewhere / "mongodb").mkdir(parents=True)
    (elsewhere / "mongodb" / "db").symlink_to(folder / "mongodb" / "db")
    with pytest.raises(StorageError) as raised:
        server.start(elsewhere)
    assert raised.value.code == "server-in-use"
    assert running.alive


def test_a_lock_file_that_cannot_be_opened_is_not_taken_for_another_mongod(folder: Path) -> None:
    (folder / "mongodb" / "db").mkdir(parents=True)
    (folder / "mongodb" / "db" / "mongod.lock").symlink_to(folder / "nowhere" / "mongod.lock")
    with pytest.raises(StorageError) as raised:
        server.start(folder)
    assert raised.value.code == "server-folder"


def test_data_that_make_it_crash_again_and_again_are_named(
    folder: Path, started: Callable[..., EmbeddedServer]
) -> None:
    running = started(folder)
    with MongoClient[dict[str, Any]](running.uri.get_secret_value()) as one:
        one.t.big.insert_many([{"_id": number, "v": os.urandom(500)} for number in range(5000)])
        one.admin.command("fsync")
        ident = one.t.command("collStats", "big")["wiredTiger"]["uri"].split(":")[-1]
    running.stop()
    (file,) = folder.rglob(f"{ident}.wt")
    with file.open("r+b") as pages:
        for at in range(4 * 4096, file.stat().st_size - 4 * 4096, 4096):
            pages.seek(at + 100)
            pages.write(os.urandom(300))
    running = started(folder)
    uri = running.uri.get_secret_value()

    def failed() -> bool:
        with suppress(PyMongoError), MongoClient[dict[str, Any]](uri, serverSelectionTimeoutMS=2000) as one:
            one.t.big.count_documents({"v": b"x"})
        return running.failure is not None

    until(failed)
    assert running.failure
    assert running.failure.code == "server-damaged"
    assert not running.alive


@pytest.mark.parametrize(
    "told",
    [
        '{"socket": 5}',
        '{"socket": 5, "port": 0, "password": ""}',
        '{"socket": "", "port": "x", "password": ""}',
        '{"socket": "", "port": 99999999, "password": ""}',
        '{"socket": "\\u0000", "port": 0, "password": ""}',
        "[" * 100_000,
        "[]",
        "5",
        "null",
        "",
    ],
)
def test_a_file_of_the_address_that_is_none_is_written_anew(
    folder: Path, started: Callable[..., EmbeddedServer], told: str
) -> None:
    (folder / "mongodb").mkdir()
    (folder / "mongodb" / "address.json").write_text(told)
    write(started(folder), 1)


def test_a_folder_that_cannot_be_made_is_named(folder: Path) -> None:
    (folder / "file").write_text("in the way")
    with pytest.raises(StorageError) as raised:
        server.start(folder / "file")
    assert raised.value.code == "server-folder"


def test_a_full_disk_is_named(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folders, "ROOM_BYTES", 2**63)
    with pytest.raises(StorageError) as raised:
        server.start(folder)
    assert raised.value.code == "server-disk-full"
