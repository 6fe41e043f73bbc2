"""Spark and the official connector against insert_many: CPU of client and server per reading.

All ways work on the same synthetic meters and one mongod, in one run, so that a busy machine slows all alike;
CPU time is read from /proc (Linux) and counts only the processes of the way. A first, smaller round warms
Java up. The dictionaries of insert_many are made beforehand; so the cost of making the readings is subtracted
from the ways that make them. Targets: Spark with the column writer takes at most 0.5 of insert_many, the
tuned connector at most 1.3, and its defaults at least 1.5 times as much as tuned; a profile whose sums are
pushed down takes at most 0.75 of one made of rows; two workers load at least 1.3 times as fast as one.

A job costs something before its first reading, which must not be multiplied to millions of meters. So a
smaller and a larger fleet are measured, and what each further reading costs, the only figure that may go into
`core/spark/costs.toml`. The ratios are those of the larger fleet; the workers load twice as many meters.

    python -m benchmarks.bench_spark [--meters 40 160] [--days 365] [--runs 3] [--json]
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import SecretStr

from core.lab.fleet.synthetic import households
from core.lab.layouts.build import calm
from core.lab.layouts.catalogue import TS_HOURS
from core.lab.speed.inserts import dictionaries
from core.spark import analyse, connector, direct
from core.spark.cluster.session import local_master, session
from core.spark.manifest import Published
from core.spark.sources import Synthetic
from core.spark.target import Opened, Target
from core.storage.embedded import server

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

UNIT = 4
BATCH = 10_000
TICKS = os.sysconf("SC_CLK_TCK")
GENERATION = 1 << 24


@dataclass(frozen=True)
class Spent:
    """CPU microseconds per reading, and wall seconds."""

    client: float
    server: float
    seconds: float

    @property
    def cpu(self) -> float:
        """CPU of client and server together, microseconds per reading."""
        return self.client + self.server


def ticks(pid: int) -> int:
    """CPU ticks of a process and of its children that ended; 0 if the process has ended itself."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    except OSError:
        return 0
    return sum(int(one) for one in fields[11:15])


def family(pid: int, without: int) -> set[int]:
    """A process and all its descendants, without one branch."""
    parents: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                stat = (entry / "stat").read_text(encoding="ascii", errors="replace")
            except OSError:
                continue
            parents.setdefault(int(stat.rpartition(")")[2].split()[1]), []).append(int(entry.name))
    found, todo = set(), [pid]
    while todo:
        one = todo.pop()
        if one != without:
            found.add(one)
            todo += parents.get(one, [])
    return found


class Meter:
    """Measures the CPU of an action: this process with its Java and workers, and the server."""

    def __init__(self, mongod: int) -> None:
        self._mongod = mongod

    def _now(self) -> tuple[int, int]:
        return sum(ticks(pid) for pid in family(os.getpid(), self._mongod)), ticks(self._mongod)

    def spent(self, action: Callable[[], Any], readings: int) -> Spent:
        """Run an action and return its cost for this many readings."""
        client, there = self._now()
        begun = time.perf_counter()
        action()
        seconds = time.perf_counter() - begun
        client_after, there_after = self._now()
        each = 1e6 / TICKS / readings
        return Spent((client_after - client) * each, (there_after - there) * each, seconds)


