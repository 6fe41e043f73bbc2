"""Builds layouts from the same readings, verifies and measures them, and drops them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from threading import Event
from typing import Any, Final

import numpy as np
from pymongo import WriteConcern
from pymongo.collection import Collection
from pymongo.database import Database

from core.errors import StorageError
from core.jobs import Phase, Progress
from core.lab.footprint import Tally, Usage, usage
from core.lab.layouts.catalogue import Family, Layout, Order
from core.lab.layouts.checkpoint import settled
from core.lab.layouts.lanes import SIDE_BY_SIDE, Lanes
from core.model import Curve, Meter
from core.storage import bson_columns
from core.storage.embedded.server import CACHE_BYTES
from core.storage.mongo_errors import explained
from core.storage.scratch import names, sweep
from core.storage.store import Store

Readings = Callable[[], Iterator[tuple[Meter, Curve]]]
"""A function that yields the same meters and curves at each call."""
LESSON_READINGS: Final = 200_000
_BETWEEN_CHECKPOINTS: Final = 17_520
"""Readings between checkpoints of a layout loaded as in operation: a year of a meter."""
LOAD: Final = WriteConcern(w=1)
"""Write concern of experiments, which need not survive a crash; their last checkpoint is forced."""
TOLERATED_FREE: Final = 0.03
_SMALL_FILE: Final = 1_000_000
"""Bytes of a file below which a few free blocks are a large share."""
_CHECKPOINT_SECONDS: Final = 60
_SHORT_SECONDS: Final = 20
"""A load of at most so many seconds fits before the server's next periodic checkpoint."""
_CALM_CACHE: Final = 256 << 20
_IDLE_BUCKETS: Final = "timeseriesIdleBucketExpiryMemoryUsageThreshold"
"""Parameter: bytes of open buckets beyond which the server closes and compresses idle ones."""
WAVE: Final = 1_000
"""Most readings in a bucket."""
_TOGETHER: Final = 40_000_000
"""Most readings in memory while meters are loaded in waves: 4 bytes each in a synthetic fleet, whose meters
share their times."""


class Stopped(Exception):
    """The visitor cancelled; everything built is dropped."""


@dataclass(frozen=True, slots=True)
class Built:
    """A measured layout. `settled`: after a checkpoint. `seconds`: to load, index included."""

    layout: str
    usage: Usage
    settled: bool
    seconds: float


def build_all(
    store: Store,
    layouts: Sequence[Layout],
    readings: Readings,
    total: int,
    *,
    stop: Event,
    progress: Callable[[Progress], None],
) -> Iterator[Built]:
    """Build layouts one after another from `total` readings; ends early once `stop` is set.

    `Progress.source` is the code of the layout. Leftovers of killed experiments are dropped first. Raises
    StorageError.
    """
    sweep(store.database)
    shares = [min(total, LESSON_READINGS) if layout.lesson else total for layout in layouts]
    begun = 0
    with calm(store.database):
        for step, (layout, share) in enumerate(zip(layouts, shares, strict=True)):

            def advance(done: int, before: int = begun, at: int = step, code: str = layout.code) -> None:
                progress(Progress(before + done, sum(shares), at, len(layouts), code))

            def waiting(before: int = begun + share, at: int = step, code: str = layout.code) -> None:
                progress(Progress(before, sum(shares), at, len(layouts), code, Phase.CHECKPOINT))

            try:
                yield build(store, layout, readings, stop, advance, waiting=waiting)
            except Stopped:
                return
            begun += share


