"""Kinds of collections and views, and the renaming of what has a name of ours but is not ours.

A time series collection is a view on `system.buckets.<name>`; either can exist without the other. What a name
stands for is changed only under a lock: MongoDB drops by name, and between check and drop another process
could have created the real collection.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from bson.int64 import Int64
from pymongo.collection import Collection
from pymongo.database import Database
from pymongo.errors import DuplicateKeyError

from core.errors import StorageError
from core.paristime import now_ms
from core.storage import writers

NAME_TAKEN: Final = "storage-name-taken"
"""Error code: something that is not ours has a name of ours."""
LOCK: Final = "lock"
"""`_id` of the lock, in the collection of the records."""
_BUCKETS: Final = "system.buckets."
_LOCK_MS: Final = 60_000
"""Age after which the lock is free again; nothing done under it takes longer."""
_POLL_SECONDS: Final = 0.05


@dataclass(frozen=True, slots=True)
class Shape:
    """What `listCollections` says of a name.

    `kind`: `collection`, `timeseries`, `view`, or empty if there is nothing. `uuid`: of the collection, or of
    its buckets. `has_buckets`: whether there are buckets.
    """

    kind: str
    options: Mapping[str, Any]
    uuid: object
    has_buckets: bool

    @property
    def is_absent(self) -> bool:
        """Whether no collection or view has this name."""
        return not self.kind


def shape(database: Database[Any], name: str) -> Shape:
    """What a name stands for."""
    listed = database.list_collections(filter={"name": {"$in": [name, _BUCKETS + name]}})
    found = {one["name"]: one for one in listed}
    itself, buckets = found.get(name, {}), found.get(_BUCKETS + name, {})
    uuid = itself.get("info", {}).get("uuid") or buckets.get("info", {}).get("uuid")
    return Shape(itself.get("type", ""), itself.get("options", {}), uuid, bool(buckets))


def refuse_view(database: Database[Any], name: str) -> None:
    """StorageError `storage-name-taken` where a view has this name."""
    if shape(database, name).kind == "view":
        raise StorageError(NAME_TAKEN, collection=name)


def drop_buckets(database: Database[Any], name: str) -> None:
    """Drop buckets that have lost their time series collection. Only under the lock."""
    database.drop_collection(_BUCKETS + name)


def put_aside(database: Database[Any], name: str) -> str:
    """Rename what has a name of ours; returns the new name. Loses nothing. Only under the lock."""
    aside = f"{name}_aside_{secrets.token_hex(4)}"
    found = shape(database, name)
    if found.kind == "view":
        database.command("create", aside, **found.options)
        database.drop_collection(name)
    else:
        database[name].rename(aside)
    return aside


def ensure_index(collection: Collection[Any], keys: Sequence[tuple[str, int]], *, unique: bool) -> bool:
    """Create an index unless it exists; whether it was created. Replaces one of other uniqueness."""
    for name, index in collection.index_information().items():
        if [tuple(one) for one in index["key"]] == list(keys):
            if bool(index.get("unique")) == unique:
                return False
            collection.drop_index(name)
    collection.create_index(keys, unique=unique)
    return True


@contextmanager
def locked(records: Collection[Any], seconds: float) -> Iterator[None]:
    """Hold the lock on shapes, alone among all processes. A process that dies loses it.

    `seconds`: how long to wait for it. StorageError `storage-busy`.
    """
    deadline = time.monotonic() + seconds
    with writers.working() as me:
        while not _take(records, me):
            if time.monotonic() > deadline:
                raise StorageError("storage-busy")
            time.sleep(_POLL_SECONDS)
        try:
            yield
        finally:
            records.delete_one({"_id": LOCK, "owner": me})


def _take(records: Collection[Any], me: str) -> bool:
    try:
        records.insert_one({"_id": LOCK, "owner": me, "at": Int64(now_ms())})
    except DuplicateKeyError:
        held = records.find_one({"_id": LOCK}) or {}
        owner, since = str(held.get("owner")), held.get("at")
        age = now_ms() - since if isinstance(since, int) else _LOCK_MS + 1
        if not 0 <= age <= _LOCK_MS or writers.is_gone(owner, now_ms()):
            records.delete_one({"_id": LOCK, "owner": held.get("owner")})
        return False
    return True
