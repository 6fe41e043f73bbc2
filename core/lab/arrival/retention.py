"""Tests deletion by age (`expireAfterSeconds`) on both sides: what is deleted, and when."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from threading import Event
from typing import Any, Final

from pymongo.collection import Collection

from core.jobs import Progress
from core.lab.arrival.throwaway import Throwaway, throwaway
from core.lab.fleet.synthetic import households
from core.lab.layouts.build import LOAD
from core.lab.layouts.catalogue import ORDINARY, OWN
from core.lab.sides import SIDES, Side
from core.model import MINUTE_MS, Curve, Meter
from core.paristime import DAY_MS, now_ms, to_ms
from core.storage import bson_columns
from core.storage.mongo_errors import explained

METERS: Final = 5
DAYS: Final = 120
KEPT_DAYS: Final = 60
_PASSES: Final = 3
"""The test ends after this many rounds of the TTL monitor without a deletion."""
_PATIENCE_SECONDS: Final = 60


@dataclass(frozen=True, slots=True)
class Retained:
    """The readings left on one side of 120 days when 60 are to be kept.

    `exact`: readings younger than that. `oldest_days`: age of the oldest reading that is left.
    """

    side: str
    before: int
    after: int
    exact: int
    oldest_days: float
    seconds: float


def retention(*, stop: Event, progress: Callable[[Progress], None] = lambda _: None) -> tuple[Retained, ...]:
    """Test both sides on a separate server whose TTL monitor runs every second.

    Raises StorageError if no mongod can run here.
    """
    fleet = [(meter, _until_now(curve)) for meter, curve in households(METERS, DAYS)]
    found: list[Retained] = []
    with throwaway(["ttlMonitorSleepSecs=1"]) as one, explained():
        for step, side in enumerate(SIDES):
            if stop.is_set():
                break
            progress(Progress(step, len(SIDES), step, len(SIDES), side))
            found.append(_tried(one, side, fleet, stop))
    return tuple(found)


def _until_now(curve: Curve) -> Curve:
    """The same curve, moved so that its last half-hour has just ended."""
    shift = (now_ms() - int(curve.end[-1])) // (30 * MINUTE_MS) * 30 * MINUTE_MS
    return Curve.of(curve.start + shift, curve.minutes, curve.watts)


def _tried(one: Throwaway, side: Side, fleet: list[tuple[Meter, Curve]], stop: Event) -> Retained:
    layout = ORDINARY if side is Side.ORDINARY else OWN
    collection = layout.create(one.database, f"retention_{side.value}")
    for meter, curve in fleet:
        bson_columns.insert(collection, layout.shape(meter, 1, curve), concern=LOAD)
    before = collection.count_documents({})
    limit = now_ms() - KEPT_DAYS * DAY_MS
    begun = time.monotonic()
    seconds = KEPT_DAYS * 86_400
    if side is Side.ORDINARY:
        collection.create_index([("start", 1)], expireAfterSeconds=seconds)
    else:
        one.database.command("collMod", collection.name, expireAfterSeconds=seconds)
    changed = _settled(one, collection, before, stop)
    oldest: dict[str, Any] = collection.find_one(sort=[("start", 1)]) or {}
    return Retained(
        side.value,
        before,
        collection.count_documents({}),
        sum(int((curve.start >= limit).sum()) for _, curve in fleet),
        (now_ms() - to_ms(oldest["start"])) / DAY_MS if oldest else 0.0,
        changed - begun,
    )


def _settled(one: Throwaway, collection: Collection[Any], before: int, stop: Event) -> float:
    """Wait until some rounds of the monitor delete nothing more; returns the time of the last deletion."""

    def rounds() -> int:
        return int(one.database.command("serverStatus")["metrics"]["ttl"]["passes"])

    count, changed = before, time.monotonic()
    first, deadline = rounds(), changed + _PATIENCE_SECONDS
    while rounds() < first + _PASSES and time.monotonic() < deadline and not stop.wait(0.2):
        now = collection.count_documents({})
        if now != count:
            count, changed, first = now, time.monotonic(), rounds()
    return changed
