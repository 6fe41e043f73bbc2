"""Build layouts from the same readings, prove them equal, measure them, and drop them."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from threading import Event
from typing import Any, Final

import numpy as np
from pymongo import WriteConcern
from pymongo.collection import Collection
from pymongo.database import Database

from core.errors import StorageError
from core.lab.footprint import Tally, Usage, usage
from core.lab.layouts import Layout, Order
from core.model import Curve, Meter
from core.storage import wire
from core.storage.faults import explained
from core.storage.store import Store

Readings = Callable[[], Iterator[tuple[Meter, Curve]]]
"""The same meters and curves, each time it is called."""
PREFIX: Final = "lab_"
"""Collections of experiments; nothing else begins with it."""
LESSON_READINGS: Final = 200_000
LOAD: Final = WriteConcern(w=1)
"""An experiment need not survive a crash; its last checkpoint is forced anyway."""
_FORGOTTEN_MS: Final = 3_600_000


class Stopped(Exception):
    """The visitor cancelled: everything built is dropped."""


@dataclass(frozen=True, slots=True)
class Built:
    """A layout as measured. `settled`: a checkpoint was forced. `seconds`: to load, index included."""

    layout: str
    usage: Usage
    settled: bool
    seconds: float


@dataclass(slots=True)
class Progress:
    """What is going on, for whoever watches: readings of all layouts together."""

    total: int = 0
    done: int = 0
    now: str = ""


def build(
    store: Store, layout: Layout, readings: Readings, stop: Event, progress: Progress | None = None
) -> Built:
    """Build one layout, verify, measure, drop. Raises Stopped, StorageError."""
    with explained():
        collection = layout.create(store.database, new_name(layout.code))
        try:
            begun = time.perf_counter()
            expected, steps = _load(collection, layout, readings, stop, progress)
            seconds = time.perf_counter() - begun
            found = layout.tally(collection, steps)
            if found != expected:
                raise StorageError("lab-differs", layout=layout.code)
            settled = store.settle()
            return Built(layout.code, usage(collection, expected.readings), settled, seconds)
        finally:
            collection.drop()


def new_name(code: str) -> str:
    """A name no other experiment has: with the moment, so that forgotten ones can be told."""
    return f"{PREFIX}{int(time.time() * 1000)}_{code}_{secrets.token_hex(2)}"


def sweep(database: Database[Any]) -> int:
    """Drop what experiments that were killed left behind; how many."""
    limit = time.time() * 1000 - _FORGOTTEN_MS
    with explained():
        forgotten = [
            name
            for name in database.list_collection_names(filter={"name": {"$regex": f"^{PREFIX}[0-9]+_"}})
            if int(name.removeprefix(PREFIX).split("_")[0]) < limit
        ]
        for name in forgotten:
            database.drop_collection(name)
    return len(forgotten)


def _load(
    collection: Collection[Any], layout: Layout, readings: Readings, stop: Event, progress: Progress | None
) -> tuple[Tally, dict[int, int]]:
    """Insert everything; what it must come to, and the minutes of each series."""
    steps: dict[int, int] = {}
    count = energy = 0
    for meter, whole in readings():
        for step in np.unique(whole.minutes):
            if stop.is_set():
                raise Stopped
            curve = whole.select(whole.minutes == step)
            if layout.lesson:
                curve = curve.select(slice(0, max(LESSON_READINGS - count, 0)))
            series = len(steps) + 1
            steps[series] = int(step)
            wire.insert(collection, _ordered(layout, meter, series, curve), concern=LOAD)
            count += len(curve)
            energy += curve.watt_minutes
            if progress:
                progress.done += len(curve)
    return Tally(count, energy), steps


def _ordered(layout: Layout, meter: Meter, series: int, curve: Curve) -> list[wire.Payload]:
    if not len(curve):
        return []
    return [_reordered(payload, layout.order) for payload in layout.shape(meter, series, curve)]


def _reordered(payload: wire.Payload, order: Order) -> wire.Payload:
    if order is Order.CHRONOLOGICAL:
        return payload
    documents = np.frombuffer(payload.raw, dtype=np.uint8).reshape(payload.count, -1)
    if order is Order.NEWEST_FIRST:
        return wire.Payload(documents[::-1].tobytes(), payload.count)
    return wire.Payload(np.random.default_rng(0).permutation(documents).tobytes(), payload.count)
