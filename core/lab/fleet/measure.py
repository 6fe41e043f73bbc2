"""Loads synthetic fleets of one to a thousand meters into both collections and measures them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from threading import Event
from typing import Any, Final

from pymongo.database import Database

from core.errors import InputError, StorageError
from core.jobs import Phase, Progress
from core.lab.fleet import forecast
from core.lab.fleet.kept import FAMILIES, name_of
from core.lab.fleet.synthetic import Calendar, households
from core.lab.footprint import Footprint, Usage, server_version
from core.lab.layouts.build import Built, Stopped, build, calm
from core.lab.layouts.catalogue import Layout
from core.lab.lower_bound import Bound, bound
from core.lab.sides import SIDES
from core.storage.mongo_errors import explained
from core.storage.scratch import sweep
from core.storage.store import Store

SIZES: Final = (1, 10, 100, 1_000)
MOST_METERS: Final = 10_000
MOST_DAYS: Final = 3_653
ROOM_PER_READING: Final = 130
"""Most bytes on disk per reading while loading: documents, index, journal."""
BOUND_METERS: Final = 40


@dataclass(frozen=True, slots=True)
class Size:
    """One fleet, measured in both collections. `seconds`: to load each."""

    meters: int
    days: int
    footprint: Footprint
    seconds: tuple[float, float]

    def as_json(self) -> dict[str, Any]:
        """Its figures as JSON values."""
        sides = self.footprint.as_json()
        return {
            "meters": self.meters,
            "days": self.days,
            "settled": sides["settled"],
            "ordinary": sides["ordinary"],
            "time_series": sides["time_series"],
        }


@dataclass(frozen=True, slots=True)
class Fleet:
    """All sizes measured, smallest first, and the lower bound of their values. `complete`: not cancelled.

    `options`: the creation options, a key of core.lab.fleet.kept.FAMILIES.
    """

    server: str
    sizes: tuple[Size, ...] = ()
    bound: Bound | None = None
    complete: bool = False
    kept: tuple[str, ...] = ()
    options: str = "plain"

    def as_json(self) -> dict[str, Any]:
        """Its figures as JSON values."""
        printed: dict[str, Any] = {"server": self.server, "sizes": [size.as_json() for size in self.sizes]}
        if self.bound:
            printed["bound_bytes_per_reading"] = round(self.bound.bytes_per_reading, 4)
        return printed

    def models(self) -> tuple[forecast.Model, forecast.Model] | None:
        """Models of the ordinary and the time series side; None below two settled sizes.

        Free space is left out, as it depends on when checkpoints fall into the load.
        """
        return self._fitted(lambda usage: usage.net_bytes)

    def uncompressed(self) -> tuple[forecast.Model, forecast.Model] | None:
        """Models of data before compression plus indexes, which Atlas's smallest tiers count."""
        return self._fitted(lambda usage: usage.data_bytes + usage.index_bytes)

    def indexes(self) -> tuple[forecast.Model, forecast.Model] | None:
        """Models of the indexes alone, which have to fit in memory."""
        return self._fitted(lambda usage: max(usage.index_bytes - usage.index_free_bytes, 1))

    def _fitted(self, measure: Callable[[Usage], int]) -> tuple[forecast.Model, forecast.Model] | None:
        both = [size.footprint for size in self.sizes if size.footprint.settled]
        if len(both) < 2:
            return None
        readings = [one.ordinary.readings for one in both]
        return (
            forecast.fit(readings, [measure(one.ordinary) for one in both]),
            forecast.fit(readings, [measure(one.time_series) for one in both]),
        )

    @property
    def settled(self) -> bool:
        """Whether all sizes are those of the files on disk."""
        return all(size.footprint.settled for size in self.sizes)


def sizes_up_to(meters: int) -> tuple[int, ...]:
    """1, 10, 100, … below the given number of meters, and that number."""
    return (*(size for size in SIZES if size < meters), meters)


def check_size(meters: int, days: int) -> None:
    """Raise InputError `fleet-size` for a fleet that is too large or empty."""
    if not (1 <= meters <= MOST_METERS and 1 <= days <= MOST_DAYS):
        raise InputError("fleet-size", meters=MOST_METERS, days=MOST_DAYS)


