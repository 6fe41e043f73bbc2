"""The time series collection: each state of a meter is a generation, written whole, in chronological order.

A time series collection has no unique index and (6.0) deletes only by metaField. So a new state is written
beside the old one under the next generation number `g` in the metaField, readers are pointed to it, and the
old one is deleted. The buckets are always those of a chronological load, in whatever order readings came.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from pymongo.collection import Collection
from pymongo.cursor import Cursor
from pymongo.database import Database
from pymongo.errors import CollectionInvalid

from core.errors import StorageError
from core.model import Curve, Meter
from core.storage import bson_columns, match, record
from core.storage.upkeep import shapes

COLLECTION: Final = "readings_ts"
OPTIONS: Final = {"timeField": "start", "metaField": "meter", "granularity": "hours"}
"""Granularity hours: a bucket spans up to 30 days and 1,000 readings; by default (seconds) it would hold two.

A collection with other options is made again from the records when the store is next prepared.
"""
INDEX: Final = [("meter.prm", 1), ("meter.flow", 1), ("meter.g", 1), ("start", 1)]
READING: Final = {
    "start": {"$type": "date"},
    "meter.prm": {"$type": "string"},
    "meter.g": {"$type": "number"},
    "watts": {"$type": "number"},
}
"""Types that every document of ours has here, and no foreign one."""
_FIELDS: Final = ("timeField", "metaField")
_LOCK_SECONDS: Final = 30.0


def prepare(database: Database[Any], *, seconds: float = _LOCK_SECONDS) -> bool:
    """Create the collection and its index if absent, or if it has other options; whether it was created.

    Documents written under its name while it was dropped are removed: the records hold their readings.
    `seconds`: how long to wait for the lock. StorageError `storage-name-taken` if the name belongs to
    something that is not ours.
    """
    made = not _is_current(shapes.shape(database, COLLECTION))
    if made:
        with shapes.locked(database[record.COLLECTION], seconds):
            _make(database)
    shapes.ensure_index(database[COLLECTION], INDEX, unique=False)
    return made


def identity(database: Database[Any]) -> object | None:
    """Identifier that distinguishes this time series collection from any other of its name; None if absent.

    If the collection is absent, a write makes MongoDB create an ordinary one.
    """
    found = shapes.shape(database, COLLECTION)
    return (found.uuid or COLLECTION) if _is_time_series(found) else None


def _is_time_series(found: shapes.Shape) -> bool:
    options = found.options.get("timeseries", {})
    return found.kind == "timeseries" and all(options.get(name) == OPTIONS[name] for name in _FIELDS)


def _is_current(found: shapes.Shape) -> bool:
    """Whether it is ours and has the current options, above all the granularity."""
    options = found.options.get("timeseries", {})
    return _is_time_series(found) and all(options.get(name) == value for name, value in OPTIONS.items())


def _make(database: Database[Any]) -> None:
    found = shapes.shape(database, COLLECTION)
    if _is_current(found):
        return
    if _is_time_series(found):  # made with other options: all it holds is in the records
        database.drop_collection(COLLECTION)
        found = shapes.shape(database, COLLECTION)
    if found.kind == "collection" and is_of_ours(database[COLLECTION]):
        _drop_aside(database, shapes.put_aside(database, COLLECTION))
    elif not found.is_absent:
        raise StorageError(shapes.NAME_TAKEN, collection=COLLECTION)
    if found.has_buckets:
        shapes.drop_buckets(database, COLLECTION)
    try:
        database.create_collection(COLLECTION, timeseries=OPTIONS, check_exists=False)
    except CollectionInvalid:
        raise StorageError(shapes.NAME_TAKEN, collection=COLLECTION) from None


def is_of_ours(plain: Collection[Any]) -> bool:
    """Whether a plain collection holds nothing but readings with a generation.

    MongoDB creates one if a writer is at work while the time series collection is dropped.
    """
    return plain.find_one({"$nor": [READING]}) is None


def _drop_aside(database: Database[Any], aside: str) -> None:
    """Drop a collection just put aside, unless it holds more than the records do."""
    known = set(record.meters(database[record.COLLECTION]))
    if is_of_ours(database[aside]) and meters(database[aside]) <= known:
        database.drop_collection(aside)


def read(collection: Collection[Any], meter: Meter, generation: int) -> Curve:
    """Curve of one generation. ValueError if readings overlap."""
    query = match.readings(meter, generation)
    cursor: Cursor[Any] = collection.find_raw_batches(
        query, bson_columns.READING, batch_size=bson_columns.READ_BATCH
    )
    return bson_columns.read_columns(cursor)


def write(
    collection: Collection[Any],
    meter: Meter,
    generation: int,
    curve: Curve,
    sent: Callable[[int], None] = lambda _: None,
) -> None:
    """Write a generation; its number must never have been used before. `sent` is told the readings there."""
    bson_columns.insert(collection, bson_columns.payload(meter, curve, generation), sent=sent)


def delete(collection: Collection[Any], meter: Meter, generation: int) -> None:
    """Delete a generation, by metaField alone, as MongoDB 6.0 requires."""
    collection.with_options(write_concern=bson_columns.DURABLE).delete_many(match.readings(meter, generation))


def generations(collection: Collection[Any], meter: Meter) -> set[int]:
    """The generations of a meter that have readings, including leftovers of crashes."""
    groups = collection.aggregate(
        [
            {"$match": match.readings(meter)},
            {"$group": {"_id": "$meter.g"}},
        ]
    )
    return {group["_id"] for group in groups}


def meters(collection: Collection[Any]) -> set[Meter]:
    """The meters that have readings, in any generation."""
    groups = collection.aggregate([{"$group": {"_id": {"prm": "$meter.prm", "flow": "$meter.flow"}}}])
    return {meter for group in groups if (meter := match.meter_of(group["_id"]))}
