"""Bringing both measured collections in line with a record, so that a crash at any moment can be mended.

Before it writes, a writer notes its intent (a fresh generation number and who it is) in the record. When
all is written, one compare-and-swap points readers to the new generation, provided the record is still the
version that was projected. What a writer that died left behind is found by its intent.
"""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from bson.int64 import Int64
from pymongo import ReturnDocument
from pymongo.collection import Collection

from core.model import Meter
from core.paristime import now_ms
from core.storage import ordinary, record, time_series, writers


@dataclass(frozen=True, slots=True)
class Collections:
    """The record and its two projections."""

    records: Collection[Any]
    ordinary: Collection[Any]
    time_series: Collection[Any]


@dataclass(frozen=True, slots=True)
class Projection:
    """What readers are pointed to: a generation, the version it shows, its readings and watt-minutes."""

    generation: int
    version: int
    readings: int
    watt_minutes: int


def current(records: Collection[Any], meter: Meter) -> Projection | None:
    """The projection readers are to use; None where nothing was projected yet."""
    document = records.find_one({"_id": record.key(meter)}, {"projection": 1}) or {}
    found = document.get("projection")
    if found is None:
        return None
    return Projection(found["g"], found["version"], found["readings"], found["watt_minutes"])


def is_settled(records: Collection[Any], meter: Meter) -> bool:
    """Whether the last version is projected and no dead writer left anything behind."""
    document = records.find_one({"_id": record.key(meter)}, {"version": 1, "projection": 1, "intents": 1})
    if document is None:
        return True
    up_to_date = document.get("projection", {}).get("version") == document["version"]
    return up_to_date and not _dead(document)


def project(collections: Collections, meter: Meter) -> None:
    """Write the record's last version to both collections, whatever state they are in. Where the meter has
    been erased, also in the middle of this, nothing of it is left."""
    with writers.working() as me:
        while True:
            generation = _announce(collections.records, meter, me)
            if generation is None:
                if _clear(collections, meter):
                    return
                continue
            state = record.load(collections.records, meter)
            _write(collections, state, generation)
            before = _publish(collections.records, state, generation)
            if before is not None:
                _sweep(collections, meter, before)
                _finish(collections, meter, generation)
                return
            # somebody committed meanwhile: what was just written is old before anybody read it
            time_series.delete(collections.time_series, meter, generation)
            _withdraw(collections.records, meter, [generation])


def repair(collections: Collections, meter: Meter) -> None:
    """Project, then delete every generation of the time series collection nobody reads or writes."""
    project(collections, meter)
    _sweep_all(collections, meter)


def has_writers(records: Collection[Any], meter: Meter) -> bool:
    """Whether somebody is projecting the meter at this moment."""
    document = records.find_one({"_id": record.key(meter)}, {"intents": 1})
    return document is not None and len(_dead(document)) < len(document["intents"])


def _clear(collections: Collections, meter: Meter) -> bool:
    """Delete what is there of a meter without a record. False where it has got one meanwhile: its writer may
    have counted on what was deleted here, so it must be projected again."""
    # listed while there was no record: none of these is a later record's
    present = time_series.generations(collections.time_series, meter)
    if collections.records.find_one({"_id": record.key(meter)}, {"_id": 1}) is not None:
        return False
    for generation in present:
        time_series.delete(collections.time_series, meter, generation)
    ordinary.erase(collections.ordinary, meter)
    return collections.records.find_one({"_id": record.key(meter)}, {"_id": 1}) is None


def _announce(records: Collection[Any], meter: Meter, me: str) -> int | None:
    """Note an intent under a number never used before; None where the meter has no record."""
    intent = {"g": "$next_g", "owner": {"$literal": me}, "at": Int64(now_ms())}
    document = records.find_one_and_update(
        {"_id": record.key(meter)},
        [
            {"$set": {"next_g": {"$add": ["$next_g", 1]}}},
            {"$set": {"intents": {"$concatArrays": ["$intents", [intent]]}}},
        ],
        projection={"next_g": 1},
        return_document=ReturnDocument.AFTER,
    )
    return None if document is None else int(document["next_g"])


def _write(collections: Collections, state: record.Record, generation: int) -> None:
    """Both collections at once: neither needs the other, and the server has more than one core."""
    with ThreadPoolExecutor(max_workers=1) as beside:
        series = beside.submit(
            time_series.write, collections.time_series, state.meter, generation, state.curve
        )
        ordinary.align(collections.ordinary, state.meter, state.curve)
        series.result()


def _publish(records: Collection[Any], state: record.Record, generation: int) -> Mapping[str, Any] | None:
    """Point readers to a generation; the record's bookkeeping as it was before, or None where the record
    has moved on or the intent was taken for a dead writer's. The intent stays until all is swept."""
    shown = {
        "g": generation,
        "version": state.version,
        "readings": len(state.curve),
        "watt_minutes": Int64(state.curve.watt_minutes),
    }
    return records.find_one_and_update(
        {"_id": record.key(state.meter), "version": state.version, "intents.g": generation},
        {"$set": {"projection": shown}},
        projection={"projection": 1, "intents": 1},
        return_document=ReturnDocument.BEFORE,
    )


def _sweep(collections: Collections, meter: Meter, before: Mapping[str, Any]) -> None:
    """Delete the generation readers used until now; all that is left over, where a writer died."""
    if "projection" in before:
        time_series.delete(collections.time_series, meter, before["projection"]["g"])
    if _dead(before):
        _sweep_all(collections, meter)


def _sweep_all(collections: Collections, meter: Meter) -> None:
    # looked at before the record: whatever is seen here was announced, so the record accounts for it
    present = time_series.generations(collections.time_series, meter)
    document = collections.records.find_one({"_id": record.key(meter)}, {"projection": 1, "intents": 1})
    if document is None:
        return
    dead = _dead(document)
    shown = document.get("projection", {}).get("g")
    kept = {shown} | {intent["g"] for intent in document["intents"] if intent["g"] not in dead}
    for generation in present - kept:
        time_series.delete(collections.time_series, meter, generation)
    _withdraw(collections.records, meter, dead)


def _finish(collections: Collections, meter: Meter, generation: int) -> None:
    """Withdraw the intent of a published generation. Where another has taken its place meanwhile, delete it
    first: whoever replaced it may have died, and a sweep spares what still has an intent."""
    shown = collections.records.update_one(
        {"_id": record.key(meter), "projection.g": generation}, {"$pull": {"intents": {"g": generation}}}
    )
    if shown.matched_count == 0:
        time_series.delete(collections.time_series, meter, generation)
        _withdraw(collections.records, meter, [generation])


def _dead(document: Mapping[str, Any]) -> list[int]:
    return [intent["g"] for intent in document["intents"] if writers.is_gone(intent["owner"], intent["at"])]


def _withdraw(records: Collection[Any], meter: Meter, generations: list[int]) -> None:
    if generations:
        records.update_one({"_id": record.key(meter)}, {"$pull": {"intents": {"g": {"$in": generations}}}})
