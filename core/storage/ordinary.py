"""The ordinary collection: one document per reading, brought in line with the record by set difference."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import numpy as np
from pymongo import DeleteOne, UpdateOne
from pymongo.collection import Collection
from pymongo.database import Database
from pymongo.errors import OperationFailure

from core.errors import StorageError
from core.model import Curve, Flow, Meter
from core.paristime import to_datetime
from core.storage import bson_columns, match
from core.storage.mongo_errors import DUPLICATE_KEY, ON_A_VIEW
from core.storage.upkeep import shapes

COLLECTION: Final = "readings"
INDEX: Final = [("meter.prm", 1), ("meter.flow", 1), ("start", 1)]
"""Unique: prevents duplicate readings and serves queries about one meter."""
READING: Final = {
    "start": {"$type": "date"},
    "meter.prm": {"$type": "string"},
    "meter.step": {"$type": "number"},
    "watts": {"$type": "number"},
}
"""Types that every document of ours has here."""
_BATCH: Final = 5_000


def prepare(database: Database[Any]) -> int | None:
    """Create the collection and its one index besides `_id`.

    Duplicate readings, possible only after the index was lost, are reduced to one each. Returns how many were
    deleted; None if the index existed. StorageError `storage-name-taken` if the name belongs to a view or to
    documents that are not ours.
    """
    collection = database[COLLECTION]
    try:
        return 0 if shapes.ensure_index(collection, INDEX, unique=True) else None
    except OperationFailure as error:
        if error.code == ON_A_VIEW:
            raise StorageError(shapes.NAME_TAKEN, collection=COLLECTION) from None
        if error.code != DUPLICATE_KEY:
            raise
    doubled = _reduce(collection)
    if not doubled:  # the duplicates are not readings of ours
        raise StorageError(shapes.NAME_TAKEN, collection=COLLECTION)
    shapes.ensure_index(collection, INDEX, unique=True)
    return doubled


def is_of_ours(collection: Collection[Any]) -> bool:
    """Whether a collection holds nothing but readings."""
    return collection.find_one({"$nor": [READING]}) is None


def _reduce(collection: Collection[Any]) -> int:
    """Delete all but the first of readings of one meter with the same start; returns how many.

    Documents without a valid meter are left alone.
    """
    key = {"prm": "$meter.prm", "flow": "$meter.flow", "start": "$start"}
    doubled = collection.aggregate(
        [
            {"$match": READING},
            {"$group": {"_id": key, "first": {"$min": "$_id"}, "count": {"$sum": 1}}},
            {"$match": {"count": {"$gt": 1}}},
        ],
        allowDiskUse=True,
    )
    deleted = 0
    for group in doubled:
        meter = match.meter_of(group["_id"])
        if meter is not None:
            others = match.readings(meter) | {"start": group["_id"]["start"], "_id": {"$ne": group["first"]}}
            deleted += collection.delete_many(others).deleted_count
    return deleted


def align(
    collection: Collection[Any],
    meter: Meter,
    curve: Curve,
    sent: Callable[[int], None] = lambda _: None,
) -> None:
    """Make the collection hold exactly this curve for the meter, writing only the differences.

    Safe to repeat, and safe beside another call with the same curve. `sent` is told the number of readings of
    the curve that are there.
    """
    present = _present(collection, meter)
    gone = ~np.isin(present.start, curve.start)
    _delete(collection, meter, present, gone)
    _correct(
        collection, meter, curve, present
    )  # before inserting: an hour is halved before its second half is added
    absent = ~np.isin(curve.start, present.start)
    there = len(curve) - int(absent.sum())
    bson_columns.insert(
        collection,
        bson_columns.payload(meter, curve.select(absent)),
        skip_duplicates=True,
        sent=lambda count: sent(there + count),
    )


def meters(collection: Collection[Any]) -> set[Meter]:
    """The meters that have readings, found by the index alone."""
    found = {Meter(prm, flow) for prm in collection.distinct("meter.prm") if _is_prm(prm) for flow in Flow}
    return {meter for meter in found if collection.find_one(match.readings(meter), {"_id": 1})}


def _is_prm(prm: object) -> bool:
    return match.meter_of({"prm": prm, "flow": Flow.CONSUMPTION.value}) is not None


def erase(collection: Collection[Any], meter: Meter) -> None:
    """Delete all readings of a meter; durable on return."""
    collection.with_options(write_concern=bson_columns.DURABLE).delete_many(match.readings(meter))


def _present(collection: Collection[Any], meter: Meter) -> bson_columns.Columns:
    """The stored readings in whatever state a crash left them, overlaps included."""
    query = match.readings(meter)
    return bson_columns.read_raw(
        collection.find_raw_batches(query, bson_columns.READING, batch_size=bson_columns.READ_BATCH)
    )


def _delete(
    collection: Collection[Any], meter: Meter, present: bson_columns.Columns, gone: np.ndarray
) -> None:
    if len(present.start) and bool(gone.all()):
        erase(collection, meter)
        return
    _write(collection, [DeleteOne(_one(meter, int(start))) for start in present.start[gone]])


def _correct(collection: Collection[Any], meter: Meter, curve: Curve, present: bson_columns.Columns) -> None:
    at = np.searchsorted(curve.start, present.start)
    (shared,) = np.nonzero(np.isin(present.start, curve.start))
    rows = at[shared]
    wrong = (curve.watts[rows] != present.watts[shared]) | (curve.minutes[rows] != present.minutes[shared])
    _write(
        collection,
        [
            UpdateOne(
                _one(meter, int(curve.start[row])),
                {"$set": {"watts": int(curve.watts[row]), "meter.step": int(curve.minutes[row])}},
            )
            for row in rows[wrong]
        ],
    )


def _one(meter: Meter, start: int) -> dict[str, Any]:
    return match.readings(meter) | {"start": to_datetime(start)}


def _write(collection: Collection[Any], operations: list[Any]) -> None:
    durable = collection.with_options(write_concern=bson_columns.DURABLE)
    for at in range(0, len(operations), _BATCH):
        durable.bulk_write(operations[at : at + _BATCH], ordered=False)
