"""Rebuilds a record from its own undamaged parts, or from the readings in the collections."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from core.model import DEMO_PRM, Curve, Meter, Origin
from core.storage import bson_columns, merging, record
from core.storage.codec import unpack_curve, unpack_days
from core.storage.day_log import DayLog
from core.storage.match import readings
from core.storage.projection import Collections
from core.storage.record import Change, Record

_UNREADABLE: Final = (KeyError, TypeError, ValueError, AttributeError, OverflowError)


def rebuilt(collections: Collections, meter: Meter) -> Record | None:
    """The rebuilt record of a meter; None if no readings are left anywhere.

    Its version is that of the record it is to replace.
    """
    document = collections.records.find_one({"_id": record.key(meter)}) or {}
    own = _own_curve(document)
    if own is not None:
        curve, numbers, origins = own
    else:
        curve = _from_collections(collections, meter, document)
        origins = (_origin(meter, document),)
        numbers = np.zeros(len(curve), np.uint8)
    if not len(curve):
        return None
    version = document.get("version")
    return Record(
        meter,
        version if isinstance(version, int) and not isinstance(version, bool) else 0,
        curve,
        numbers,
        origins,
        _days(document),
        document["changed"] if isinstance(document.get("changed"), int) else 0,
        _changes(document),
    )


def _own_curve(document: Mapping[str, Any]) -> tuple[Curve, NDArray[np.uint8], tuple[Origin, ...]] | None:
    """The packed curve, if only other fields are damaged: packed data carry a checksum."""
    try:
        curve, numbers = unpack_curve(document["columns"])
    except _UNREADABLE:
        return None
    names = document.get("origins")
    told = [_known(name) for name in names] if isinstance(names, list) else []
    count = int(numbers.max(initial=0)) + 1
    return curve, numbers, tuple((told + [Origin.RECOVERED] * count)[: max(count, len(told))])


def _from_collections(collections: Collections, meter: Meter, document: Mapping[str, Any]) -> Curve:
    """The readings of the side that matches the record's counts; both merged if neither does."""
    sides = [_newest(collections, meter, document), _held(collections.ordinary, readings(meter))]
    for told in (document, document.get("projection")):
        if isinstance(told, Mapping):
            wanted = told.get("readings"), told.get("watt_minutes")
            for curve in sides:
                if (len(curve), curve.watt_minutes) == wanted:
                    return curve
    larger, smaller = sorted(sides, key=len, reverse=True)
    alike = np.zeros(len(smaller), np.uint8)
    return merging.merge(smaller, alike, alike, larger, 0, 0).curve


def _newest(collections: Collections, meter: Meter, document: Mapping[str, Any]) -> Curve:
    """The generation that readers were pointed to; if that is lost, the one with most readings."""
    groups = collections.time_series.aggregate(
        [{"$match": readings(meter)}, {"$group": {"_id": "$meter.g", "count": {"$sum": 1}}}]
    )
    counts = {group["_id"]: group["count"] for group in groups}
    if not counts:
        return Curve.empty()
    shown = document.get("projection")
    told = shown.get("g") if isinstance(shown, Mapping) else None
    generation = told if told in counts else max(counts, key=lambda one: counts[one])
    return _held(collections.time_series, readings(meter, generation))


def _held(collection: Any, query: Mapping[str, Any]) -> Curve:
    """The readings of a collection, without those that overlap the one before."""
    batches = collection.find_raw_batches(query, bson_columns.READING, batch_size=bson_columns.READ_BATCH)
    found = bson_columns.read_raw(batches)
    end = found.start + found.minutes.astype(np.int64) * 60_000
    kept, until = np.zeros(len(found.start), np.bool_), np.iinfo(np.int64).min
    for at, (start, past) in enumerate(zip(found.start.tolist(), end.tolist(), strict=True)):
        if start >= until and past > start:
            kept[at], until = True, past
    return Curve.of(found.start[kept], found.minutes[kept], found.watts[kept])


def _origin(meter: Meter, document: Mapping[str, Any]) -> Origin:
    """Origin of rebuilt readings: known only if all came from one source."""
    if meter.prm == DEMO_PRM:
        return Origin.DEMO
    names = document.get("origins")
    told = {_known(name) for name in names} if isinstance(names, list) else set()
    return told.pop() if len(told) == 1 else Origin.RECOVERED


def _known(name: object) -> Origin:
    try:
        return Origin(name) if isinstance(name, str) else Origin.RECOVERED
    except ValueError:
        return Origin.RECOVERED


def _days(document: Mapping[str, Any]) -> DayLog:
    try:
        return unpack_days(document["days"])
    except _UNREADABLE:
        return DayLog.empty()  # the queries will be repeated


def _changes(document: Mapping[str, Any]) -> tuple[Change, ...]:
    try:
        return record.changes_of(document)
    except _UNREADABLE:
        return ()
