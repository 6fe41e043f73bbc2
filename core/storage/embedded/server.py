"""The embedded MongoDB: one mongod per data folder, kept alive by the processes that use it.

Every process that uses the folder has a keeper thread that waits for the folder's lock. The one that holds
it owns the server: it starts mongod, starts it again when it dies, and stops it at the end. When the owner
dies, the operating system frees the lock and the next keeper takes over on the same address.

mongod is reached through a socket in a folder of mode 0700 and opens no network port. Where there are no
sockets (Windows) it listens on a random loopback port and asks for a password kept in a 0600 file.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, Any, Final

from pydantic import SecretStr
from pymongo import MongoClient
from pymongo.errors import OperationFailure, PyMongoError

from core.errors import StorageError
from core.storage.embedded import parent_death
from core.storage.embedded.address import USER, Address, Transport, choose
from core.storage.embedded.folder import LIBRARIES, prepare
from core.storage.embedded.mongod import Program, find_all
from core.storage.mongo_errors import LOGIN_FAILED, UNAUTHORIZED

_START_SECONDS: Final = 60.0
_STOP_SECONDS: Final = 10.0
_HANDOVER_SECONDS: Final = 15.0
"""How long the mongod of a killed owner may take to end."""
_POLL_SECONDS: Final = 0.02
CACHE_BYTES: Final = 128 << 20
_ENGINE: Final = (
    f"cache_size={CACHE_BYTES},session_max=500,eviction=(threads_min=1,threads_max=2),log=(file_max=8MB,prealloc=false),"
    "eviction_dirty_target=40,eviction_dirty_trigger=60,eviction_updates_target=40,eviction_updates_trigger=60"
)
"""A small cache, and no page is evicted before two years of a meter are loaded.

By default, eviction begins at 3 MB of updates, and a bucket written half-full leaves a hole in its file
(measured in 3 of 25 imports).
"""
_NEWER_DATA_EXIT: Final = 62
_PORT_TAKEN_EXIT: Final = 48
_KILLED_EXITS: Final = (-9, 247)
"""Exit codes after kill -9: mongod's own, and that of core.storage.embedded.parent_death."""
_ENDED_EXITS: Final = (0, -15, 143)
"""Exit codes after a request to end, also one that came before mongod could handle it."""
_CRASHES: Final = 3
"""Consecutive crashes on unreadable data after which mongod is not started again."""
_CRASH_SECONDS: Final = 120.0
_OTHER_MAY_START: Final = ("server-start", "server-newer-data")
"""Errors that another mongod on the same folder may not have."""


