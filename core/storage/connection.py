"""Connects to a MongoDB and names what prevents it, on evidence only."""

from __future__ import annotations

import errno
import re
import secrets
import socket
import warnings
from collections.abc import Iterator
from enum import StrEnum
from typing import Any, Final

from pydantic import SecretStr
from pymongo import MongoClient
from pymongo.database import Database
from pymongo.errors import (
    ConfigurationError,
    InvalidURI,
    OperationFailure,
    PyMongoError,
)

from core.errors import StorageError
from core.model import Check
from core.storage.embedded.mongod import OLDEST
from core.storage.mongo_errors import FORBIDDEN, UNAUTHORIZED, UNSUPPORTED

Client = MongoClient[dict[str, Any]]

APP_NAME: Final = "courbe"
"""By which a server knows our connections."""

_SECONDS: Final = 10.0
_PATIENCE: Final = ("serverSelectionTimeoutMS", "connectTimeoutMS")
_MOST_MS: Final = 30_000
_NOBODY_THERE: Final = frozenset({errno.ECONNREFUSED, errno.ENOENT, 10061})
"""Connection refused (also Windows' own number), or no socket file: no server listens there."""
_NO_SUCH_NAME: Final = frozenset({socket.EAI_NONAME, socket.EAI_AGAIN, socket.EAI_FAIL, 11001, 11004})


class Obstacle(StrEnum):
    """The step at which connecting failed, in the order of the steps."""

    NAME = "name"
    REACH = "reach"
    OPEN = "open"
    ENCRYPTION = "encryption"
    LOGIN = "login"


def connect(uri: SecretStr, *, seconds: float = _SECONDS, name: str = APP_NAME) -> Client:
    """Client of a MongoDB; does not wait for the server.

    `seconds`: time to find a server, where the URI gives none. StorageError `database-uri`, `database-name`,
    `database-encryption` (a certificate file is missing or invalid).
    """
    address = uri.get_secret_value().strip()
    if not address.startswith(("mongodb://", "mongodb+srv://")):
        raise StorageError("database-uri")
    patience: dict[str, Any] = {name: _patience(address, name, seconds) for name in _PATIENCE}
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the driver's warnings repeat options that it does not know
            return MongoClient(
                address,
                appname=name,
                **patience,
                maxPoolSize=20,
                maxIdleTimeMS=120_000,
                tz_aware=False,
                journal=True,
            )
    except InvalidURI:
        raise StorageError("database-uri") from None
    except ConfigurationError as error:
        if _is_dns(error):
            raise StorageError("database-name") from None
        encryption = _of(str(error)) is Obstacle.ENCRYPTION
        raise StorageError("database-encryption" if encryption else "database-uri") from None
    except OSError:
        raise StorageError("database-encryption") from None
    except (PyMongoError, ValueError, TypeError):
        raise StorageError("database-uri") from None


def _patience(address: str, name: str, seconds: float) -> int:
    """Timeout in milliseconds: that of the URI, at most 30 s; `seconds` where it gives none."""
    told = re.search(rf"[?&;]{name}=([0-9]{{1,12}})", address, re.IGNORECASE)
    return min(int(told[1]), _MOST_MS) if told and int(told[1]) else round(seconds * 1000)


def greet(client: Client) -> None:
    """Make one round trip that requires a login where the server does.

    StorageError `database-<obstacle>` or `database-no-login`; the client is then closed.
    """
    try:
        _knock(client)
    except PyMongoError as error:
        which = obstacle(client, error)
        client.close()
        raise _no_login() if _is_unnamed(error) else _refusal(which) from None


def obstacle(client: Client, error: PyMongoError) -> Obstacle:
    """The step at which connecting failed. Leaves out the driver's message, which can contain a URI."""
    if isinstance(error, OperationFailure):
        return Obstacle.LOGIN
    if isinstance(error, ConfigurationError):
        return Obstacle.NAME if _is_dns(error) else Obstacle.LOGIN
    words = [str(server.error) for server in client.topology_description.server_descriptions().values()]
    found = {_of(one) for one in [str(error), *words]}
    for one in (Obstacle.LOGIN, Obstacle.ENCRYPTION, Obstacle.OPEN, Obstacle.NAME):
        if one in found:
            return one
    return Obstacle.REACH


def _is_unnamed(error: PyMongoError) -> bool:
    """Whether the server requires a login and the URI has none; a wrong login has another error code."""
    return isinstance(error, OperationFailure) and error.code == UNAUTHORIZED


def _no_login() -> StorageError:
    return StorageError("database-no-login")


def _knock(client: Client) -> None:
    """Requires authentication; `ping` does not."""
    client.admin.command("listDatabases", nameOnly=True, authorizedDatabases=True)


