"""Workspaces: one for a household's own deployment, one per visitor of a shared one.

A workspace of a shared deployment is a database of its own. Its visitor returns to it by an unguessable link,
and whoever has the link can read and erase it; MongoDB gets a hash of the link only. A workspace expires some
hours after the last visit and can be erased at once.
"""

from __future__ import annotations

import logging
import re
import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import cached_property, partial
from hashlib import blake2b
from typing import Any, Final

from pydantic import SecretStr
from pymongo.collection import Collection

from core.errors import StorageError
from core.model import Check
from core.settings import Deployment, Settings
from core.storage.connection import Client, connect, greet, preflight
from core.storage.embedded import server
from core.storage.embedded.folder import DataFolder, data_folder
from core.storage.mongo_errors import explained, patiently
from core.storage.store import Store

_log: Final = logging.getLogger(__name__)
_REGISTRY: Final = "workspaces"
_LINK: Final = re.compile(r"[0-9a-f]{32}")
"""128 random bits in hexadecimal."""
_SWEEP_SECONDS: Final = 600.0
_PERSONAL: Final = "personal"


class Place(StrEnum):
    """Where a workspace's MongoDB is."""

    EMBEDDED = "embedded"
    CONFIGURED = "configured"
    OWN = "own"


@dataclass(frozen=True, slots=True)
class Workspace:
    """The data of one household, or of one visitor.

    `key`: its name for MongoDB and for the job registry; it neither reveals `link` nor opens the workspace.
    `expires`: UTC, None if it does not.
    """

    key: str
    store: Store
    place: Place
    link: str | None = None
    expires: datetime | None = None


