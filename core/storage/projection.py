"""Brings both measured collections in line with a record, so that a crash at any time can be repaired.

Before it writes, a writer notes its intent (a fresh generation number and its writer id) in the record. After
all writes, one compare-and-swap points readers to the new generation if the record is unchanged. What a dead
writer left behind is found by its intent.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from threading import Lock
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
        """The database of the three collections."""
        return self.records.database


@dataclass(frozen=True, slots=True)
class Projection:
    """What readers use: a generation, the record version it shows, its readings and watt-minutes."""

    generation: int
    version: int
    readings: int
    watt_minutes: int


def current(records: Collection[Any], meter: Meter) -> Projection | None:
    """The projection that readers use; None if there is none yet."""
    document = records.find_one({"_id": record.key(meter)}, {"projection": 1}) or {}
    try:
        found = document["projection"]
        return Projection(found["g"], found["version"], found["readings"], found["watt_minutes"])
    except (KeyError, TypeError):
        return None


def is_settled(records: Collection[Any], meter: Meter) -> bool:
    """Whether the last version is projected and no dead writer or erasure left anything behind."""
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


def project(
    collections: Collections, meter: Meter, reached: Callable[[float], None] = lambda _: None
) -> None:
    """Write the record's last version to both collections, whatever their state; nothing without a record.

    `reached` is told which share of it is written, by one thread at a time; after a newer version it begins
    again.

    If the meter is erased, even while this runs, nothing of it remains. StorageError `record-damaged`,
    `storage-name-taken`.
    """
    began = False
    with writers.working() as me:
        while True:
            generation = _announce(collections.records, meter, me)
            if generation is None:
                if not began:
                    return
                # taken for dead, and the meter erased meanwhile: delete what was written here too
                record.begin_erasure(collections.records, meter, anew=True)
                continue
            began = True
            if _projected(collections, meter, generation, reached):
                return
            # another writer committed meanwhile: this generation is outdated before it was read
            time_series.delete(collections.time_series, meter, generation)
            _withdraw(collections.records, meter, [generation])


def _projected(
    collections: Collections, meter: Meter, generation: int, reached: Callable[[float], None]
) -> bool:
    """Write and publish one generation. False if readers must not see it."""
    try:
        state = record.load(collections.records, meter)
        series = time_series.identity(collections.database) or _made(collections)
    except StorageError:
        _withdraw(collections.records, meter, [generation])
        raise
    _write(collections, state, generation, reached)
    if time_series.identity(collections.database) != series:
        return False
    before = _publish(collections.records, state, generation)
    if before is None:
        return False
    _sweep(collections, meter, before)
    if state.erased:
        _sweep_all(collections, meter)  # also generations that no record mentions
    _finish(collections, meter, generation)
    if state.erased:
        record.forget(collections.records, meter)
    return True


def _made(collections: Collections) -> object | None:
    time_series.prepare(collections.database)
    return time_series.identity(collections.database)


def repair(collections: Collections, meter: Meter) -> None:
    """Project, then delete all generations of the time series collection that nobody reads or writes."""
    project(collections, meter)
    _sweep_all(collections, meter)


def has_ended(collections: Collections, meter: Meter) -> bool:
    """Sweep, and tell whether an erasure is complete: nothing is left, or the meter was imported again."""
    _sweep_all(collections, meter)
    record.forget(collections.records, meter)
    return not record.is_being_erased(collections.records, meter)


def _announce(records: Collection[Any], meter: Meter, me: str) -> int | None:
    """Note an intent under an unused generation number, None without a record; drop invalid intents."""
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


def _write(
    collections: Collections,
    state: record.Record,
    generation: int,
    reached: Callable[[float], None],
) -> None:
    """Write both collections in parallel: they are independent, and the server has several cores."""
    meter, curve = state.meter, state.curve
    sent, one_at_a_time = {"series": 0, "ordinary": 0}, Lock()

    def tell(side: str, count: int) -> None:
        with one_at_a_time:
            sent[side] = count
            reached(sum(sent.values()) / (2 * len(curve)))

    with ThreadPoolExecutor(max_workers=1) as beside:
        series = beside.submit(
            time_series.write, collections.time_series, meter, generation, curve, partial(tell, "series")
        )
        ordinary.align(collections.ordinary, meter, curve, partial(tell, "ordinary"))
        series.result()


def _publish(records: Collection[Any], state: record.Record, generation: int) -> Mapping[str, Any] | None:
    """Point readers to a generation; returns the record's `projection` and `intents` from before.

    None if the record has changed or the intent was removed. The intent stays until leftovers are deleted.
    """
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
    """Delete the generation that readers used until now; all leftovers, if a writer died."""
    shown = (before.get("projection") or {}).get("g")
    if shown is not None:
        time_series.delete(collections.time_series, meter, shown)
    if _dead(before):
        _sweep_all(collections, meter)


def _sweep_all(collections: Collections, meter: Meter) -> None:
    # read before the record: each generation seen here was announced, so the record accounts for it
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
    """Withdraw the intent of a published generation; delete the generation first if it was replaced."""
    shown = collections.records.update_one(
        {"_id": record.key(meter), "projection.g": generation}, {"$pull": {"intents": {"g": generation}}}
    )
    if shown.matched_count == 0:  # its replacer may have died, and a sweep spares what has an intent
        time_series.delete(collections.time_series, meter, generation)
        _withdraw(collections.records, meter, [generation])


def _dead(document: Mapping[str, Any]) -> list[int]:
    """Generations of writers that have ended; invalid intents are ignored (see `_announce`)."""
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
