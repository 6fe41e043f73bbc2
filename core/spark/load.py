"""Loads a fleet into both collections with Spark, exactly even if tasks or workers die.

Meters are loaded in waves, each one Spark job over units of meters. After a wave the server counts and sums
what it has; complete generations are published, the rest is deleted, and meters that are not published are
tried again.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from threading import Event
from typing import TYPE_CHECKING, Any, Final

from core.errors import StorageError
from core.jobs import Phase, Progress
from core.lab.footprint import Tally
from core.lab.layouts.build import Stopped
from core.model import Flow, Meter
from core.spark import connector, direct, manifest
from core.spark.cluster.running import run
from core.spark.errors import SparkError
from core.spark.manifest import Published
from core.spark.sources import Census, Curves, Source
from core.spark.target import Opened, Target
from core.storage.connection import greet
from core.storage.mongo_errors import explained, patiently

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

UNIT: Final = 16
"""Meters per task: two years of them are 560,000 readings, which take some seconds."""
UNITS_A_WORKER: Final = 4
"""Units per worker in a wave: the work that Ctrl-C discards, and the interval of the server's counts."""
_TRIES: Final = 3
Tell = Callable[[Progress], None]


class Through(StrEnum):
    """The writer: the project's own column writer, or the official connector."""

    DIRECT = "direct"
    CONNECTOR = "connector"


@dataclass(frozen=True, slots=True)
class Options:
    """How a fleet is loaded. `unit`: meters per task. `workers`: tasks at a time."""

    through: Through = Through.DIRECT
    workers: int = 2
    unit: int = UNIT


@dataclass(frozen=True, slots=True)
class Loaded:
    """Result of a run.

    `published`: everything published now. `written`: readings of this run, into each collection. `swept`:
    deleted readings of failed attempts. `seconds`: of this run; `ordinary` and `series`: sums over its tasks,
    by collection. `complete`: not cancelled.
    """

    census: Census
    published: tuple[Published, ...]
    written: int = 0
    swept: int = 0
    seconds: float = 0.0
    ordinary: float = 0.0
    series: float = 0.0
    complete: bool = False


@dataclass(slots=True)
class _Run:
    spark: SparkSession
    fleet: Opened
    source: Source
    options: Options
    me: str
    stop: Event
    tell: Tell
    progress: Progress
    loaded: Loaded = field(init=False)


def load(
    spark: SparkSession,
    target: Target,
    source: Source,
    options: Options | None = None,
    *,
    stop: Event | None = None,
    progress: Tell = lambda _: None,
) -> Loaded:
    """Make a fleet's collections hold the source's meters, in addition to those already published.

    A second run changes nothing; a source of more meters continues. When cancelled, nothing is
    half-published. Raises StorageError, InputError, SparkError `spark-differs`.
    """
    begun = time.perf_counter()
    with target.open() as fleet, explained():
        greet(fleet.database.client)  # retries are for a server that was there
        fleet.prepare()
        with manifest.lease(fleet) as me:
            swept = manifest.sweep(fleet)
            census = run(spark, lambda: source.census(spark), stop or Event(), lambda _: None)
            known = manifest.published(fleet)
            todo = [one for one in census.meters if not _stands(one, known, census)]
            expected = sum(_expected(census, one) for one in todo)
            work = _Run(
                *(spark, fleet, source, options or Options(), me, stop or Event(), progress),
                Progress(0, expected, phase=Phase.LOADING, meters=len(todo), source="spark"),
            )
            work.loaded = Loaded(census, (), swept=swept)
            _load(work, todo)
            seconds = time.perf_counter() - begun
            return replace(work.loaded, published=_of(fleet, census), seconds=seconds)


def _stands(meter: Meter, known: dict[Meter, Published], census: Census) -> bool:
    found = known.get(meter)
    if found is None:
        return False
    return census.tallies is None or found.tally == census.tallies[meter]


def _expected(census: Census, meter: Meter) -> int:
    if census.tallies is not None:
        return census.tallies[meter].readings
    return census.readings // len(census.meters)


def _of(fleet: Opened, census: Census) -> tuple[Published, ...]:
    known = manifest.published(fleet)
    return tuple(known[one] for one in census.meters if one in known)


def _load(work: _Run, todo: Sequence[Meter]) -> None:
    size = work.options.unit * work.options.workers * UNITS_A_WORKER
    try:
        work.tell(work.progress)
        for at in range(0, len(todo), size):
            _wave(work, todo[at : at + size])
    except Stopped:
        return
    work.loaded = replace(work.loaded, complete=True)


