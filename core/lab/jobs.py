"""Background jobs of the laboratory; a result grows while it is measured and is stored once complete."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from threading import Event
from typing import Any, Final, TypeVar

from core.errors import InputError
from core.jobs import Job, Progress
from core.lab.arrival.daily import Arrival, arrivals
from core.lab.arrival.retention import Retained, retention
from core.lab.fleet.measure import Fleet, run_fleet
from core.lab.footprint import footprint
from core.lab.layouts import buckets
from core.lab.layouts import limits as limit_trials
from core.lab.layouts.build import Built, build_all, stored
from core.lab.layouts.catalogue import LAYOUTS, Layout
from core.lab.layouts.limits import Trial
from core.lab.lower_bound import Bound, bound
from core.lab.prepared.kept import Kind, find, save
from core.lab.prepared.run import METERS, Prepared, prepare
from core.lab.report.findings import Findings
from core.lab.speed import inserts as insertions
from core.lab.speed.inserts import Inserted
from core.lab.speed.races import Race, race_all
from core.model import Meter
from core.storage.store import Store

T = TypeVar("T")


def layouts(store: Store, chosen: Sequence[Layout]) -> Callable[[Job[tuple[Built, ...]]], tuple[Built, ...]]:
    """A job that builds layouts from the visitor's readings."""

    def work(job: Job[tuple[Built, ...]]) -> tuple[Built, ...]:
        total = sum(one.readings for one in store.meters())
        built = _gathered(
            job,
            build_all(store, chosen, stored(store), total, stop=job.stop, progress=_teller(job)),
        )
        if built:
            save(store, Kind.LAYOUTS, _beside_others(store, built))
        return built

    return work


def _beside_others(store: Store, built: tuple[Built, ...]) -> tuple[Built, ...]:
    """The new layouts and those stored of the same readings, in the order of the catalogue."""
    before = find(store, Kind.LAYOUTS)
    others = before.result if before and not before.is_stale(store.meters()) else ()
    known = {one.layout: one for one in (*others, *built)}
    return tuple(known[layout.code] for layout in LAYOUTS if layout.code in known)


def granularity(store: Store) -> Callable[[Job[tuple[Built, ...]]], tuple[Built, ...]]:
    """A job that stores the same readings with granularity seconds, minutes and hours."""
    return layouts(store, buckets.GRANULARITIES)


def speed(store: Store, meter: Meter) -> Callable[[Job[tuple[Race, ...]]], tuple[Race, ...]]:
    """A job that races the named queries."""

    def work(job: Job[tuple[Race, ...]]) -> tuple[Race, ...]:
        races = _gathered(job, race_all(store, meter, stop=job.stop, progress=_teller(job)))
        return _kept(job, store, Kind.SPEED, races, meter)

    return work


def inserting(store: Store, meter: Meter) -> Callable[[Job[tuple[Inserted, ...]]], tuple[Inserted, ...]]:
    """A job that compares ways of inserting."""

    def work(job: Job[tuple[Inserted, ...]]) -> tuple[Inserted, ...]:
        curve = store.read(meter)
        found = insertions.compare(store, meter, curve, stop=job.stop, progress=_teller(job))
        return _kept(job, store, Kind.INSERT, tuple(found), meter)

    return work


def limits(store: Store, meter: Meter) -> Callable[[Job[tuple[Trial, ...]]], tuple[Trial, ...]]:
    """A job that tests what a time series collection does slower or cannot do."""

    def work(job: Job[tuple[Trial, ...]]) -> tuple[Trial, ...]:
        found = limit_trials.trials(store, meter, stop=job.stop, progress=_teller(job))
        return _kept(job, store, Kind.LIMITS, tuple(found), meter)

    return work


def arrival(store: Store) -> Callable[[Job[tuple[Arrival, ...]]], tuple[Arrival, ...]]:
    """A job that lets readings arrive day by day, on a separate server."""

    def work(job: Job[tuple[Arrival, ...]]) -> tuple[Arrival, ...]:
        found = _gathered(job, arrivals(stop=job.stop, progress=_teller(job)))
        return _kept(job, store, Kind.ARRIVAL, found)

    return work