def _refusal(which: Obstacle) -> StorageError:
    match which:
        case Obstacle.NAME:
            return StorageError("database-name")
        case Obstacle.REACH:
            return StorageError("database-reach")
        case Obstacle.OPEN:
            return StorageError("database-open")
        case Obstacle.ENCRYPTION:
            return StorageError("database-encryption")
        case Obstacle.LOGIN:
            return StorageError("database-login")


def preflight(client: Client, database: str) -> list[Check]:
    """Check everything the application needs of this MongoDB, in order.

    Checks that depend on a failed one are left out or not made (None). Leaves nothing in the database.
    """
    try:
        _knock(client)
    except PyMongoError as error:
        stopped = obstacle(client, error)
        before = list(Obstacle)[: list(Obstacle).index(stopped)]
        return [
            *(_check(one, True) for one in before),
            Check("mongodb-login", False, {"error": "database-no-login"})
            if _is_unnamed(error)
            else _check(stopped, False),
            Check("mongodb-version", None),
            Check("mongodb-rights", None),
        ]
    return [*(_check(one, True) for one in Obstacle), *_abilities(client, client[database])]


def _check(which: Obstacle, passed: bool) -> Check:
    match which:
        case Obstacle.NAME:
            return Check("mongodb-name", passed)
        case Obstacle.REACH:
            return Check("mongodb-reach", passed)
        case Obstacle.OPEN:
            return Check("mongodb-open", passed)
        case Obstacle.ENCRYPTION:
            return Check("mongodb-encryption", passed)
        case Obstacle.LOGIN:
            return Check("mongodb-login", passed)


def _abilities(client: Client, database: Database[dict[str, Any]]) -> Iterator[Check]:
    try:
        info = client.server_info()
    except PyMongoError:
        yield Check("mongodb-version", None)
        return
    recent = tuple(info["versionArray"][:2]) >= OLDEST[:2]
    yield Check("mongodb-version", recent, {"version": info["version"]})
    if not recent:
        yield Check("mongodb-rights", None)
        return
    name = f"courbe_check_{secrets.token_hex(6)}"
    try:
        yield from _trial(database, name)
    finally:
        _drop(database, name)
    yield _checkpoint(client)


def _trial(database: Database[dict[str, Any]], name: str) -> Iterator[Check]:
    """Create a time series collection and read its statistics, as the application will."""
    try:
        database.create_collection(name, timeseries={"timeField": "start", "metaField": "meter"})
    except OperationFailure as error:
        if error.code in FORBIDDEN:
            yield Check("mongodb-rights", False)
        else:
            yield Check("mongodb-rights", None)
            yield Check("mongodb-time-series", False)
        return
    except PyMongoError:
        yield Check("mongodb-rights", None)
        return
    yield Check("mongodb-rights", True)
    yield Check("mongodb-time-series", True)
    try:
        list(database[name].aggregate([{"$collStats": {"storageStats": {}}}]))
    except PyMongoError:
        yield Check("mongodb-statistics", False)
    else:
        yield Check("mongodb-statistics", True)


def _drop(database: Database[dict[str, Any]], name: str) -> None:
    try:
        database.drop_collection(name)
    except PyMongoError:
        return  # it was not created, and the check has said why


def _checkpoint(client: Client) -> Check:
    """Whether a checkpoint can be forced.

    None where it is forbidden or not known: sizes then settle by themselves within a minute.
    """
    try:
        client.admin.command("fsync")
    except OperationFailure as error:
        return Check("mongodb-checkpoint", None if error.code in UNSUPPORTED else False)
    except PyMongoError:
        return Check("mongodb-checkpoint", None)
    return Check("mongodb-checkpoint", True)


def _is_dns(error: ConfigurationError) -> bool:
    """Whether the lookup of a `mongodb+srv` name failed; the driver wraps dnspython's error in its own."""
    cause = error.__cause__ or error.__context__
    return "DNS" in str(error) or type(cause).__module__.startswith("dns.")


def _of(words: str) -> Obstacle | None:
    """The obstacle that the driver's text gives evidence of; the driver keeps no cause, only this text."""
    if "ALERT_INTERNAL_ERROR" in words.upper():
        return Obstacle.REACH  # Atlas ends the handshake so for an address missing from its access list
    if "SSL" in words or "CERTIFICATE" in words.upper():
        return Obstacle.ENCRYPTION
    if "Authentication failed" in words:
        return Obstacle.LOGIN
    number = re.search(r"\[(?:Errno|WinError) (-?\d+)\]", words)
    if number is None:
        return None
    if int(number[1]) in _NOBODY_THERE:
        return Obstacle.OPEN
    return Obstacle.NAME if int(number[1]) in _NO_SUCH_NAME else None