def run_fleet(
    database: Database[Any],
    meters: int,
    days: int,
    *,
    stop: Event | None = None,
    progress: Callable[[Progress], None] = lambda _: None,
    measured: Callable[[Fleet], None] = lambda _: None,
    keep: bool = False,
    options: str = "plain",
) -> Fleet:
    """Load and measure fleets of 1, 10, 100, … up to `meters` meters over `days` days.

    `measured` is called after each size; `Progress.source` is `bound` or the side of `Progress.meters` meters
    that is loaded or measured. `keep` leaves the largest fleet in two collections, see core.lab.fleet.kept;
    `options` names creation options of FAMILIES. A cancelled run returns what it measured. Raises InputError
    `fleet-size`, StorageError `fleet-no-room` before anything is written.
    """
    check_size(meters, days)
    store, halt = Store(database), stop or Event()
    with explained():
        check_room(database, meters * days * forecast.READINGS_A_DAY)
        sweep(database)
        plan = _Plan(meters, days, len(Calendar.of(days).start), options, keep)
        progress(Progress(0, plan.readings, source="bound"))
        found = Fleet(server_version(store), bound=_bound(min(meters, BOUND_METERS), days), options=options)
        with calm(database):
            return _measure(store, found, plan, halt, progress, measured)


@dataclass(frozen=True, slots=True)
class _Plan:
    meters: int
    days: int
    readings_each: int
    options: str
    keep: bool

    @property
    def layouts(self) -> tuple[Layout, Layout]:
        return FAMILIES[self.options]

    @property
    def readings(self) -> int:
        """Readings of all sizes and both sides together."""
        return 2 * sum(sizes_up_to(self.meters)) * self.readings_each


def _measure(
    store: Store,
    found: Fleet,
    plan: _Plan,
    stop: Event,
    progress: Callable[[Progress], None],
    measured: Callable[[Fleet], None],
) -> Fleet:
    done = 0
    sizes = sizes_up_to(plan.meters)
    for step, count in enumerate(sizes):
        pair: list[Built] = []
        for side, layout in zip(SIDES, plan.layouts, strict=True):
            name = name_of(count, layout) if plan.keep and count == plan.meters else None
            if name:
                store.database.drop_collection(name)
                found = replace(found, kept=(*found.kept, name))
            begun = Progress(done, plan.readings, step, len(sizes), side.code, Phase.LOADING, count)
            try:
                pair.append(_load(store, layout, count, plan, begun, stop, progress, name))
            except Stopped:
                for half in found.kept:
                    store.database.drop_collection(half)
                return replace(found, kept=())
            done += count * plan.readings_each
        found = replace(found, sizes=(*found.sizes, _size(count, plan.days, found.server, pair)))
        measured(found)
    return replace(found, complete=True)


def _load(
    store: Store,
    layout: Layout,
    meters: int,
    plan: _Plan,
    begun: Progress,
    stop: Event,
    progress: Callable[[Progress], None],
    keep_as: str | None,
) -> Built:
    """Load one side of one size; the progress continues from `begun`."""
    whole = meters * plan.readings_each

    def advance(readings: int) -> None:
        phase = Phase.MEASURING if readings >= whole else Phase.LOADING
        progress(replace(begun, readings=begun.readings + readings, phase=phase))

    def waiting() -> None:
        progress(replace(begun, readings=begun.readings + whole, phase=Phase.CHECKPOINT))

    progress(begun)
    return build(store, layout, lambda: households(meters, plan.days), stop, advance, keep_as, waiting)


def _size(meters: int, days: int, server: str, pair: list[Built]) -> Size:
    ordinary, series = pair
    both = Footprint(server, ordinary.settled and series.settled, ordinary.usage, series.usage)
    return Size(meters, days, both, (ordinary.seconds, series.seconds))


def _bound(meters: int, days: int) -> Bound:
    return bound(curve.watts for _, curve in households(meters, days))


def check_room(database: Database[Any], readings: int) -> None:
    """Raise StorageError `fleet-no-room` if the server's disk has too little space for these readings.

    A server that does not report its disk (Atlas's small tiers) is not checked.
    """
    stats = database.command("dbStats")
    if "fsTotalSize" not in stats:
        return
    free = int(stats["fsTotalSize"]) - int(stats["fsUsedSize"])
    if free < readings * ROOM_PER_READING:
        raise StorageError("fleet-no-room", needed=readings * ROOM_PER_READING // 10**6, free=free // 10**6)
