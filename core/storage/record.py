"""The record of a meter: one document with its whole curve, and the commit point of every import.

It is replaced only from the version that was read (compare-and-swap), journaled on most nodes. The two
measured collections are projections of it: what the record contains is imported, and they are brought in line
with it, now or after a crash.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from bson.binary import Binary
from bson.int64 import Int64
from numpy.typing import NDArray
from pymongo.collection import Collection
from pymongo.errors import DuplicateKeyError

from core.errors import StorageError
from core.model import Curve, Flow, Meter, Origin, Span
from core.paristime import now_ms, to_datetime, to_ms
from core.storage import match
from core.storage.codec import pack_curve, pack_days, unpack_curve, unpack_days
from core.storage.day_log import DayLog
from core.storage.upkeep import shapes

COLLECTION: Final = "curves"
LISTED_CHANGES: Final = 500
"""Changed readings that the list keeps; their number is counted without limit."""
_FIRST_BELOW: Final = 1 << 30
"""Upper limit of first numbers; an int32 has room for as many increments again."""
_SUMMARY: Final = {"columns": 0, "days": 0, "changes": 0}
_OF_A_METER: Final = {"$regex": "^[0-9x]{14}:[a-z]+$"}
"""Pattern of the `_id` of records; other documents in the collection are not ours."""
DAMAGED: Final = "record-damaged"
_Document = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Change:
    """A reading corrected by a later delivery: watts `was` and `now`; `start`, `at_ms` (import) in UTC ms."""

    start: int
    minutes: int
    was: int
    now: int
    origin: Origin
    at_ms: int


@dataclass(frozen=True, slots=True)
class Summary:
    """What is known of a meter without reading its curve. Energy in watt-minutes, times in UTC ms."""

    meter: Meter
    readings: int
    watt_minutes: int
    span: Span | None
    missing: int
    version: int
    origins: tuple[Origin, ...]
    changed: int
    updated_ms: int
    settled: bool
    """Whether both collections are in line with the record."""


@dataclass(frozen=True, slots=True, eq=False)
class Record:
    """Everything known of a meter. `origin`: index into `origins`, one per reading."""

    meter: Meter
    version: int
    curve: Curve
    origin: NDArray[np.uint8]
    origins: tuple[Origin, ...]
    days: DayLog
    changed: int = 0
    changes: tuple[Change, ...] = field(default=())
    erased: bool = False
    """Whether the meter was erased; the record then stays only until nothing else of it is left."""

    @classmethod
    def blank(cls, meter: Meter) -> Record:
        """A record of version 0 without readings."""
        return cls(meter, 0, Curve.empty(), np.zeros(0, np.uint8), (), DayLog.empty())


def key(meter: Meter) -> str:
    """`_id` of a meter's record."""
    return f"{meter.prm}:{meter.flow.value}"


def load(records: Collection[Any], meter: Meter) -> Record:
    """The last committed record; a blank one of version 0 if there is none. StorageError `record-damaged`."""
    document = records.find_one({"_id": key(meter)})
    return Record.blank(meter) if document is None else read(meter, document)


def read(meter: Meter, document: _Document) -> Record:
    """The record in a document. StorageError `record-damaged` if it is not a whole record of this meter."""
    try:
        found = _record(document)
        told = document["readings"], document["watt_minutes"]
        whole = (len(found.curve), found.curve.watt_minutes) == told and found.meter == meter
        whole = whole and int(found.origin.max(initial=0)) < max(len(found.origins), 1)
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError):
        whole = False
    if not whole:
        raise StorageError(DAMAGED, meter=meter.masked)
    return found


def replace(records: Collection[Any], record: Record, writer: str) -> bool:
    """Commit a record over the version it was made from. False if another writer was faster.

    `writer`: token that lets `written_by` detect a commit whose reply was lost. A new record counts versions
    and generations from random numbers, so that a writer still at work on an erased record cannot take this
    one for it.
    """
    if record.version == 0:
        first = {"version": 1 + secrets.randbelow(_FIRST_BELOW), "writer": writer}
        counters = {"intents": [], "next_g": secrets.randbelow(_FIRST_BELOW)}
        try:
            records.insert_one({"_id": key(record.meter)} | counters | _document(record) | first)
        except DuplicateKeyError:
            return False
        return True
    document = _document(record) | {"version": record.version + 1, "writer": writer}
    changed = records.update_one({"_id": key(record.meter), "version": record.version}, {"$set": document})
    return changed.matched_count == 1


def written_by(records: Collection[Any], meter: Meter, writer: str) -> bool:
    """Whether the last committed version has this writer's token."""
    return records.count_documents({"_id": key(meter), "writer": writer}, limit=1) == 1


def restore(records: Collection[Any], record: Record, writer: str) -> bool:
    """Commit a record over one that is damaged or absent. False if another writer was faster.

    Versions continue from a random number, so that a writer still at work on the damaged record cannot take
    this one for it.
    """
    if record.version == 0 and replace(records, record, writer):
        return True
    seen = (records.find_one({"_id": key(record.meter)}, {"version": 1}) or {}).get("version")
    document = _document(record) | {"version": 1 + secrets.randbelow(_FIRST_BELOW), "writer": writer}
    if isinstance(seen, int) and seen != record.version:
        return False
    changed = records.update_one({"_id": key(record.meter), "version": seen}, {"$set": document})
    return changed.matched_count == 1


