"""Bringing both measured collections in line with a record, so that a crash at any moment can be mended.

Before it writes, a writer notes its intent (a fresh generation number and who it is) in the record. When
all is written, one compare-and-swap points readers to the new generation, provided the record is still the
version that was projected. What a writer that died left behind is found by its intent.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from bson.int64 import Int64
from pymongo import ReturnDocument
from pymongo.collection import Collection
from pymongo.database import Database

from core.errors import StorageError
from core.model import Meter
from core.paristime import now_ms
from core.storage import ordinary, record, time_series, writers


@dataclass(frozen=True, slots=True)
class Collections:
    """The record and its two projections."""

    records: Collection[Any]
    ordinary: Collection[Any]
    time_series: Collection[Any]

    @property
    def database(self) -> Database[Any]:
        return self.records.database


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
    try:
        found = document["projection"]
        return Projection(found["g"], found["version"], found["readings"], found["watt_minutes"])
    except (KeyError, TypeError):
        return None


def is_settled(records: Collection[Any], meter: Meter) -> bool:
    """Whether the last version is projected and no dead writer, and no erasure, left anything behind."""
    document = records.find_one({"_id": record.key(meter)}, {"version": 1, "intents": 1, "erased": 1})
    if document is None:
        return True
    shown = current(records, meter)
    up_to_date = shown is not None and shown.version == document.get("version")
    return up_to_date and not document.get("erased") and not _dead(document)


def is_at_rest(records: Collection[Any], meter: Meter) -> bool:
    """Whether the meter is settled and nobody is projecting it."""
    writing = records.count_documents({"_id": record.key(meter), "intents": {"$ne": []}}, limit=1)
    return not writing and is_settled(records, meter)


def project(collections: Collections, meter: Meter) -> None:
    """Write the record's last version to both collections, whatever state they are in; nothing where there
    is no record. Where the meter has been erased, also in the middle of this, nothing of it is left.

    StorageError `record-damaged`, `storage-name-taken`."""
    began = False
    with writers.working() as me:
        while True:
            generation = _announce(collections.records, meter, me)
            if generation is None:
                if not began:
                    return
                # taken for dead and erased behind our back: what was written here is to go too
                record.begin_erasure(collections.records, meter, anew=True)
                continue
            began = True
            if _projected(collections, meter, generation):
                return
            # somebody committed meanwhile: what was just written is old before anybody read it
            time_series.delete(collections.time_series, meter, generation)
            _withdraw(collections.records, meter, [generation])


def _projected(collections: Collections, meter: Meter, generation: int) -> bool:
    """Write and publish one generation. False where that is not to be what readers see."""
    try:
        state = record.load(collections.records, meter)
        series = time_series.identity(collections.database) or _made(collections)
    except StorageError:
        _withdraw(collections.records, meter, [generation])
        raise
    _write(collections, state, generation)
    if time_series.identity(collections.database) != series:
        return False
    before = _publish(collections.records, state, generation)
    if before is None:
        return False
    _sweep(collections, meter, before)
    if state.erased:
        _sweep_all(collections, meter)  # also what no record knew of
    _finish(collections, meter, generation)
    if state.erased:
        record.forget(collections.records, meter)
    return True


def _made(collections: Collections) -> object | None:
    time_series.prepare(collections.database)
    return time_series.identity(collections.database)


def repair(collections: Collections, meter: Meter) -> None:
    """Project, then delete every generation of the time series collection nobody reads or writes."""
    project(collections, meter)
    _sweep_all(collections, meter)


def has_ended(collections: Collections, meter: Meter) -> bool:
    """Whether the erasure of a meter is over: nothing is left of it, or it has been imported again."""
    _sweep_all(collections, meter)
    record.forget(collections.records, meter)
    return not record.is_being_erased(collections.records, meter)


def _announce(records: Collection[Any], meter: Meter, me: str) -> int | None:
    """Note an intent under a number never used before; None where the meter has no record. What is no intent
    goes: nobody could withdraw it."""
    intent = {"g": "$next_g", "owner": {"$literal": me}, "at": Int64(now_ms())}
    random = secrets.randbelow(1 << 30)
    sound = {
        "$filter": {
            "input": {"$cond": [{"$isArray": "$intents"}, "$intents", []]},
            "cond": {
                "$and": [
                    {"$isNumber": "$$this.g"},
                    {"$isNumber": "$$this.at"},
                    {"$eq": [{"$type": "$$this.owner"}, "string"]},
                ]
            },
        }
    }
    document = records.find_one_and_update(
        {"_id": record.key(meter)},
        [
            {"$set": {"next_g": {"$add": [{"$cond": [{"$isNumber": "$next_g"}, "$next_g", random]}, 1]}}},
            {"$set": {"intents": {"$concatArrays": [sound, [intent]]}}},
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
    shown = (before.get("projection") or {}).get("g")
    if shown is not None:
        time_series.delete(collections.time_series, meter, shown)
    if _dead(before):
        _sweep_all(collections, meter)


def _sweep_all(collections: Collections, meter: Meter) -> None:
    # looked at before the record: whatever is seen here was announced, so the record accounts for it
    present = time_series.generations(collections.time_series, meter)
    document = collections.records.find_one({"_id": record.key(meter)}, {"projection": 1, "intents": 1})
    if document is None:
        return
    intents = _intents(document)
    dead = [generation for generation, alive in intents if not alive]
    shown = (document.get("projection") or {}).get("g")
    kept = {shown, *(generation for generation, alive in intents if alive)}
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
    """Generations of writers that have ended. Raises nothing for what is no intent: see `_announce`."""
    return [generation for generation, alive in _intents(document) if not alive]


def _intents(document: Mapping[str, Any]) -> list[tuple[int, bool]]:
    """Each announced generation, and whether its writer is alive."""
    found = []
    for intent in document.get("intents") or ():
        with suppress(KeyError, TypeError):
            found.append((intent["g"], not writers.is_gone(intent["owner"], intent["at"])))
    return found


def _withdraw(records: Collection[Any], meter: Meter, generations: list[int]) -> None:
    if generations:
        records.update_one({"_id": record.key(meter)}, {"$pull": {"intents": {"g": {"$in": generations}}}})
