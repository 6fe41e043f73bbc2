"""The time series collection: each state of a meter is a generation of its own, written whole and in
chronological order.

A time series collection has no unique index and (6.0) deletes only by metaField. So a new state is written
beside the old one under the next generation number `g` in the metaField, readers are pointed to it, and the
old one is deleted. The buckets are always those of a chronological load, whatever order readings came in.
"""

from __future__ import annotations

import secrets
from typing import Any, Final

from pymongo.collection import Collection
from pymongo.cursor import Cursor
from pymongo.database import Database
from pymongo.errors import CollectionInvalid, OperationFailure

from core.errors import StorageError
from core.model import Curve, Meter
from core.storage import bson_columns, match
from core.storage.mongo_errors import NAMESPACE_EXISTS

COLLECTION: Final = "readings_ts"
OPTIONS: Final = {"timeField": "start", "metaField": "meter", "granularity": "hours"}
"""Hours: a bucket spans up to 30 days and 1,000 readings. The default (seconds) would hold two."""
INDEX: Final = [("meter.prm", 1), ("meter.flow", 1), ("meter.g", 1), ("start", 1)]


def prepare(database: Database[Any]) -> Collection[Any]:
    """The collection and its index; a plain collection of that name is never accepted."""
    if not _is_time_series(database):  # asked first: a plan may have no room for a collection more
        _create(database)
    if not _is_time_series(database) and _put_aside(database[COLLECTION]):
        _create(database)
    if not _is_time_series(database):
        raise StorageError("storage-not-time-series", collection=COLLECTION)
    collection = database[COLLECTION]
    collection.create_index(INDEX)
    return collection


def _create(database: Database[Any]) -> None:
    try:
        database.create_collection(COLLECTION, timeseries=OPTIONS, check_exists=False)
    except (CollectionInvalid, OperationFailure) as error:
        if isinstance(error, OperationFailure) and error.code != NAMESPACE_EXISTS:
            raise


def _is_time_series(database: Database[Any]) -> bool:
    return any(database.list_collections(filter={"name": COLLECTION, "type": "timeseries"}))


def _put_aside(plain: Collection[Any]) -> bool:
    """Drop a plain collection that holds our readings and nothing else: MongoDB made it for a writer that
    was at work while the real one was dropped. All it holds is in the records."""
    ours = {"start": {"$type": "date"}, "meter.g": {"$type": "number"}, "watts": {"$type": "number"}}
    if plain.find_one() is None or plain.find_one({"$nor": [ours]}) is not None:
        return False
    aside = f"{COLLECTION}_{secrets.token_hex(8)}"
    try:
        plain.rename(aside)  # unlike `drop`, refused where another has put the real one there by now
    except OperationFailure:
        return True
    plain.database.drop_collection(aside)
    return True


def read(collection: Collection[Any], meter: Meter, generation: int) -> Curve:
    """The readings of a generation."""
    query = match.readings(meter, generation)
    cursor: Cursor[Any] = collection.find_raw_batches(
        query, bson_columns.READING, batch_size=bson_columns.READ_BATCH
    )
    return bson_columns.read_columns(cursor)


def write(collection: Collection[Any], meter: Meter, generation: int, curve: Curve) -> None:
    """Write a generation; its number must never have been used before."""
    bson_columns.insert(collection, bson_columns.payload(meter, curve, generation))


def delete(collection: Collection[Any], meter: Meter, generation: int) -> None:
    """Delete a generation: by the metaField alone, as 6.0 demands."""
    collection.with_options(write_concern=bson_columns.DURABLE).delete_many(match.readings(meter, generation))


def generations(collection: Collection[Any], meter: Meter) -> set[int]:
    """The generations that have readings, leftovers of crashes among them."""
    groups = collection.aggregate(
        [
            {"$match": match.readings(meter)},
            {"$group": {"_id": "$meter.g"}},
        ]
    )
    return {group["_id"] for group in groups}