@dataclass(frozen=True)
class Bench:
    """One fleet and the ways to write and read it."""

    spark: SparkSession
    fleet: Opened
    meters: int
    days: int

    @property
    def target(self) -> Target:
        """Where the fleet is written."""
        return self.fleet.target

    def fresh(self) -> None:
        """Drop the time series collection and create it anew."""
        self.fleet.series.drop()
        TS_HOURS.create(self.fleet.database, self.target.series)

    def units(self) -> list[list[Any]]:
        """The meters of the fleet in lists of UNIT."""
        every = list(Synthetic(self.meters, self.days).census(self.spark).meters)
        return [every[at : at + UNIT] for at in range(0, len(every), UNIT)]

    def insert_many(self) -> Callable[[], None]:
        """Write dictionaries, made beforehand, with insert_many."""
        made = [dictionaries(TS_HOURS, meter, curve) for meter, curve in households(self.meters, self.days)]

        def write() -> None:
            for batch in made:
                for at in range(0, len(batch), BATCH):
                    self.fleet.series.insert_many(batch[at : at + BATCH], ordered=False)

        return write

    def through_arrow(self) -> Callable[[], None]:
        """Write with Spark and the column writer."""
        frame, curves = Synthetic(self.meters, self.days).portions(self.spark, self.units())
        target = self.target

        def write(batches: Iterable[Any]) -> Iterator[Any]:
            with target.open() as fleet:
                direct.write_series(fleet, list(curves(iter(batches))), GENERATION)
            yield from ()

        def run() -> None:
            frame.mapInArrow(write, "n long").collect()

        return run

    def through_connector(self, options: dict[str, str]) -> Callable[[], None]:
        """Write with Spark and the official connector, with these write options."""
        frame, curves = Synthetic(self.meters, self.days).portions(self.spark, self.units())
        rows = connector.rows(frame, curves, self.target, GENERATION)
        given = connector.options(self.target, self.target.series, options)
        return lambda: rows.write.format(connector.FORMAT).mode("append").options(**given).save()

    def generating(self) -> Callable[[], None]:
        """Make the readings and write nothing."""

        def make() -> None:
            for _ in households(self.meters, self.days):
                pass

        return make

    def published(self) -> list[Published]:
        """The meters of the fleet, all with the one generation that is stored."""
        numbers = self.fleet.series.distinct("meter.g")
        every = Synthetic(self.meters, self.days).census(self.spark).meters
        assert len(numbers) == 1
        return [Published(one, numbers[0], 0, 0) for one in every]

    def profile_pushed(self) -> None:
        """Load profile from sums that the server makes."""
        sums = connector.read(
            self.spark, self.target, self.published(), 4, analyse._BY_START, analyse._START_ROWS
        )
        self._profile(sums)

    def profile_rows(self) -> None:
        """Load profile from single readings: the same sums, made by Spark."""
        from pyspark.sql import functions as f

        rows = connector.read(self.spark, self.target, self.published(), 4)
        by_start = rows.groupBy("start", rows.meter.step.alias("step"))
        self._profile(by_start.agg(f.sum(rows.watts.cast("long")).alias("watts")))

    def _profile(self, sums: Any) -> None:
        from pyspark.sql import functions as f

        halves = analyse.half_hours(sums)
        halves.groupBy("season", "slot").agg(f.sum("watt_minutes"), f.max("watt_minutes")).collect()


@dataclass(frozen=True)
class Found:
    """The cost of each way for the smaller and the larger fleet, and the speedup of two workers."""

    readings: tuple[int, int]
    small: dict[str, Spent]
    large: dict[str, Spent]
    speedup: float

    def further(self, way: str) -> tuple[float, float]:
        """CPU microseconds of client and server for each reading that the larger fleet has more."""
        fewer, more = self.readings
        small, large = self.small[way], self.large[way]
        return (
            (large.client * more - small.client * fewer) / (more - fewer),
            (large.server * more - small.server * fewer) / (more - fewer),
        )