def begin_erasure(records: Collection[Any], meter: Meter, *, anew: bool = False) -> None:
    """Commit that the meter has no readings, whether its record is absent, damaged or whole.

    `forget` deletes the record once nobody works on it. `anew`: only if the meter has no record.
    """
    random = secrets.randbelow(_FIRST_BELOW)
    blank = _document(Record.blank(meter)) | {"erased": True}
    kept = {
        "_id": "$_id",
        "version": {"$cond": [{"$isNumber": "$version"}, {"$add": ["$version", 1]}, random]},
        "next_g": {"$cond": [{"$isNumber": "$next_g"}, "$next_g", random]},
        "intents": {"$cond": [{"$isArray": "$intents"}, "$intents", []]},
        "projection": {"$cond": [{"$isNumber": "$projection.g"}, "$projection", "$$REMOVE"]},
    }
    if anew:
        fresh = blank | {"version": random, "next_g": random, "intents": []}
        records.update_one({"_id": key(meter)}, {"$setOnInsert": fresh}, upsert=True)
        return
    merged = {"$replaceWith": {"$mergeObjects": [{"$literal": blank}, kept]}}
    records.update_one({"_id": key(meter)}, [merged], upsert=True)


def forget(records: Collection[Any], meter: Meter) -> None:
    """Delete the record of an erased meter, once nobody works on it and no readings are left.

    If it were deleted earlier, a writer could not know that it writes readings of an erased meter.
    """
    done = {"erased": True, "intents": [], "$expr": {"$eq": ["$version", "$projection.version"]}}
    records.delete_one({"_id": key(meter)} | done)


def is_being_erased(records: Collection[Any], meter: Meter) -> bool:
    """Whether the meter was erased and something of it may be left."""
    return records.count_documents({"_id": key(meter), "erased": True}, limit=1) == 1


def summaries(records: Collection[Any]) -> list[Summary]:
    """A summary of each meter, without unpacking curves; erased meters and damaged records are left out."""
    found = records.find({"_id": _OF_A_METER, "erased": {"$ne": True}}, _SUMMARY).sort("_id", 1)
    return [summary for document in found if (summary := _summary_or_none(document))]


def meters(records: Collection[Any]) -> list[Meter]:
    """The meters that have a record, including damaged records and those of meters being erased."""
    found = records.find({"_id": _OF_A_METER}, {"_id": 1}).sort("_id", 1)
    return [meter for document in found if (meter := _meter_of(document["_id"]))]


def foreign(records: Collection[Any]) -> int:
    """Number of documents in the collection of records that are not ours."""
    return records.count_documents({"_id": {"$not": _OF_A_METER, "$ne": shapes.LOCK}})


def _meter_of(identifier: str) -> Meter | None:
    prm, _, flow = identifier.partition(":")
    return match.meter_of({"prm": prm, "flow": flow})


def _summary_or_none(document: _Document) -> Summary | None:
    try:
        return _summary(document)
    except (KeyError, TypeError, ValueError, AttributeError):
        return None


def _document(record: Record) -> dict[str, Any]:
    curve, span = record.curve, record.curve.span
    return {
        "prm": record.meter.prm,
        "flow": record.meter.flow.value,
        "readings": len(curve),
        "watt_minutes": Int64(curve.watt_minutes),
        "first": Int64(span.start) if span else None,
        "end": Int64(span.end) if span else None,
        "missing": curve.missing,
        "columns": Binary(pack_curve(curve, record.origin)),
        "origins": [origin.value for origin in record.origins],
        "days": Binary(pack_days(record.days)),
        "changed": record.changed,
        "changes": [_change_document(change) for change in record.changes[-LISTED_CHANGES:]],
        "updated": to_datetime(now_ms()),
        "erased": record.erased,
    }


def _change_document(change: Change) -> dict[str, Any]:
    return {
        "start": Int64(change.start),
        "minutes": change.minutes,
        "was": change.was,
        "now": change.now,
        "origin": change.origin.value,
        "at": Int64(change.at_ms),
    }


def _record(document: _Document) -> Record:
    curve, origin = unpack_curve(document["columns"])
    return Record(
        meter=_meter(document),
        version=document["version"],
        curve=curve,
        origin=origin,
        origins=tuple(Origin(name) for name in document["origins"]),
        days=unpack_days(document["days"]),
        changed=document["changed"],
        changes=changes_of(document),
        erased=document.get("erased", False),
    )


def changes_of(document: _Document) -> tuple[Change, ...]:
    """The listed changes. KeyError, TypeError or ValueError where they are damaged."""
    return tuple(
        Change(c["start"], c["minutes"], c["was"], c["now"], Origin(c["origin"]), c["at"])
        for c in document["changes"]
    )


def _summary(document: _Document) -> Summary:
    first, end = document["first"], document["end"]
    return Summary(
        meter=_meter(document),
        readings=document["readings"],
        watt_minutes=document["watt_minutes"],
        span=None if first is None else Span(first, end),
        missing=document["missing"],
        version=document["version"],
        origins=tuple(Origin(name) for name in document["origins"]),
        changed=document["changed"],
        updated_ms=to_ms(document["updated"]),
        settled=document.get("projection", {}).get("version") == document["version"],
    )


def _meter(document: _Document) -> Meter:
    return Meter(document["prm"], Flow(document["flow"]))
