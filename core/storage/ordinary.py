"""The ordinary collection: one document a reading, brought in line with the record by set difference."""

from __future__ import annotations

from contextlib import suppress
from typing import Any, Final

import numpy as np
from pymongo import DeleteOne, UpdateOne
from pymongo.collection import Collection
from pymongo.cursor import Cursor
from pymongo.database import Database

from core.model import Curve, Flow, Meter, Span
from core.paristime import to_datetime
from core.storage import bson_columns, match

COLLECTION: Final = "readings"
INDEX: Final = [("meter.prm", 1), ("meter.flow", 1), ("start", 1)]
"""Unique: it forbids doubles and serves the reading of one meter."""
_BATCH: Final = 5_000


def prepare(database: Database[Any]) -> Collection[Any]:
    """The collection with its one index besides `_id`."""
    collection = database[COLLECTION]
    collection.create_index(INDEX, unique=True)
    return collection


def read(collection: Collection[Any], meter: Meter, span: Span | None = None) -> Curve:
    """The readings of a meter that start inside a span; all without one."""
    query = match.readings(meter)
    if span:
        query["start"] = {"$gte": to_datetime(span.start), "$lt": to_datetime(span.end)}
    cursor: Cursor[Any] = collection.find_raw_batches(
        query, bson_columns.READING, batch_size=bson_columns.READ_BATCH
    )
    return bson_columns.read_columns(cursor)


def align(collection: Collection[Any], meter: Meter, curve: Curve) -> None:
    """Make the collection hold exactly this curve for the meter, touching only what differs.

    Safe to repeat, and safe beside another that aligns to the same curve.
    """
    present = _present(collection, meter)
    gone = ~np.isin(present.start, curve.start)
    _delete(collection, meter, present, gone)
    _correct(
        collection, meter, curve, present
    )  # before: an hour must be half as long when its other half comes
    absent = ~np.isin(curve.start, present.start)
    bson_columns.insert(collection, bson_columns.payload(meter, curve.select(absent)), skip_duplicates=True)


def meters(collection: Collection[Any]) -> set[Meter]:
    """The meters that have readings, told by the index alone."""
    found = set()
    for prm in collection.distinct("meter.prm"):
        for flow in Flow:
            with suppress(ValueError, TypeError):  # not of our making
                meter = Meter(prm, flow)
                if collection.find_one(match.readings(meter), {"_id": 1}):
                    found.add(meter)
    return found


def erase(collection: Collection[Any], meter: Meter) -> None:
    collection.with_options(write_concern=bson_columns.DURABLE).delete_many(match.readings(meter))


def _present(collection: Collection[Any], meter: Meter) -> bson_columns.Columns:
    """What is there, in whatever state a crash left it: overlaps and all."""
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
