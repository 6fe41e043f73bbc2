"""Deletes a meter, or everything of ours, in any state and beside other writers.

Collections that readings are written to are never dropped: a write at that time would make MongoDB create an
ordinary collection of the same name. They are emptied instead, meter by meter.
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
    """Commit that the meter has no readings, wait for writers of older versions, and clear both collections.

    After a crash in between, the next start continues. What is imported meanwhile stays. `seconds`: how long
    to wait for writers; slower ones clean up after themselves.
    """
    patiently(lambda: record.begin_erasure(collections.records, meter))
    try:
        patiently(lambda: projection.repair(collections, meter))
    except StorageError as error:
        if error.code != record.DAMAGED:  # imported and damaged again meanwhile: not what was erased
            raise
        return
    deadline = time.monotonic() + seconds
    while not patiently(lambda: projection.has_ended(collections, meter)):
        if time.monotonic() > deadline:
            return
        time.sleep(_POLL_SECONDS)


def is_usable(database: Database[Any]) -> bool:
    """Whether each of our names stands for a collection of ours; repairs what can be repaired."""
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
    """Delete a meter while something foreign has one of our names, so that nobody can import."""
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