def build(
    store: Store,
    layout: Layout,
    readings: Readings,
    stop: Event,
    advance: Callable[[int], None] = lambda _: None,
    keep_as: str | None = None,
    waiting: Callable[[], None] = lambda: None,
) -> Built:
    """Build one layout, verify and measure it, then drop it or keep it under a name.

    `advance` gets the number of readings loaded; after the last one they are counted and measured. `waiting`
    is called before waiting for a checkpoint that may not be forced. If a checkpoint during the load left
    free space in the file, and the load fits between two checkpoints, the layout is built a second time.
    Raises Stopped, StorageError `lab-differs`.
    """
    built = _build(store, layout, readings, stop, advance, keep_as, waiting)
    if not _torn(built.usage) or layout.lesson or built.seconds > 0.9 * _CHECKPOINT_SECONDS:
        return built
    if keep_as:
        store.database.drop_collection(keep_as)
    if built.seconds > _SHORT_SECONDS:
        _await_checkpoint(store.database, stop)
    return _build(store, layout, readings, stop, advance, keep_as, waiting)


def _torn(one: Usage) -> bool:
    return one.storage_bytes > _SMALL_FILE and one.free_bytes > TOLERATED_FREE * one.storage_bytes


def _await_checkpoint(database: Database[Any], stop: Event) -> None:
    """Wait for the server's next periodic checkpoint, so that none falls into the load after it."""

    def taken() -> int:
        status = database.command("serverStatus")["wiredTiger"]["transaction"]
        return int(status["transaction checkpoints"])

    if not _embedded(database):
        return
    with explained():
        before, deadline = taken(), time.monotonic() + _CHECKPOINT_SECONDS + 5
        while taken() == before and time.monotonic() < deadline:
            if stop.wait(0.2):
                raise Stopped


def _build(
    store: Store,
    layout: Layout,
    readings: Readings,
    stop: Event,
    advance: Callable[[int], None],
    keep_as: str | None,
    waiting: Callable[[], None],
) -> Built:
    kept = False
    with explained(), names() as new_name:
        collection = layout.create(store.database, keep_as or new_name(layout.code))
        try:
            begun = time.perf_counter()
            expected, steps = _load(store, collection, layout, readings, stop, advance)
            seconds = time.perf_counter() - begun
            if layout.tally(collection, steps) != expected:
                raise StorageError("lab-differs", layout=layout.code)
            on_disk = settled(store, collection, new_name("probe"), stop, waiting)
            if stop.is_set():
                raise Stopped
            measured = usage(collection, expected.readings)
            kept = keep_as is not None
            return Built(layout.code, measured, on_disk, seconds)
        finally:
            if not kept:
                collection.drop()


@contextmanager
def calm(database: Database[Any]) -> Iterator[None]:
    """Settings for loading, on the embedded server only.

    The cache may hold more unwritten pages, and buckets are compressed as soon as they are full instead of
    when the meter's next one begins. A page written before it is full, or a bucket before it is compressed,
    leaves free space in its file (300 meters of two years with a checkpoint during the load: 1.81 B/reading,
    with these settings 1.65). Both sides are loaded so and settled by a forced checkpoint.

    The periodic checkpoint cannot be delayed: 6.0 accepts another `syncdelay` while it runs but ignores it
    (measured: every 60 s with 0, 4 and 3,600).
    """
    if not _embedded(database):
        yield
        return
    _tune(database, _CALM_CACHE, idle=1)
    try:
        yield
    finally:  # to the initial values, not to those found: another measurement may have changed them
        _tune(database, CACHE_BYTES, idle=0)


def _tune(database: Database[Any], cache: int, idle: int) -> None:
    """Set the server's cache and bucket memory. `idle`: bytes of open buckets, 0 for the server's default."""
    admin = database.client.admin
    admin.command("setParameter", 1, wiredTigerEngineRuntimeConfig=f"cache_size={cache}")
    admin.command({"setParameter": 1, _IDLE_BUCKETS: idle})


def _embedded(database: Database[Any]) -> bool:
    """Whether the server is reached by the socket of the embedded one."""
    address = database.client.address
    return address is not None and address[0].endswith("mongod.sock")


def stored(store: Store) -> Readings:
    """The visitor's own readings, meter after meter, read once."""
    curves = [(summary.meter, store.read(summary.meter)) for summary in store.meters() if summary.readings]
    return lambda: iter(curves)


