"""The laboratory's background work: a job's result grows with every figure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from core.jobs import Job, Progress
from core.lab import buckets, inserts, losses, queries
from core.lab.bound import bound
from core.lab.build import Built, build_all, stored
from core.lab.fleet import Fleet, run_fleet
from core.lab.footprint import footprint
from core.lab.inserts import Inserted
from core.lab.layouts import Layout
from core.lab.losses import Trial
from core.lab.queries import Race
from core.lab.report import Findings
from core.model import Meter
from core.storage.store import Store

T = TypeVar("T")


def layouts(store: Store, chosen: Sequence[Layout]) -> Callable[[Job[tuple[Built, ...]]], tuple[Built, ...]]:
    """Build layouts from the visitor's readings."""

    def work(job: Job[tuple[Built, ...]]) -> tuple[Built, ...]:
        total = sum(one.readings for one in store.meters())
        return _gathered(
            job,
            build_all(store, chosen, stored(store), total, stop=job.stop, progress=_teller(job)),
        )

    return work


def granularity(store: Store) -> Callable[[Job[tuple[Built, ...]]], tuple[Built, ...]]:
    """The same readings with seconds, minutes and hours."""
    return layouts(store, buckets.GRANULARITIES)


def speed(store: Store, meter: Meter) -> Callable[[Job[tuple[Race, ...]]], tuple[Race, ...]]:
    """Race the named queries."""

    def work(job: Job[tuple[Race, ...]]) -> tuple[Race, ...]:
        return _gathered(job, queries.race_all(store, meter, stop=job.stop, progress=_teller(job)))

    return work


def inserting(store: Store, meter: Meter) -> Callable[[Job[tuple[Inserted, ...]]], tuple[Inserted, ...]]:
    """Compare insertion."""

    def work(job: Job[tuple[Inserted, ...]]) -> tuple[Inserted, ...]:
        curve = store.read(meter)
        return tuple(inserts.compare(store, meter, curve, stop=job.stop, progress=_teller(job)))

    return work


def limits(store: Store, meter: Meter) -> Callable[[Job[tuple[Trial, ...]]], tuple[Trial, ...]]:
    """Try what a time series collection is slower at or cannot do."""
    return lambda job: tuple(losses.trials(store, meter, stop=job.stop, progress=_teller(job)))


def report(
    store: Store,
    *,
    layouts: Sequence[Built],
    races: Sequence[Race],
    inserts: Sequence[Inserted],
    trials: Sequence[Trial],
    fleet: Fleet | None,
) -> Callable[[Job[Findings | None]], Findings | None]:
    """Measure both collections once more, beside what was measured before; None when cancelled."""

    def work(job: Job[Findings | None]) -> Findings | None:
        measured = footprint(store)
        if job.stop.is_set():
            return None
        limit = bound(store.read(summary.meter).watts for summary in store.meters() if summary.readings)
        return Findings(measured, limit, layouts, races, inserts, trials, fleet)

    return work


def fleet(store: Store, meters: int, days: int, *, keep: bool, options: str) -> Callable[[Job[Fleet]], Fleet]:
    """Load and measure fleets."""

    def work(job: Job[Fleet]) -> Fleet:
        def measured(found: Fleet) -> None:
            job.result = found

        return run_fleet(
            store.database,
            meters,
            days,
            stop=job.stop,
            progress=_teller(job),
            measured=measured,
            keep=keep,
            options=options,
        )

    return work


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