def _wave(work: _Run, meters: Sequence[Meter]) -> None:
    """Write until all these meters are published.

    Raises Stopped; what tasks had written whole by then is published too, the rest is deleted.
    """
    left = list(meters)
    for tried in range(_TRIES):
        failure: StorageError | SparkError | Stopped | None = None
        base = manifest.reserve(work.fleet, work.me)
        told: dict[Meter, Tally] = {}
        try:
            _write(work, left, base, told)
        except (StorageError, SparkError, Stopped) as error:
            failure = error
        manifest.close(work.fleet, work.me, base)
        done = _verified(work.fleet, _units(work, left), base, told)
        manifest.publish(work.fleet, done)
        _swept(work, left)
        readings = sum(one.readings for one in done)
        work.loaded = replace(work.loaded, written=work.loaded.written + readings)
        work.progress = replace(work.progress, readings=work.progress.readings + readings)
        work.tell(work.progress)
        published = {one.meter for one in done}
        left = [one for one in left if one not in published]
        if not left:
            return
        if tried == _TRIES - 1 or (failure and not _passes(failure)):
            raise failure or SparkError("spark-differs", meters=len(left))
        patiently(lambda: work.fleet.database.command("ping"))


def _passes(failure: StorageError | SparkError | Stopped) -> bool:
    """Whether a wave that failed may be tried again: a server that was away, or workers that died."""
    codes = {"storage-unreachable", "spark-failed", "storage-refused"}
    return not isinstance(failure, Stopped) and failure.code in codes


def _swept(work: _Run, meters: Sequence[Meter]) -> None:
    gone = manifest.sweep(work.fleet, meters)
    work.loaded = replace(work.loaded, swept=work.loaded.swept + gone)


def _verified(
    fleet: Opened, units: Sequence[Sequence[Meter]], base: int, told: dict[Meter, Tally]
) -> list[Published]:
    """For each unit the latest generation that is complete for all its meters, if the ordinary side is too.

    Only counts of the server are used, not the success that a task reports. A generation is published for a
    whole unit or not at all, so that an unpublished one can be deleted by its number.
    """
    ended = [unit for unit in units if all(one in told for one in unit)]
    if not ended:
        return []
    meters = [one for unit in ended for one in unit]
    series = manifest.counted(fleet, meters, base)
    both = manifest.counted_ordinary(fleet, meters)
    found = []
    for unit in ended:
        whole = [g for g in {g for _, g in series} if all(series.get((m, g)) == told[m] for m in unit)]
        if whole and all(both.get(one) == told[one] for one in unit):
            found += [Published(m, max(whole), told[m].readings, told[m].watt_minutes) for m in unit]
    return found


def _units(work: _Run, meters: Sequence[Meter]) -> list[Sequence[Meter]]:
    size = work.options.unit
    return [meters[at : at + size] for at in range(0, len(meters), size)]


def _write(work: _Run, meters: Sequence[Meter], base: int, told: dict[Meter, Tally]) -> None:
    """Write one wave with Spark.

    Adds the expected count and sum of each meter to `told`; of a wave that fails or is cancelled, only those
    of the tasks that ended.
    """
    units = _units(work, meters)
    frame, curves = work.source.portions(work.spark, units)
    each = work.progress
    share = sum(_expected(work.loaded.census, one) for one in meters) // len(units)

    def advance(units_done: int) -> None:
        work.tell(replace(each, readings=min(each.readings + units_done * share, each.expected or 0)))

    if work.options.through is Through.CONNECTOR:
        _write_through(work, frame, curves, base, told)
        return
    said: Any = work.spark.sparkContext.accumulator([], direct.Said())  # type: ignore[arg-type]
    wrote = frame.mapInArrow(direct.writer(work.fleet.target, curves, base, said), direct.NOTHING)
    try:
        run(work.spark, wrote.collect, work.stop, advance)
    finally:
        told |= {one.meter: one.tally for one in said.value}
        _timed(work, sum(one.ordinary for one in said.value), sum(one.series for one in said.value))


def _write_through(work: _Run, frame: DataFrame, curves: Curves, base: int, told: dict[Meter, Tally]) -> None:
    """Write one wave with the connector, which does not report what it wrote: the source is counted first."""
    target, spark = work.fleet.target, work.spark
    tallied = frame.mapInArrow(_tallier(curves), _TALLY)
    expected = run(spark, tallied.collect, work.stop, lambda _: None)
    told |= {_meter(row): Tally(row.readings, row.watt_minutes) for row in expected}
    seconds = []
    for collection, first in ((target.ordinary, None), (target.series, base)):
        begun = time.perf_counter()
        made = connector.rows(frame, curves, target, first)
        run(spark, lambda m=made, c=collection: connector.save(m, target, c), work.stop, lambda _: None)  # type: ignore[misc]
        seconds.append(time.perf_counter() - begun)
    _timed(work, *seconds)


_TALLY: Final = "prm string, flow string, readings long, watt_minutes long"


def _tallier(curves: Curves) -> Any:
    def tally(batches: Iterator[Any]) -> Iterator[Any]:
        import pyarrow as pa  # type: ignore[import-untyped]

        for meter, curve in curves(batches):
            columns = [[meter.prm], [meter.flow.value], [len(curve)], [curve.watt_minutes]]
            yield pa.RecordBatch.from_arrays(
                [pa.array(column) for column in columns], names=["prm", "flow", "readings", "watt_minutes"]
            )

    return tally


def _timed(work: _Run, ordinary: float, series: float) -> None:
    work.loaded = replace(
        work.loaded, ordinary=work.loaded.ordinary + ordinary, series=work.loaded.series + series
    )


def _meter(row: Any) -> Meter:
    return Meter(row.prm, Flow(row.flow))
