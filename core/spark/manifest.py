"""The manifest: the published generation of each meter.

A time series collection has no unique index, and a task that is tried again writes a second time. So every
attempt writes a generation of its own, and only one that the server has counted and summed is published; all
others are deleted by metaField. Only the driver publishes. An abandoned task can leave readings behind, but
no manifest entry that points to deleted readings.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from threading import Event
from typing import Any, Final

from bson.int64 import Int64
from pymongo import ReturnDocument, UpdateOne
from pymongo.collection import Collection
from pymongo.errors import DuplicateKeyError, OperationFailure

from core.errors import StorageError
from core.lab.footprint import Tally
from core.model import Flow, Meter
from core.paristime import now_ms
from core.spark.target import Opened
from core.storage import match
from core.storage.connection import APP_NAME
from core.storage.mongo_errors import patiently
from core.storage.record import key
from core.storage.writers import is_gone, working

ROOM: Final = 1 << 24
"""Generation numbers reserved for a run; Spark counts the attempts of all its tasks from 0."""
_AT_ONCE: Final = 500
_GONE_SECONDS: Final = 10.0
_POLL_SECONDS: Final = 0.1


@dataclass(frozen=True, slots=True)
class Published:
    """A meter's published generation, with the server's count and sum. Energy in watt-minutes."""

    meter: Meter
    generation: int
    readings: int
    watt_minutes: int

    @property
    def tally(self) -> Tally:
        """Its count and sum."""
        return Tally(self.readings, self.watt_minutes)


def published(fleet: Opened) -> dict[Meter, Published]:
    """The published generations by meter, ascending."""
    rows = patiently(lambda: list(fleet.manifest.find().sort("_id", 1)))
    found = [
        Published(Meter(row["prm"], Flow(row["flow"])), row["g"], row["readings"], row["watt_minutes"])
        for row in rows
    ]
    return {one.meter: one for one in found}


@contextmanager
def lease(fleet: Opened) -> Iterator[str]:
    """The exclusive right to load a fleet. StorageError `spark-busy`."""
    with working() as me:
        patiently(partial(_take, fleet, me))
        try:
            yield me
        finally:
            free = {"$set": {"owner": None}}
            patiently(lambda: fleet.fleets.update_one({"_id": fleet.target.fleet, "owner": me}, free))


def _take(fleet: Opened, me: str) -> None:
    known = fleet.fleets.find_one({"_id": fleet.target.fleet}) or {}
    owner = known.get("owner")
    if owner not in (None, me) and not is_gone(owner, known["since"]):
        raise StorageError("spark-busy")
    try:
        taken = fleet.fleets.update_one(
            {"_id": fleet.target.fleet, "owner": owner},
            {"$set": {"owner": me, "since": Int64(now_ms())}, "$setOnInsert": {"runs": 0}},
            upsert=not known,
        )
    except DuplicateKeyError:
        raise StorageError("spark-busy") from None
    if known and not taken.matched_count:
        raise StorageError("spark-busy")


def reserve(fleet: Opened, me: str) -> int:
    """The first of ROOM unused generation numbers. StorageError `spark-busy` if the lease was lost."""
    document = patiently(
        lambda: fleet.fleets.find_one_and_update(
            {"_id": fleet.target.fleet, "owner": me},
            {"$inc": {"runs": 1}, "$set": {"since": Int64(now_ms())}},
            return_document=ReturnDocument.AFTER,
        )
    )
    if document is None:
        raise StorageError("spark-busy")
    return int(document["runs"]) * ROOM


def counted(fleet: Opened, meters: Sequence[Meter], base: int) -> dict[tuple[Meter, int], Tally]:
    """Counts and sums of these meters by generation, for the generations of one run."""
    of_run = match.between(meters) | {"meter.g": {"$gte": base, "$lt": base + ROOM}}
    return _tallies(fleet.series, of_run)


def counted_ordinary(fleet: Opened, meters: Sequence[Meter]) -> dict[Meter, Tally]:
    """Counts and sums of these meters in the ordinary collection, which has no generations."""
    return {meter: tally for (meter, _), tally in _tallies(fleet.ordinary, match.between(meters)).items()}


def _tallies(collection: Collection[Any], condition: Mapping[str, Any]) -> dict[tuple[Meter, int], Tally]:
    group = {
        "_id": {"prm": "$meter.prm", "flow": "$meter.flow", "g": "$meter.g", "step": "$meter.step"},
        "readings": {"$sum": 1},
        "watts": {"$sum": "$watts"},
    }
    pipeline: list[Mapping[str, Any]] = [{"$match": condition}, {"$group": group}]
    found: dict[tuple[Meter, int], Tally] = {}
    for row in patiently(lambda: list(collection.aggregate(pipeline, allowDiskUse=True))):
        one = row["_id"]
        at = Meter(one["prm"], Flow(one["flow"])), int(one.get("g") or 0)
        before = found.get(at, Tally(0, 0))
        energy = int(row["watts"]) * one["step"]
        found[at] = Tally(before.readings + row["readings"], before.watt_minutes + energy)
    return found


def connection(base: int) -> str:
    """Name by which the server knows the tasks that write these generations."""
    return f"{APP_NAME}-{base}"


def still_wanted(fleet: Opened, base: int) -> bool:
    """Tell whether these generations are still to be written; a task asks before it writes."""
    mine = {"_id": fleet.target.fleet, "runs": base // ROOM}
    return patiently(lambda: fleet.fleets.find_one(mine)) is not None


def close(fleet: Opened, me: str, base: int) -> None:
    """Let nobody write the generations from `base` on any more.

    A killed task may have sent something, or only be about to begin. Those that begin now see that they are
    not wanted; the others are waited for by their connections, up to _GONE_SECONDS, unless the server does
    not tell (a shared tier may not). Raises StorageError `spark-busy` if the lease was lost.
    """
    reserve(fleet, me)
    ask: list[Mapping[str, Any]] = [
        {"$currentOp": {"allUsers": False, "idleConnections": True}},
        {"$match": {"appName": connection(base)}},
        {"$limit": 1},
    ]
    admin, waiting = fleet.database.client["admin"], Event()
    for _ in range(round(_GONE_SECONDS / _POLL_SECONDS)):
        try:
            if not patiently(lambda: list(admin.aggregate(ask))):
                return
        except OperationFailure:
            return
        waiting.wait(_POLL_SECONDS)


def publish(fleet: Opened, found: Iterable[Published]) -> None:
    """Publish generations; the previous ones are marked stale in the same write."""
    stale = {"$cond": [{"$in": [{"$type": "$g"}, ["int", "long"]]}, ["$g"], []]}
    writes = [
        UpdateOne(
            {"_id": key(one.meter)},
            [
                {"$set": {"stale": {"$concatArrays": [{"$ifNull": ["$stale", []]}, stale]}}},
                {
                    "$set": {
                        "prm": one.meter.prm,
                        "flow": one.meter.flow.value,
                        "g": Int64(one.generation),
                        "readings": one.readings,
                        "watt_minutes": Int64(one.watt_minutes),
                    }
                },
            ],
            upsert=True,
        )
        for one in found
    ]
    if writes:
        patiently(lambda: fleet.manifest.bulk_write(writes, ordered=False))


def sweep(fleet: Opened, meters: Sequence[Meter] | None = None) -> int:
    """Delete every reading that is not published, of all meters or of some; returns their number.

    Only for the holder of the lease, as it would delete what another one is writing.
    """
    known = published(fleet)
    gone = _sweep_stale(fleet)
    numbers = sorted({one.generation for one in known.values()})
    other: dict[str, Any] = {"meter.g": {"$nin": numbers}}
    if meters is not None:
        other |= match.between(meters)
    gone += patiently(lambda: fleet.series.delete_many(other)).deleted_count
    lost = [one for one in meters if one not in known] if meters else _unpublished(fleet, known)
    for at in range(0, len(lost), _AT_ONCE):
        some = match.any_of(lost[at : at + _AT_ONCE])
        gone += patiently(lambda some=some: fleet.ordinary.delete_many(some)).deleted_count  # type: ignore[misc]
    return gone


def _sweep_stale(fleet: Opened) -> int:
    """Delete stale generations by meter, as others may be published under the same number."""
    gone = 0
    for row in patiently(lambda: list(fleet.manifest.find({"stale": {"$nin": [None, []]}}))):
        of_old = match.of_generations(Meter(row["prm"], Flow(row["flow"])), row["stale"])
        gone += patiently(lambda of_old=of_old: fleet.series.delete_many(of_old)).deleted_count  # type: ignore[misc]
        done = {"$pullAll": {"stale": row["stale"]}}
        patiently(lambda row=row, done=done: fleet.manifest.update_one({"_id": row["_id"]}, done))  # type: ignore[misc]
    return gone


def _unpublished(fleet: Opened, known: Mapping[Meter, Published]) -> list[Meter]:
    """Unpublished meters in the ordinary collection, found by its index."""
    present = patiently(lambda: fleet.ordinary.distinct("meter.prm"))
    every = (Meter(prm, flow) for prm in present for flow in Flow)
    return [meter for meter in every if meter not in known]
