"""Measures and stores all results of a talk: layouts, limits, speed, inserting, arrival, fleet."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from threading import Event
from typing import Any, Final

from core.errors import CourbeError
from core.jobs import Progress
from core.lab.arrival.daily import arrivals
from core.lab.arrival.retention import retention
from core.lab.fleet.measure import check_size, run_fleet
from core.lab.footprint import footprint, server_version
from core.lab.layouts import limits
from core.lab.layouts.buckets import buckets
from core.lab.layouts.build import build_all, stored
from core.lab.layouts.catalogue import LAYOUTS, available
from core.lab.lower_bound import bound
from core.lab.prepared.kept import Kept, Kind, save
from core.lab.speed import inserts
from core.lab.speed.races import race_all
from core.model import Meter
from core.storage.store import Store

METERS: Final = 100
DAYS: Final = 730
_SCALE: Final = 1_000
_WEIGHTS: Final = {
    Kind.FOOTPRINT: 1,
    Kind.BOUND: 1,
    Kind.LAYOUTS: 30,
    Kind.BUCKETS: 1,
    Kind.LIMITS: 6,
    Kind.SPEED: 30,
    Kind.INSERT: 5,
    Kind.ARRIVAL: 40,
    Kind.RETENTION: 10,
    Kind.FLEET: 70,
}
"""Relative durations, for a household of two years and a fleet of 100 meters."""
Tell = Callable[[Progress], None]


@dataclass(frozen=True, slots=True)
class Prepared:
    """What was measured and stored, and what failed. `complete`: not cancelled.

    On some servers a user may not read buckets, on some machines no second MongoDB can be started.
    """

    kept: tuple[Kept, ...] = ()
    failed: tuple[tuple[Kind, CourbeError], ...] = ()
    complete: bool = False


def prepare(
    store: Store,
    meter: Meter,
    *,
    meters: int = METERS,
    kinds: Sequence[Kind] = tuple(Kind),
    stop: Event,
    progress: Tell = lambda _: None,
    measured: Callable[[Prepared], None] = lambda _: None,
) -> Prepared:
    """Measure and store all parts, or some, one after another; `measured` is called after each.

    `Progress.source` is the kind that is measured, its count thousandths of all. What is stored stays when
    this is cancelled. Raises InputError: `footprint-empty` without readings, `fleet-size`.
    """
    check_size(meters, DAYS)
    footprint(store, settle=False)
    found, chosen = Prepared(), [kind for kind in _WEIGHTS if kind in kinds]
    for step, kind in enumerate(chosen):
        if stop.is_set():
            return found

        tell = _teller(progress, chosen, step)
        tell(Progress())
        try:
            result = _MEASURED[kind](_Work(store, meter, meters, stop, tell))
        except CourbeError as error:
            found = replace(found, failed=(*found.failed, (kind, error)))
        else:
            if not stop.is_set():
                found = replace(found, kept=(*found.kept, save(store, kind, result, meter)))
        measured(found)
    return replace(found, complete=not stop.is_set())


def _teller(progress: Tell, kinds: Sequence[Kind], step: int) -> Tell:
    """Turns the progress of one part into the progress of all."""
    kind = kinds[step]
    before, whole = (sum(_WEIGHTS[one] for one in some) for some in (kinds[:step], kinds))

    def tell(one: Progress) -> None:
        share = min(one.readings / one.expected, 1.0) if one.expected else 0.0
        now = int((before + share * _WEIGHTS[kind]) * _SCALE)
        progress(Progress(now, whole * _SCALE, step, len(kinds), kind.value, one.phase, one.meters))

    return tell


@dataclass(frozen=True, slots=True)
class _Work:
    store: Store
    meter: Meter
    meters: int
    stop: Event
    tell: Tell


def _layouts(work: _Work) -> Any:
    version = server_version(work.store)
    total = sum(one.readings for one in work.store.meters())
    chosen = [one for one in LAYOUTS if available(one, version)]
    return tuple(build_all(work.store, chosen, stored(work.store), total, stop=work.stop, progress=work.tell))


def _curves(work: _Work) -> Iterator[Any]:
    return (work.store.read(one.meter).watts for one in work.store.meters() if one.readings)


def _insert(work: _Work) -> Any:
    curve = work.store.read(work.meter)
    return tuple(inserts.compare(work.store, work.meter, curve, stop=work.stop, progress=work.tell))


_MEASURED: Final[dict[Kind, Callable[[_Work], Any]]] = {
    Kind.FOOTPRINT: lambda work: footprint(work.store),
    Kind.BOUND: lambda work: bound(_curves(work)),
    Kind.LAYOUTS: _layouts,
    Kind.BUCKETS: lambda work: tuple(buckets(work.store, work.meter)),
    Kind.LIMITS: lambda work: tuple(
        limits.trials(work.store, work.meter, stop=work.stop, progress=work.tell)
    ),
    Kind.SPEED: lambda work: tuple(race_all(work.store, work.meter, stop=work.stop, progress=work.tell)),
    Kind.INSERT: _insert,
    Kind.ARRIVAL: lambda work: tuple(arrivals(stop=work.stop, progress=work.tell)),
    Kind.RETENTION: lambda work: retention(stop=work.stop, progress=work.tell),
    Kind.FLEET: lambda work: run_fleet(
        work.store.database, work.meters, DAYS, stop=work.stop, progress=work.tell
    ),
}
