"""Readings of a fleet that arrive one day at a time, as in operation, and the rewriting of whole months.

Each day of a task is a generation of its own, so each of its buckets holds one day of one meter and costs
more. `compact` rewrites a month in chronological order. Manifest: one document per `{day, task}`, and one per
`{month, task}`, which replaces its days as soon as it exists.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from threading import Event
from typing import TYPE_CHECKING, Any, Final

import pyarrow as pa  # type: ignore[import-untyped]
from bson.int64 import Int64
from pymongo.errors import PyMongoError

from core.errors import StorageError
from core.jobs import Phase, Progress
from core.lab.fleet.measure import check_size
from core.lab.fleet.synthetic import LAST_DAY, households, meter
from core.lab.footprint import Usage, usage
from core.lab.layouts.build import Stopped
from core.lab.layouts.checkpoint import settled
from core.model import Curve, Days, Meter
from core.paristime import minutes_of, span_of
from core.spark import direct, manifest
from core.spark.cluster.running import run
from core.spark.errors import SparkError, TaskError
from core.spark.target import Opened, Target
from core.storage import bson_columns, match
from core.storage.mongo_errors import explained, patiently
from core.storage.scratch import names
from core.storage.store import Store

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

METERS_A_TASK: Final = 64
_TRIES: Final = 3
_TOLD: Final = "task int, g long, readings long, watt_minutes long"
_ROWS: Final = pa.schema(
    [("task", pa.int32()), ("g", pa.int64()), ("readings", pa.int64()), ("watt_minutes", pa.int64())]
)
Tell = Callable[[Progress], None]
Unit = list[tuple[Meter, Curve]]
Make = Callable[[Opened, int], Unit]
"""Makes the readings of a task's meters, from its number."""