def _load(
    store: Store,
    collection: Collection[Any],
    layout: Layout,
    readings: Readings,
    stop: Event,
    advance: Callable[[int], None],
) -> tuple[Tally, dict[int, int]]:
    """Insert everything; returns the expected count and sum, and the minutes of each series."""
    series: dict[tuple[Meter, int], int] = {}
    count = energy = 0
    sample = partial(_first, readings) if layout.lesson else readings
    with Lanes(SIDE_BY_SIDE if _in_waves(layout) else 1) as lanes:
        for meter, whole in _portions(layout, sample, stop):
            for step in np.unique(whole.minutes).tolist():
                if stop.is_set():
                    raise Stopped
                curve = whole.select(whole.minutes == step)
                at = series.setdefault((meter, step), len(series) + 1)
                payloads = _ordered(layout, meter, at, curve)
                lanes.put(at, partial(bson_columns.insert, collection, payloads, concern=LOAD))
                energy += curve.watt_minutes
                before, count = count, count + len(curve)
                if layout.live and count // _BETWEEN_CHECKPOINTS > before // _BETWEEN_CHECKPOINTS:
                    lanes.wait()
                    store.settle()
                advance(count)
    return Tally(count, energy), {at: step for (_, step), at in series.items()}


def _in_waves(layout: Layout) -> bool:
    return layout.family is Family.TIME_SERIES and layout.order is Order.CHRONOLOGICAL


def _first(readings: Readings) -> Iterator[tuple[Meter, Curve]]:
    """The readings of a lesson: the first meters, the last of them cut."""
    left = LESSON_READINGS
    for meter, curve in readings():
        yield meter, curve.select(slice(0, left))
        left -= min(len(curve), left)
        if not left:
            return


def _portions(layout: Layout, readings: Readings, stop: Event) -> Iterator[tuple[Meter, Curve]]:
    """The portions to insert, in the best order for the layout.

    The key of a bucket begins with its time. So time series are inserted in waves across meters, one bucket
    of each at a time, as they would arrive: inserting meter after meter would split every page of the meters
    before. All other layouts are inserted meter after meter, so that their index grows only at its end.
    """
    if not _in_waves(layout):
        for meter, curve in readings():
            size = _BETWEEN_CHECKPOINTS if layout.live else max(len(curve), 1)
            for at in range(0, len(curve), size):
                yield meter, curve.select(slice(at, at + size))
        return
    for group in _groups(readings(), stop):
        longest = max(len(curve) for _, curve in group)
        for at in range(0, longest, WAVE):
            for meter, curve in group:
                if at < len(curve):
                    yield meter, curve.select(slice(at, at + WAVE))


def _groups(readings: Iterator[tuple[Meter, Curve]], stop: Event) -> Iterator[list[tuple[Meter, Curve]]]:
    """Groups of consecutive meters that may be in memory together."""
    group: list[tuple[Meter, Curve]] = []
    held = 0
    for meter, curve in readings:
        if stop.is_set():
            raise Stopped
        group.append((meter, curve))
        held += len(curve)
        if held >= _TOGETHER:
            yield group
            group, held = [], 0
    if group:
        yield group


def _ordered(layout: Layout, meter: Meter, series: int, curve: Curve) -> list[bson_columns.Payload]:
    if not len(curve):
        return []
    return [_reordered(payload, layout.order) for payload in layout.shape(meter, series, curve)]


def _reordered(payload: bson_columns.Payload, order: Order) -> bson_columns.Payload:
    if order is Order.CHRONOLOGICAL:
        return payload
    documents = np.frombuffer(payload.raw, dtype=np.uint8).reshape(payload.count, -1)
    if order is Order.NEWEST_FIRST:
        return bson_columns.Payload(documents[::-1].tobytes(), payload.count)
    return bson_columns.Payload(np.random.default_rng(0).permutation(documents).tobytes(), payload.count)