class Workspaces:
    """The workspaces of this process; MongoDB is started or connected when the first is opened."""

    def __init__(self, settings: Settings, let_go: Callable[[str], None] | None = None) -> None:
        """`let_go`: called with the key before deletion, to cancel jobs and drop caches."""
        self._settings = settings
        self._let_go = let_go
        self._opening = threading.RLock()
        self._server: server.EmbeddedServer | None = None
        self._client: Client | None = None
        self._open: dict[str, Store] = {}
        self._closed = threading.Event()

    @property
    def is_shared(self) -> bool:
        """Whether visitors share this deployment, each with a workspace of their own."""
        return self._settings.deployment is Deployment.SHARED

    @property
    def place(self) -> Place:
        """Where the deployment's MongoDB is."""
        return Place.CONFIGURED if self._settings.mongodb_uri else Place.EMBEDDED

    @cached_property
    def folder(self) -> DataFolder:
        """Where the embedded MongoDB keeps its data. Raises StorageError."""
        return data_folder(self._settings)

    @property
    def lasting(self) -> bool:
        """Whether stored readings last. Raises StorageError."""
        return self.place is not Place.EMBEDDED or self.folder.lasts

    @property
    def client(self) -> Client:
        """Client of the deployment's MongoDB. Raises StorageError; the next use tries again."""
        with self._opening:
            if self._server and not self._server.alive:
                failure = self._server.failure
                self.close()
                if failure:  # reported once; the next use tries again
                    raise failure
            if self._client is None:
                self._client = self._connect()
            return self._client

    @property
    def uri(self) -> SecretStr:
        """URI of the deployment's MongoDB, for programs that connect themselves. Raises StorageError."""
        client = self.client
        with self._opening:
            if self._settings.mongodb_uri:
                return self._settings.mongodb_uri
            if self._server is None or client is not self._client:
                raise StorageError("server-stopped")
            return self._server.uri

    def open(self) -> Workspace:
        """The household's workspace; on a shared deployment a new one. StorageError `demonstration-full`."""
        if not self.is_shared:
            return Workspace(_PERSONAL, self._store(self._settings.database), self.place)
        link = secrets.token_hex(16)
        expires = self._expiry()
        self._note(self._key_of(link), expires)
        return self._opened(link, expires)

    def find(self, link: str) -> Workspace | None:
        """The workspace of a link, with its life extended; None if there is none, or if it has expired.

        On a personal deployment it is the household's, whatever the link.
        """
        if not self.is_shared:
            return self.open()
        expires = self._expiry()
        return self._opened(link, expires) if self._put_off(link, expires) else None

    def unprepared(self) -> Store:
        """The household's store in any state, to erase or to repair what `open` refuses."""
        return Store(self.client[self._settings.database])

    def open_own(self, uri: SecretStr) -> Workspace:
        """A workspace on the visitor's own MongoDB, for their session alone.

        StorageError `database-own-uri` on a shared deployment, whose server must not connect wherever a
        stranger says.
        """
        if self.is_shared:
            raise StorageError("database-own-uri")
        client = connect(uri)
        greet(client)
        return Workspace(secrets.token_hex(16), _prepared(client, self._settings.database), Place.OWN)

    def check(self, uri: SecretStr | None = None) -> list[Check]:
        """The preflight of a visitor's own MongoDB, or of the deployment's. Raises StorageError."""
        if uri is None:
            return preflight(self.client, self._settings.database)
        if self.is_shared:
            raise StorageError("database-own-uri")
        with connect(uri) as client:
            return preflight(client, self._settings.database)

    def erase(self, workspace: Workspace) -> None:
        """Delete everything in a workspace: a visitor's is removed, any other remains empty."""
        if workspace.link is None:
            self._leave(workspace.key)
            workspace.store.erase()
        else:
            self._forget(workspace.key)

    def sweep(self) -> int:
        """Erase expired workspaces, and what was still written to erased ones; returns how many databases."""
        with explained():
            there = self.client.list_database_names()  # before the rows: each database has one from the start
            rows = {row["_id"]: row["expires"] for row in self._registry.find({}, {"expires": 1})}
        now = _now()
        due = [key for key, expires in rows.items() if expires <= now]
        named = {self._database_of(key) for key in rows}
        ours = re.compile(rf"{re.escape(self._prefix)}([0-9a-f]{{28}}{self._tag})")
        orphans = [found[1] for name in there if (found := ours.fullmatch(name)) and name not in named]
        for key in (*due, *orphans):
            self._forget(key)
        return len(due) + len(orphans)

    def close(self) -> None:
        """Disconnect, and stop the embedded server."""
        self._closed.set()
        with self._opening:
            if self._client:
                self._client.close()
            if self._server:
                self._server.stop()
            self._client = self._server = None
            self._open.clear()

    @property
    def _registry(self) -> Collection[dict[str, Any]]:
        return self.client[self._settings.database][_REGISTRY]

    def _connect(self) -> Client:
        try:
            client = self._reach()
        except StorageError as error:
            if not self.is_shared:
                raise
            # visitors cannot repair it and must not see the folders of this machine
            _log.error("MongoDB cannot be used: %s", error)
            raise StorageError("demonstration-down") from None
        if self.is_shared:
            self._closed = threading.Event()
            threading.Thread(
                target=partial(self._sweep_often, self._closed), name="workspace sweeper", daemon=True
            ).start()
        return client

    def _reach(self) -> Client:
        if self._settings.mongodb_uri:
            client = connect(self._settings.mongodb_uri)
        else:
            self._server = self._server or server.start(self.folder.path, self._settings.mongod)
            client = connect(self._server.uri)
        greet(client)
        return client

    def _store(self, database: str) -> Store:
        client = self.client
        with self._opening:
            if database not in self._open:
                self._open[database] = _prepared(client, database)
            return self._open[database]

    def _opened(self, link: str, expires: datetime) -> Workspace:
        key = self._key_of(link)
        return Workspace(key, self._store(self._database_of(key)), self.place, link, expires)

    def _expiry(self) -> datetime:
        return _now() + timedelta(hours=self._settings.workspace_hours)

    def _put_off(self, link: str, expires: datetime) -> bool:
        """Extend the life of a workspace; False if there is none, or if it has expired.

        It is one atomic step, so that a sweep cannot erase what was just visited.
        """
        if not _LINK.fullmatch(link):
            return False
        alive = {"_id": self._key_of(link), "expires": {"$gt": _now()}}
        with explained():
            found = patiently(lambda: self._registry.update_one(alive, {"$set": {"expires": expires}}))
        return found.matched_count == 1

    def _note(self, key: str, expires: datetime) -> None:
        row = {"$set": {"expires": expires}}
        with explained():
            if patiently(self._registry.estimated_document_count) >= self._settings.workspaces:
                raise StorageError("demonstration-full")
            patiently(lambda: self._registry.update_one({"_id": key}, row, upsert=True))

    def _key_of(self, link: str) -> str:
        """128 bits in hexadecimal, as names of databases must not differ by case alone.

        The last digits are those of this deployment, so that another one on the same server is never taken
        for it.
        """
        return blake2b(link.encode(), digest_size=14).hexdigest() + self._tag

    @property
    def _tag(self) -> str:
        return blake2b(self._settings.database.encode(), digest_size=2).hexdigest()

    @property
    def _prefix(self) -> str:
        return f"{self._settings.database[:5]}_"

    def _database_of(self, key: str) -> str:
        """At most 38 bytes, the limit of small Atlas plans."""
        return f"{self._prefix}{key}"

    def _leave(self, key: str) -> None:
        if self._let_go:
            self._let_go(key)

    def _forget(self, key: str) -> None:
        self._leave(key)
        name = self._database_of(key)
        with explained():
            patiently(lambda: self.client.drop_database(name))
            patiently(lambda: self._registry.delete_one({"_id": key}))
        with self._opening:
            self._open.pop(name, None)

    def _sweep_often(self, closed: threading.Event) -> None:
        while not closed.wait(_SWEEP_SECONDS):
            try:
                self.sweep()
            except StorageError as error:
                _log.warning("expired workspaces were not erased: %s", error.code)


def _prepared(client: Client, database: str) -> Store:
    store = Store(client[database])
    store.prepare()
    return store


def _now() -> datetime:
    """UTC to the millisecond, as MongoDB keeps it."""
    now = datetime.now(UTC).replace(tzinfo=None)
    return now.replace(microsecond=now.microsecond // 1000 * 1000)