@dataclass(frozen=True, slots=True)
class Arrivals:
    """`meters` synthetic meters whose last `days` days arrive one after another. `unit`: meters per task."""

    meters: int
    days: int
    unit: int = METERS_A_TASK

    def check(self) -> None:
        """Raise InputError `fleet-size` for too many or too few meters or days."""
        check_size(self.meters, self.days)

    @property
    def fleet(self) -> str:
        """Name of the fleet, part of its collections' names."""
        return f"daily{self.days}x{self.meters}"

    @property
    def dates(self) -> list[date]:
        """The Paris days that arrive, ascending."""
        return [LAST_DAY - timedelta(days=ago) for ago in reversed(range(self.days))]

    @property
    def tasks(self) -> int:
        """Number of tasks."""
        return -(-self.meters // self.unit)

    def of(self, task: int) -> range:
        """The numbers of a task's meters."""
        first = task * self.unit
        return range(first, min(first + self.unit, self.meters))

    def readings(self, day: date) -> int:
        """Readings of all meters on one day: 46, 48 or 50 each."""
        return self.meters * minutes_of(day) // 30


@dataclass(frozen=True, slots=True)
class Arrived:
    """The time series collection with every day as it arrived (`before`), and rewritten (`after`).

    `written`: readings that were not there before.
    """

    readings: int
    written: int
    before: Usage
    after: Usage


@dataclass(frozen=True, slots=True)
class Part:
    """The published readings of a task's meters over a day, or over the days a month was made of."""

    key: dict[str, Any]
    generation: int
    days: tuple[str, ...]
    readings: int
    watt_minutes: int

    @property
    def task(self) -> int:
        """Number of the task."""
        return int(self.key["task"])


def arrive(
    spark: SparkSession,
    target: Target,
    arrivals: Arrivals,
    *,
    stop: Event | None = None,
    progress: Tell = lambda _: None,
) -> Arrived:
    """Append the missing days, measure, rewrite every month, measure again.

    A second run changes nothing. Raises Stopped, StorageError, SparkError `spark-differs`.
    """
    halt = stop or Event()
    with target.open() as fleet, explained():
        fleet.prepare()
        with manifest.lease(fleet) as me:
            work = _Work(spark, fleet, arrivals, me, halt)
            _sweep(fleet)
            written = _append(work, progress)
            before = _measured(fleet, halt)
            progress(Progress(1, 1, phase=Phase.MEASURING, meters=arrivals.meters))
            compact(work)
            after = _measured(fleet, halt)
        readings = sum(part.readings for part in parts(fleet))
    return Arrived(readings, written, before, after)


@dataclass(frozen=True, slots=True)
class _Work:
    spark: SparkSession
    fleet: Opened
    arrivals: Arrivals
    me: str
    stop: Event


def parts(fleet: Opened) -> list[Part]:
    """The published parts. Days are queried before months, as a month exists before its days are deleted."""
    days, months = (_parts(fleet, kind) for kind in ("day", "month"))
    covered = {(part.task, day) for part in months for day in part.days}
    return months + [part for part in days if (part.task, part.key["day"]) not in covered]


def _parts(fleet: Opened, kind: str) -> list[Part]:
    rows = patiently(lambda: list(fleet.manifest.find({f"_id.{kind}": {"$exists": True}})))
    return [_part(row) for row in rows]


def _part(row: dict[str, Any]) -> Part:
    return Part(row["_id"], row["g"], tuple(row["days"]), row["readings"], row["watt_minutes"])


def _append(work: _Work, progress: Tell) -> int:
    arrivals, written, done = work.arrivals, 0, 0
    expected = sum(arrivals.readings(day) for day in arrivals.dates)
    known = {(part.task, day) for part in parts(work.fleet) for day in part.days}
    for day in arrivals.dates:
        name = day.isoformat()
        todo = [task for task in range(arrivals.tasks) if (task, name) not in known]
        progress(Progress(done, expected, phase=Phase.LOADING, meters=arrivals.meters))
        days = Days(day, day + timedelta(days=1))
        each = dict.fromkeys(todo, (name,))
        written += _write(work, ("day", name), each, partial(_of_day, arrivals, days))
        done += arrivals.readings(day)
    return written


def _of_day(arrivals: Arrivals, days: Days, _fleet: Opened, task: int) -> Unit:
    span = span_of(days)
    numbers = arrivals.of(task)
    return [
        (one, curve.within(span)) for one, curve in households(len(numbers), arrivals.days, first=numbers[0])
    ]


def compact(work: _Work) -> int:
    """Rewrite each month of each task that is in more than one part; returns the number of readings."""
    held: dict[tuple[str, int], list[Part]] = {}
    for part in parts(work.fleet):
        held.setdefault((part.days[0][:7], part.task), []).append(part)
    written = 0
    for month in sorted({month for month, _ in held}):
        apart = {task: found for (of, task), found in held.items() if of == month and len(found) > 1}
        days = {task: tuple(sorted(day for p in found for day in p.days)) for task, found in apart.items()}
        expected = {
            task: (sum(p.readings for p in found), sum(p.watt_minutes for p in found))
            for task, found in apart.items()
        }
        generations = {task: [part.generation for part in found] for task, found in apart.items()}
        make = partial(_of_month, work.arrivals, generations)
        written += _write(work, ("month", month), days, make, expected)
    _sweep(work.fleet)
    return written


def _of_month(arrivals: Arrivals, generations: dict[int, list[int]], fleet: Opened, task: int) -> Unit:
    unit = []
    for number in arrivals.of(task):
        one = meter(number)
        apart = match.of_generations(one, generations[task])
        cursor = fleet.series.find_raw_batches(
            apart, bson_columns.READING, batch_size=bson_columns.READ_BATCH
        )
        unit.append((one, bson_columns.read_columns(cursor)))
    return unit


def _write(
    work: _Work,
    period: tuple[str, str],
    days: Mapping[int, tuple[str, ...]],
    make: Make,
    expected: dict[int, tuple[int, int]] | None = None,
) -> int:
    """Run one Spark task for each key of `days`; returns the number of readings written.

    Each attempt writes a generation, which is published if the server counts the same readings and, with
    `expected`, as many as before. Raises SparkError `spark-differs`, and Stopped; what is not published is
    deleted then.
    """
    left, written = list(days), 0
    for _ in range(_TRIES):
        if not left:
            return written
        base = manifest.reserve(work.fleet, work.me)
        frame = work.spark.createDataFrame([(task,) for task in left], "task int").repartition(len(left))
        wrote = frame.mapInArrow(_writer(work.fleet.target, make, base), _TOLD)
        try:
            rows = run(work.spark, wrote.collect, work.stop, lambda _: None)
        except (Stopped, StorageError, SparkError):
            manifest.close(work.fleet, work.me, base)
            _sweep(work.fleet)
            raise
        for row in rows:
            told = (row.readings, row.watt_minutes)
            numbers = work.arrivals.of(row.task)
            if _counted(work.fleet, numbers, row.g) == told and (not expected or expected[row.task] == told):
                _publish(work.fleet, Part(dict([period]) | {"task": row.task}, row.g, days[row.task], *told))
                left.remove(row.task)
                written += row.readings
        _sweep(work.fleet)
    if left:
        raise SparkError("spark-differs", meters=sum(len(work.arrivals.of(task)) for task in left))
    return written


def _writer(target: Target, make: Make, base: int) -> Any:
    def write(batches: Iterable[Any]) -> Iterator[Any]:
        generation = base + direct.attempt()
        for batch in batches:
            for task in batch.column(0).to_pylist():
                try:
                    with direct.opened(target, base) as fleet:
                        unit = make(fleet, task)
                        direct.write_series(fleet, unit, generation)
                except PyMongoError as error:
                    raise TaskError.of(error) from None
                told = {
                    "task": task,
                    "g": generation,
                    "readings": sum(len(curve) for _, curve in unit),
                    "watt_minutes": sum(curve.watt_minutes for _, curve in unit),
                }
                yield pa.RecordBatch.from_pylist([told], schema=_ROWS)

    return write


def _counted(fleet: Opened, numbers: range, generation: int) -> tuple[int, int]:
    """Readings and watt-minutes of a generation, counted by the server."""
    mine = match.between([meter(numbers[0]), meter(numbers[-1])]) | {"meter.g": generation}
    group = {"_id": "$meter.step", "n": {"$sum": 1}, "watts": {"$sum": "$watts"}}
    rows = patiently(lambda: list(fleet.series.aggregate([{"$match": mine}, {"$group": group}])))
    return sum(int(row["n"]) for row in rows), sum(int(row["watts"]) * row["_id"] for row in rows)


def _publish(fleet: Opened, part: Part) -> None:
    values = {
        "g": Int64(part.generation),
        "days": list(part.days),
        "readings": part.readings,
        "watt_minutes": Int64(part.watt_minutes),
    }
    patiently(lambda: fleet.manifest.replace_one({"_id": part.key}, values, upsert=True))


def _sweep(fleet: Opened) -> None:
    """Delete the days of rewritten months from the manifest, then all generations that are not published."""
    known = parts(fleet)
    for part in known:
        if "month" in part.key:
            days = {"_id.day": {"$in": list(part.days)}, "_id.task": part.task}
            patiently(lambda days=days: fleet.manifest.delete_many(days))  # type: ignore[misc]
    numbers = sorted(part.generation for part in known)
    patiently(lambda: fleet.series.delete_many({"meter.g": {"$nin": numbers}}))


def _measured(fleet: Opened, stop: Event) -> Usage:
    readings = sum(part.readings for part in parts(fleet))
    with names() as new_name:
        settled(Store(fleet.database), fleet.series, new_name("probe"), stop, lambda: None)
    return usage(fleet.series, readings)
