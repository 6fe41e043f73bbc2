"""A whole run of Spark on a fleet: load, measure, analyse, store."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Any, Final

from pydantic import SecretStr
from pymongo.database import Database

from core.errors import InputError
from core.jobs import Phase, Progress
from core.lab.fleet.measure import check_room, check_size
from core.lab.layouts.build import Stopped, calm
from core.spark import results
from core.spark.analyse import Analysis, analyse
from core.spark.arrivals import Arrivals, Arrived, arrive
from core.spark.cluster.jars import connector_version
from core.spark.cluster.session import local_master, session
from core.spark.lesson import Lesson, teach
from core.spark.load import Loaded, Options, Through, load
from core.spark.measure import measure
from core.spark.sources import Parquet, Source, Synthetic
from core.spark.target import FLEETS, PREFIX, Target
from core.storage.connection import connect
from core.storage.mongo_errors import explained

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

MOST_WORKERS: Final = 256


@dataclass(frozen=True, slots=True)
class Order:
    """What to load and how.

    `parquet`: files instead of synthetic meters; `meters` then limits them, if given. `master`: a Spark
    master; None for `workers` on this machine. `options`: of core.lab.fleet.kept.FAMILIES. `analyse`: also
    make the load profile.
    """

    meters: int | None
    days: int
    workers: int = 2
    through: Through = Through.DIRECT
    parquet: str | None = None
    master: str | None = None
    options: str = "plain"
    analyse: bool = False

    @property
    def source(self) -> Source:
        """The source of the meters."""
        if self.parquet is not None:
            return Parquet(self.parquet, self.meters)
        return Synthetic(1 if self.meters is None else self.meters, self.days)

    def check(self) -> None:
        """Raise InputError `fleet-size`, `spark-workers` or `spark-parquet-none` for an invalid order."""
        check_size(1 if self.meters is None else self.meters, self.days)
        if not 1 <= self.workers <= MOST_WORKERS:
            raise InputError("spark-workers", most=MOST_WORKERS)
        if self.parquet is not None and "://" not in self.parquet and not Path(self.parquet).exists():
            raise InputError("spark-parquet-none")

    def target(self, uri: SecretStr, database: str) -> Target:
        """The collections of the order in a database."""
        suffix = "" if self.options == "plain" else f"_{self.options}"
        return Target(uri, database, f"{self.source.fleet}{suffix}", self.options)


@dataclass(frozen=True, slots=True)
class Outcome:
    """Result of an order. `run`: None if cancelled before the measurement."""

    target: Target
    loaded: Loaded
    run: results.Run | None = None
    analysis: Analysis | None = None


def run_fleet(
    uri: SecretStr,
    database: str,
    order: Order,
    *,
    jars: Path | None = None,
    stop: Event | None = None,
    progress: Callable[[Progress], None] = lambda _: None,
) -> Outcome:
    """Load, measure and store. When cancelled, what was published stays and is not measured.

    Raises InputError, SparkError, StorageError, none with a message of Spark or Java.
    """
    order.check()
    halt = stop or Event()
    target = order.target(uri, database)
    with connect(uri) as client, explained():
        if order.parquet is None:
            check_room(client[database], 2 * (order.meters or 1) * order.days * 48)
        with session(order.master or local_master(order.workers), jars=jars) as spark, calm(client[database]):
            options = Options(order.through, order.workers)
            loaded = load(spark, target, order.source, options, stop=halt, progress=progress)
            if not loaded.complete:
                return Outcome(target, loaded)
            try:
                progress(Progress(1, 1, phase=Phase.MEASURING, meters=len(loaded.published)))
                run = _measured(target, order, loaded, spark.version, halt)
                analysis = None
                if order.analyse and loaded.published:
                    analysis = analyse(spark, target, len(loaded.published), 2 * order.workers, halt)
            except Stopped:
                return Outcome(target, loaded)
        results.keep_run(client[database], run)
    return Outcome(target, loaded, run, analysis)


def _measured(target: Target, order: Order, loaded: Loaded, spark: str, stop: Event) -> results.Run:
    size = measure(target, loaded, stop)
    if stop.is_set():
        raise Stopped
    return results.Run(
        fleet=target.fleet,
        options=order.options,
        size=size,
        through=order.through.value,
        workers=order.workers,
        seconds=loaded.seconds,
        written=loaded.written,
        spark=spark,
        connector=connector_version(),
    )


@contextmanager
def _ready(
    uri: SecretStr, database: str, workers: int, master: str | None, jars: Path | None
) -> Iterator[tuple[SparkSession, Database[Any]]]:
    with connect(uri) as client, explained(), session(master or local_master(workers), jars=jars) as spark:
        yield spark, client[database]


def run_daily(
    uri: SecretStr,
    database: str,
    arrivals: Arrivals,
    *,
    workers: int = 2,
    master: str | None = None,
    jars: Path | None = None,
    stop: Event | None = None,
    progress: Callable[[Progress], None] = lambda _: None,
) -> Arrived:
    """Let days arrive one after another, then rewrite their months. Raises Stopped and as `run_fleet`."""
    arrivals.check()
    target = Target(uri, database, arrivals.fleet)
    with _ready(uri, database, workers, master, jars) as (spark, db):
        arrived = arrive(spark, target, arrivals, stop=stop, progress=progress)
        sides = {"before": arrived.before, "after": arrived.after}
        results.keep_arrived(db, target.fleet, arrivals.meters, arrivals.days, sides)
    return arrived


def run_lesson(
    uri: SecretStr,
    database: str,
    *,
    workers: int = 2,
    jars: Path | None = None,
    stop: Event | None = None,
) -> Lesson:
    """Try the connector on this server; deletes its collections. Raises Stopped and as `run_fleet`."""
    target = Target(uri, database, "lesson")
    with _ready(uri, database, workers, None, jars) as (spark, _):
        return teach(spark, target, stop or Event())


def drop(uri: SecretStr, database: str) -> tuple[str, ...]:
    """Drop every fleet that Spark loaded, with its results; returns their names."""
    with connect(uri) as client, explained():
        names = [row["_id"] for row in client[database][FLEETS].find().sort("_id", 1)]
        for name in names:
            with Target(uri, database, name).open() as fleet:
                fleet.drop()
            results.forget(client[database], name)
        if not names:
            return ()
        for left in (FLEETS, results.COLLECTION):
            client[database].drop_collection(left)
    return tuple(f"{PREFIX}{name}" for name in names)


def cores() -> int:
    """Default number of workers."""
    return min(os.cpu_count() or 1, MOST_WORKERS)