def measured(uri: SecretStr, mongod: int, meters: tuple[int, int], days: int, runs: int) -> Found:
    """All figures of one run."""
    each = sum(len(curve) for _, curve in households(1, days))
    watch, times, found = Meter(mongod), {}, []
    target = Target(uri, "bench_spark", f"d{days}")
    with target.open() as fleet, calm(fleet.database):
        for workers in (1, 2):
            with session(local_master(workers)) as spark:
                warm, *sizes, double = (
                    Bench(spark, fleet, count, days)
                    for count in (max(meters[0] // 4, UNIT * 2), *meters, 2 * meters[1])
                )
                times[workers] = loading(double, warm, watch, runs)
                if workers == 2:
                    found = [ways(bench, warm, watch, each * bench.meters, runs) for bench in sizes]
    small, large = found
    return Found((each * meters[0], each * meters[1]), small, large, times[1] / times[2])


def loading(bench: Bench, warm: Bench, watch: Meter, runs: int) -> float:
    """The median of the seconds in which Spark and the column writer load the fleet."""
    walls = []
    for one in (warm, *[bench] * runs):
        bench.fresh()
        walls.append(watch.spent(one.through_arrow(), 1).seconds)
    return statistics.median(walls[1:])


def ways(bench: Bench, warm: Bench, watch: Meter, readings: int, runs: int) -> dict[str, Spent]:
    """The run with the median CPU of each way."""
    writes: dict[str, Callable[[Bench], Callable[[], None]]] = {
        "insert_many": lambda one: one.insert_many(),
        "generating": lambda one: one.generating(),
        "connector, defaults": lambda one: one.through_connector({}),
        "connector, tuned": lambda one: one.through_connector(dict(connector.WRITE)),
        "direct": lambda one: one.through_arrow(),
    }
    found: dict[str, list[Spent]] = {}
    for run in range(runs + 1):
        for name, way in writes.items():
            bench.fresh()
            action = way(warm if run == 0 else bench)
            spent = watch.spent(action, readings)
            if run:
                found.setdefault(name, []).append(spent)
    for run in range(runs + 1):  # what `direct` wrote last is there
        for name, read in (("profile, rows", bench.profile_rows), ("profile, pushed", bench.profile_pushed)):
            spent = watch.spent(read, readings)
            if run:
                found.setdefault(name, []).append(spent)
    return {name: sorted(all_of, key=lambda one: one.cpu)[len(all_of) // 2] for name, all_of in found.items()}


def report(found: Found) -> bool:
    """Print the figures and ratios; returns whether all targets are met."""
    ways = found.large
    for name, spent in ways.items():
        client, server = found.further(name)
        print(
            f"{name}: {spent.client:.2f} + {spent.server:.2f} us a reading, {spent.seconds:.1f} s; "
            f"{client:.2f} + {server:.2f} us each further one"
        )
    made = ways["generating"].cpu
    plain = ways["insert_many"].cpu

    def of(name: str) -> float:
        """CPU of a way without making the readings."""
        return ways[name].cpu - made

    held = [
        ("direct / insert_many", of("direct") / plain, 0.5, False),
        ("connector, tuned / insert_many", of("connector, tuned") / plain, 1.3, False),
        ("connector, defaults / tuned", of("connector, defaults") / of("connector, tuned"), 1.5, True),
        ("profile, pushed / rows", ways["profile, pushed"].cpu / ways["profile, rows"].cpu, 0.75, False),
        ("two workers / one", found.speedup, 1.3, True),
    ]
    good = True
    for name, ratio, limit, least in held:
        fine = ratio >= limit if least else ratio <= limit
        good = good and fine
        print(f"{name}: {ratio:.2f} (wanted {'>=' if least else '<='} {limit}: {'ok' if fine else 'NOT SO'})")
    return good


def main() -> None:
    """Run the benchmark on a mongod of its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--meters", type=int, nargs=2, default=[40, 160], metavar=("FEWER", "MORE"))
    parser.add_argument("--days", type=int, default=365)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--json", action="store_true", help="also print the figures as JSON")
    arguments = parser.parse_args()
    fewer, more = arguments.meters
    with tempfile.TemporaryDirectory(prefix="courbe-bench-") as folder:
        embedded = server.start(Path(folder))
        try:
            assert embedded.pid is not None
            found = measured(embedded.uri, embedded.pid, (fewer, more), arguments.days, arguments.runs)
        finally:
            embedded.stop()
    report(found)
    if arguments.json:
        print(json.dumps(asdict(found)))


if __name__ == "__main__":
    main()
