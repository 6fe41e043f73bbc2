"""Deleting a meter, or everything that is ours, in whatever state it is and whoever else is at work.

No collection that readings are written to is ever dropped: a writer caught by that would have MongoDB make an
ordinary collection of the same name. Collections are emptied instead, meter by meter.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, Final, TypeVar

from pymongo.collection import Collection
from pymongo.database import Database

from core.errors import StorageError
from core.model import Meter
from core.storage import match, ordinary, projection, record, time_series
from core.storage.projection import Collections
from core.storage.upkeep import shapes

T = TypeVar("T")
Patiently = Callable[[Callable[[], T]], T]
_POLL_SECONDS: Final = 0.05


def erase(collections: Collections, meter: Meter, patiently: Patiently[Any], seconds: float) -> None:
    """Commit that the meter has no readings, let those who write an older version end, and clear both
    collections. After a crash in between, the next start goes on. What is imported meanwhile stays.

    `seconds`: how long to wait for writers; whoever takes longer clears up after itself.
    """
    patiently(lambda: record.begin_erasure(collections.records, meter))
    try:
        patiently(lambda: projection.repair(collections, meter))
    except StorageError as error:
        if error.code != record.DAMAGED:  # imported again meanwhile, and damaged again: not what was erased
            raise
        return
    deadline = time.monotonic() + seconds
    while not patiently(lambda: projection.has_ended(collections, meter)):
        if time.monotonic() > deadline:
            return
        time.sleep(_POLL_SECONDS)


def is_usable(database: Database[Any]) -> bool:
    """Whether every name of ours stands for what is ours; mends what can be mended."""
    try:
        shapes.refuse_view(database, record.COLLECTION)
        ordinary.prepare(database)
        time_series.prepare(database)
    except StorageError as error:
        if error.code != shapes.NAME_TAKEN:
            raise
        return False
    return True


def erase_among_others(collections: Collections, meter: Meter) -> None:
    """Delete a meter where something that is not ours has a name of ours: nobody can import then."""
    series = {"$and": [match.readings(meter), time_series.READING]}
    readings = {"$and": [match.readings(meter), ordinary.READING]}
    if _kind(collections.ordinary) == "collection":
        collections.ordinary.delete_many(readings)
    if (kind := _kind(collections.time_series)) in ("collection", "timeseries"):
        collections.time_series.delete_many(series if kind == "collection" else match.readings(meter))
    if _kind(collections.records) == "collection":
        collections.records.delete_one({"_id": record.key(meter)})


def _kind(collection: Collection[Any]) -> str:
    return shapes.shape(collection.database, collection.name).kind