def retained(store: Store) -> Callable[[Job[tuple[Retained, ...]]], tuple[Retained, ...]]:
    """A job that tests deletion by age on both sides, on a separate server."""

    def work(job: Job[tuple[Retained, ...]]) -> tuple[Retained, ...]:
        return _kept(job, store, Kind.RETENTION, retention(stop=job.stop, progress=_teller(job)))

    return work


def preparation(store: Store, meter: Meter, meters: int) -> Callable[[Job[Prepared]], Prepared]:
    """A job that measures and stores all results of a talk."""

    def work(job: Job[Prepared]) -> Prepared:
        def measured(found: Prepared) -> None:
            job.result = found

        return prepare(store, meter, meters=meters, stop=job.stop, progress=_teller(job), measured=measured)

    return work


def report(store: Store, meter: Meter) -> Callable[[Job[Findings | None]], Findings | None]:
    """A job that measures both collections again, to report with the stored results; None when cancelled."""

    def work(job: Job[Findings | None]) -> Findings | None:
        found = findings(store, meter)
        return None if job.stop.is_set() else found

    return work


def measure_all(
    store: Store, meters: int, stop: Event, progress: Callable[[Progress], None]
) -> Findings | None:
    """Measure and store the contents of a report, with fleets of up to `meters` meters (0: none).

    None when interrupted. Raises StorageError, InputError.
    """
    first = max(store.meters(), key=lambda one: one.readings, default=None)
    if first is None:
        raise InputError("footprint-empty")
    kinds = [kind for kind in REPORTED if meters or kind is not Kind.FLEET]
    found = prepare(store, first.meter, meters=meters or METERS, kinds=kinds, stop=stop, progress=progress)
    if not found.complete:
        return None
    for _, error in found.failed:
        raise error
    return findings(store, first.meter, kinds)


REPORTED: Final = (Kind.LAYOUTS, Kind.SPEED, Kind.INSERT, Kind.LIMITS, Kind.FLEET)
"""Stored results of a report; footprint and lower bound are measured anew for it."""


def findings(store: Store, meter: Meter, kinds: Sequence[Kind] = REPORTED) -> Findings:
    """Both collections measured now, and the stored results of the same readings.

    Results of other readings are left out. Raises StorageError, InputError `footprint-empty`.
    """
    measured, meters = footprint(store), store.meters()

    def kept(kind: Kind, without: Any) -> Any:
        one = find(store, kind, meter) if kind in kinds else None
        return one.result if one and not one.is_stale(meters) else without

    return Findings(
        measured,
        _lower_bound(store),
        layouts=kept(Kind.LAYOUTS, ()),
        races=kept(Kind.SPEED, ()),
        inserts=kept(Kind.INSERT, ()),
        trials=kept(Kind.LIMITS, ()),
        fleet=kept(Kind.FLEET, None),
    )


def _lower_bound(store: Store) -> Bound:
    return bound(store.read(one.meter).watts for one in store.meters() if one.readings)


def fleet(store: Store, meters: int, days: int, *, keep: bool, options: str) -> Callable[[Job[Fleet]], Fleet]:
    """A job that loads and measures fleets."""

    def work(job: Job[Fleet]) -> Fleet:
        def measured(found: Fleet) -> None:
            job.result = found

        found = run_fleet(
            store.database,
            meters,
            days,
            stop=job.stop,
            progress=_teller(job),
            measured=measured,
            keep=keep,
            options=options,
        )
        return _kept(job, store, Kind.FLEET, found)

    return work


def _kept(job: Job[T], store: Store, kind: Kind, result: T, meter: Meter | None = None) -> T:
    """The result, stored unless the job was cancelled."""
    if not job.stop.is_set():
        save(store, kind, result, meter)
    return result


def _gathered(job: Job[tuple[T, ...]], found: Iterable[T]) -> tuple[T, ...]:
    results: tuple[T, ...] = ()
    for one in found:
        results = (*results, one)
        job.result = results
    return results


def _teller(job: Job[T]) -> Callable[[Progress], None]:
    def tell(progress: Progress) -> None:
        job.progress = progress

    return tell
