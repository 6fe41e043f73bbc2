"""Address of an embedded mongod: a socket in a private folder, or a loopback port with a password."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import socket
import stat
import sys
import tempfile
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Final, Self
from urllib.parse import quote, quote_plus

from pydantic import SecretStr
from pymongo import MongoClient
from pymongo.errors import PyMongoError

from core.errors import StorageError

USER: Final = "courbe"


class Transport(StrEnum):
    """How clients reach the server."""

    SOCKET = "socket"
    PORT = "port"


@dataclass(frozen=True, slots=True)
class Address:
    """Where the server listens, kept in `address.json` for the other processes of this user."""

    socket: str = ""
    port: int = 0
    password: str = ""

    @classmethod
    def read(cls, path: Path) -> Self | None:
        """The address in a file; None if the file is absent or not valid."""
        try:
            found = json.loads(path.read_text(encoding="utf-8"))
            socket_path, port, password = (found[name] for name in ("socket", "port", "password"))
        except (OSError, ValueError, TypeError, KeyError, RecursionError):
            return None
        told = isinstance(socket_path, str) and isinstance(password, str) and isinstance(port, int)
        if not told or "\0" in socket_path or not 0 <= port < 1 << 16:
            return None
        return cls(socket_path, port, password)

    def write(self, path: Path) -> None:
        """Write the address atomically, readable by this user alone."""
        draft = path.with_suffix(".new")
        draft.unlink(missing_ok=True)
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            json.dump(asdict(self), file)
        draft.replace(path)

    @property
    def uri(self) -> SecretStr:
        """URI for clients, with the password of a port."""
        if self.socket:
            return SecretStr(f"mongodb://{quote(self.socket, safe='')}/?directConnection=true")
        login = f"{USER}:{quote_plus(self.password)}@"
        return SecretStr(f"mongodb://{login}127.0.0.1:{self.port}/?authSource=admin&directConnection=true")

    def listens(self) -> bool:
        """Whether something accepts connections here; mongod does once its storage is open."""
        with contextlib.suppress(OSError):
            if self.socket:
                with socket.socket(socket.AF_UNIX) as knock:
                    knock.settimeout(1)
                    knock.connect(self.socket)
                return True
            socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
            return True
        return False

    def answers(self) -> bool:
        """Whether MongoDB answers here, with our password where one is required."""
        if not self.listens():
            return False
        with (
            contextlib.suppress(PyMongoError),
            MongoClient[dict[str, Any]](self.uri.get_secret_value(), serverSelectionTimeoutMS=2000) as client,
        ):
            client.admin.command("ping")
            return True
        return False


def choose(folder: Path, known: Address, transport: Transport) -> Address:
    """The previous address if it can be used again, as clients in other processes know it; else a new one.

    StorageError `server-port` if no loopback port is free, `server-folder` if no folder can hold a socket.
    """
    if transport is Transport.SOCKET:
        return Address(socket=str(_socket_folder(folder, known.socket) / "mongod.sock"))
    password = known.password or secrets.token_urlsafe(24)
    return Address(port=_free_port(known.port), password=password)


def _socket_folder(folder: Path, known: str) -> Path:
    """A private folder that can hold a socket. StorageError `server-folder` if there is none.

    The path of a socket is limited to about 100 bytes, and not every file system has sockets.
    """
    wanted = folder / "socket"
    wanted.mkdir(mode=0o700, exist_ok=True)
    if _holds_sockets(wanted):
        return wanted
    earlier = Path(known).parent if known else None
    if earlier and is_private(earlier) and _holds_sockets(earlier):
        return earlier
    for place in (tempfile.gettempdir(), "/tmp"):  # noqa: S108 - the name is random, the folder closed
        made = Path(tempfile.mkdtemp(prefix="courbe-", dir=place))
        if _holds_sockets(made):
            return made
        made.rmdir()
    raise StorageError("server-folder", folder=str(folder))


def _holds_sockets(folder: Path) -> bool:
    path = folder / f"probe-{secrets.token_hex(4)}.sock"  # as long as the longest name mongod uses
    try:
        with socket.socket(socket.AF_UNIX) as probe:
            probe.bind(str(path))
    except OSError:
        return False
    finally:
        path.unlink(missing_ok=True)
    return True


def is_private(folder: Path) -> bool:
    """Whether this is a real folder, not a link, that belongs to this user and is closed to all others."""
    try:
        found = folder.lstat()
    except OSError:
        return False
    if not stat.S_ISDIR(found.st_mode):
        return False
    return sys.platform == "win32" or (found.st_uid, found.st_mode & 0o077) == (os.getuid(), 0)


def _free_port(wanted: int) -> int:
    """The wanted loopback port if it is free, else a random free one."""
    for port in (wanted, 0):
        with contextlib.suppress(OSError), socket.socket() as probe:
            if sys.platform != "win32":
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", port))
            return int(probe.getsockname()[1])
    raise StorageError("server-port")