class EmbeddedServer:
    """A running embedded MongoDB, started by this process or by another. Made by `start`."""

    def __init__(
        self, folder: Path, program: Program, transport: Transport, parameters: Sequence[str] = ()
    ) -> None:
        self._parameters = parameters
        self._folder = folder
        self._program = program
        self._transport = transport
        self._stopping = threading.Event()
        self._changing = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None
        self._failure: StorageError | None = None
        self._crashes: list[float] = []
        self._keeper = threading.Thread(target=self._keep, name="mongod keeper", daemon=True)
        self._keeper.start()

    @property
    def uri(self) -> SecretStr:
        """URI for clients. StorageError if the server cannot be kept running."""
        if self._failure:
            raise self._failure
        address = Address.read(self._address_file)
        if address is None:
            raise StorageError("server-stopped")
        return address.uri

    @property
    def alive(self) -> bool:
        """Whether the server is kept running, also while it is being restarted."""
        return self._failure is None and not self._stopping.is_set()

    @property
    def failure(self) -> StorageError | None:
        """Why the server is no longer kept running; None while it is."""
        return self._failure

    @property
    def pid(self) -> int | None:
        """Process id of the mongod this process owns; None where another process owns it."""
        child = self._child
        return child.pid if child else None

    def wait(self, seconds: float = _START_SECONDS) -> None:
        """Wait until the server answers. StorageError with the reason if it does not."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if self._failure:
                raise self._failure
            address = Address.read(self._address_file)
            if address and address.answers():
                return
            time.sleep(_POLL_SECONDS)
        raise StorageError("server-slow")

    def stop(self) -> None:
        """Stop the server if this process owns it; harmless if repeated."""
        atexit.unregister(self.stop)
        with self._changing:
            self._stopping.set()
            child = self._child
        if child:
            _end(child)
            self._keeper.join(_STOP_SECONDS)

    @property
    def _address_file(self) -> Path:
        return self._folder / "address.json"

    @property
    def _log(self) -> Path:
        return self._folder / "mongod.log"

    def _keep(self) -> None:
        """The keeper thread. mongod's parent-death signal follows it, so it lives as long as the process."""
        try:
            with _held(self._folder / "owner.lock", self._stopping):
                while not self._stopping.is_set():
                    child = self._launch()
                    if child:
                        child.wait()
                    self._child = None
                    if child and not self._stopping.is_set():
                        self._note_end(child.returncode)
        except StorageError as error:
            self._failure = error
        except OSError as error:
            self._failure = StorageError("server-folder", folder=str(self._folder))
            self._failure.__cause__ = error

    def _note_end(self, code: int) -> None:
        """Count crashes on damaged data. StorageError `server-damaged` after too many in a row."""
        if code in (*_ENDED_EXITS, *_KILLED_EXITS) or self._obstacle(code).code != "server-damaged":
            return
        now = time.monotonic()
        self._crashes = [*(at for at in self._crashes if now - at < _CRASH_SECONDS), now]
        if len(self._crashes) >= _CRASHES:
            raise StorageError("server-damaged", folder=str(self._folder / "db"))

    def _launch(self) -> subprocess.Popen[bytes] | None:
        """Start mongod and wait until it answers or is killed; None if asked to stop meanwhile."""
        begun = time.monotonic()
        while True:
            address = choose(self._folder, Address.read(self._address_file) or Address(), self._transport)
            address.write(self._address_file)
            with self._changing:
                if self._stopping.is_set():
                    return None
                self._child = child = self._spawn(address)
            while child.poll() is None:
                if self._stopping.is_set():
                    return child
                if address.listens():
                    self._admit(address)
                    return child
                if time.monotonic() - begun > _START_SECONDS:
                    _end(child)
                    raise StorageError("server-slow")
                time.sleep(_POLL_SECONDS)
            if child.returncode in _KILLED_EXITS:  # killed from outside, not its own fault: start it again
                return child
            obstacle = self._obstacle(child.returncode)
            # another start can help: a killed owner's mongod ends soon, a port was taken meanwhile, somebody
            # asked this one to end
            passing = obstacle.code in ("server-in-use", "server-port") or child.returncode in _ENDED_EXITS
            if not passing or time.monotonic() - begun > _HANDOVER_SECONDS:
                raise obstacle
            time.sleep(0.1)

    def _spawn(self, address: Address) -> subprocess.Popen[bytes]:
        data = self._folder / "db"
        data.mkdir(mode=0o700, exist_ok=True)
        how = "kernel" if sys.platform == "linux" else "pipe"
        command = [sys.executable, "-I", "-S", parent_death.__file__, how, str(os.getpid())]
        command += [str(self._program.path), "--dbpath", str(data), *_options(address)]
        command += [part for one in self._parameters for part in ("--setParameter", one)]
        log = os.open(self._log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        try:
            return subprocess.Popen(  # noqa: S603
                command,
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                cwd=data,
                env=self._program.lent.environment(_without_settings()),
                start_new_session=True,  # Ctrl-C in a terminal must not reach it
            )
        finally:
            os.close(log)

    def _admit(self, address: Address) -> None:
        """Create our user on the first start with a port; MongoDB allows it once, from this machine only."""
        if address.socket or address.answers():
            return
        with MongoClient[dict[str, Any]]("127.0.0.1", address.port, directConnection=True) as client:
            try:
                client.admin.command("createUser", USER, pwd=address.password, roles=["root"])
            except OperationFailure as error:
                if error.code in (UNAUTHORIZED, LOGIN_FAILED):
                    raise StorageError("server-password", folder=str(self._folder)) from error
                raise StorageError("server-slow") from error
            except PyMongoError as error:
                raise StorageError("server-slow") from error

    def _obstacle(self, code: int) -> StorageError:
        """Why mongod ended: from its exit code and the end of its log."""
        with self._log.open("rb") as file:
            file.seek(max(0, self._log.stat().st_size - 100_000))
            words = file.read().decode(errors="replace")
        if "create/open the lock file" in words:
            return StorageError("server-folder", folder=str(self._folder))
        if "DBPathInUse" in words:
            return StorageError("server-in-use", folder=str(self._folder))
        if code == _PORT_TAKEN_EXIT:
            return StorageError("server-port")
        if "No space left on device" in words:
            return StorageError("server-disk-full", folder=str(self._folder))
        if code == _NEWER_DATA_EXIT or "unsupported WiredTiger file version" in words:
            version = ".".join(map(str, self._program.version))
            return StorageError("server-newer-data", folder=str(self._folder), version=version)
        if "Permission denied" in words or "Read-only file system" in words:
            return StorageError("server-folder", folder=str(self._folder))
        if any('"c":"WT"' in line and '"s":"E"' in line for line in words.splitlines()):
            return StorageError("server-damaged", folder=str(self._folder / "db"))
        return StorageError("server-start", exit=code, log=str(self._log))


def start(
    data_dir: Path,
    mongod: Path | None = None,
    *,
    transport: Transport | None = None,
    parameters: Sequence[str] = (),
) -> EmbeddedServer:
    """The embedded server of a data folder, ready to answer: started here, or found running.

    `mongod`: the program to use instead of the one on PATH or the bundled one. `parameters`: `name=value`,
    used if it is started here. StorageError if none can run, or if the folder cannot be used.
    """
    folder = prepare(data_dir)
    *others, last = find_all(mongod, folder / LIBRARIES)
    default = Transport.PORT if sys.platform == "win32" else Transport.SOCKET
    for program in others:
        try:
            return _started(folder, program, transport or default, parameters)
        except StorageError as error:
            if error.code not in _OTHER_MAY_START:
                raise
    return _started(folder, last, transport or default, parameters)


def _started(
    folder: Path, program: Program, transport: Transport, parameters: Sequence[str]
) -> EmbeddedServer:
    server = EmbeddedServer(folder, program, transport, parameters)
    atexit.register(server.stop)
    try:
        server.wait()
    except StorageError:
        server.stop()
        raise
    return server


def _without_settings() -> dict[str, str]:
    """Our environment without COURBE_* variables, which hold tokens and URIs."""
    return {name: value for name, value in os.environ.items() if not name.startswith("COURBE_")}


def _options(address: Address) -> list[str]:
    """Options that keep mongod small and private; the sizes were measured on 6.0."""
    options = [
        *("--wiredTigerEngineConfigString", _ENGINE, "--maxConns", "200"),
        *("--setParameter", "diagnosticDataCollectionEnabled=false"),
        *("--networkMessageCompressors", "disabled"),  # nothing to gain on a socket, and CVE-2025-14847
        *("--quiet", "--slowms", "86400000"),  # the log would repeat queries, meter numbers included
    ]
    if address.socket:
        folder = str(Path(address.socket).parent)
        return [
            *options,
            *("--bind_ip", address.socket, "--unixSocketPrefix", folder, "--filePermissions", "0600"),
        ]
    options += ["--bind_ip", "127.0.0.1", "--port", str(address.port), "--auth"]
    return options if sys.platform == "win32" else [*options, "--nounixsocket"]


def _end(child: subprocess.Popen[bytes]) -> None:
    child.terminate()
    try:
        child.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()


@contextlib.contextmanager
def _held(path: Path, stopping: threading.Event) -> Iterator[None]:
    """Hold the lock file, waiting while another process does; the system frees it when a process ends."""
    with os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "r+b") as file:
        _lock(file, stopping)
        yield


if sys.platform == "win32":
    import msvcrt

    def _lock(file: IO[bytes], stopping: threading.Event) -> None:
        while not stopping.is_set():
            try:
                msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
            except OSError:
                stopping.wait(0.2)
            else:
                return
else:
    import fcntl

    def _lock(file: IO[bytes], stopping: threading.Event) -> None:  # noqa: ARG001
        fcntl.flock(file, fcntl.LOCK_EX)
