"""A server, and executors, that are killed repeatedly while Spark loads."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from pymongo import MongoClient
from pymongo.errors import PyMongoError

from core.jobs import Progress
from core.model import Curve, Meter
from core.spark.cluster.session import session
from core.spark.load import Options, Through, load
from core.spark.sources import Synthetic
from core.spark.target import Target
from core.storage.embedded import server
from tests.spark import held

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

Fleet = Callable[[int, int], dict[Meter, Curve]]
KILLS = 4
POLL_SECONDS = 0.005


@pytest.fixture
def mortal(tmp_path: Path) -> Iterator[server.EmbeddedServer]:
    """A separate server that the test may kill."""
    running = server.start(tmp_path)
    try:
        yield running
    finally:
        running.stop()


class Killer(threading.Thread):
    """Kills a server each time it has more buckets, so always during a write."""

    def __init__(self, victim: server.EmbeddedServer, target: Target, kills: int) -> None:
        super().__init__(daemon=True)
        self.killed = 0
        self._victim, self._target, self._kills = victim, target, kills
        self.ended = threading.Event()

    def run(self) -> None:
        uri = self._victim.uri.get_secret_value()
        with MongoClient[dict[str, Any]](uri, serverSelectionTimeoutMS=500) as client:
            buckets = client[self._target.database][f"system.buckets.{self._target.series}"]
            before = 0
            while self.killed < self._kills and not self.ended.is_set():
                try:
                    found = buckets.count_documents({})
                except PyMongoError:  # it is starting again
                    found = before
                if found > before and self._victim.pid:
                    os.kill(self._victim.pid, signal.SIGKILL)
                    self.killed += 1
                    before = found
                self.ended.wait(POLL_SECONDS)


def test_a_server_killed_four_times_holds_the_fleet_exactly(
    spark: SparkSession, mortal: server.EmbeddedServer, fleet: Fleet
) -> None:
    target = Target(mortal.uri, "killed", "d100")
    killer = Killer(mortal, target, KILLS)
    killer.start()
    try:
        loaded = load(spark, target, Synthetic(16, 100), Options(unit=2))
    finally:
        killer.ended.set()
        killer.join()
    assert killer.killed == KILLS
    assert loaded.complete
    with target.open() as there:
        assert held.exact(there, fleet(16, 100))


@pytest.mark.torture
@pytest.mark.parametrize("through", Through)
@pytest.mark.parametrize("kills", [1, 6])
def test_a_server_killed_while_either_way_loads(
    spark: SparkSession, mortal: server.EmbeddedServer, fleet: Fleet, through: Through, kills: int
) -> None:
    target = Target(mortal.uri, "killed", "d300")
    killer = Killer(mortal, target, kills)
    killer.start()
    try:
        loaded = load(spark, target, Synthetic(24, 300), Options(through, unit=4))
    finally:
        killer.ended.set()
        killer.join()
    assert loaded.complete
    with target.open() as there:
        assert held.exact(there, fleet(24, 300))


def executors(application: str) -> list[int]:
    """Process ids of an application's executors."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                command = (entry / "cmdline").read_bytes().decode(errors="replace").split("\0")
            except OSError:
                continue
            if application in command and any("CoarseGrainedExecutorBackend" in one for one in command):
                found.append(int(entry.name))
    return found


def with_killed_executors(target: Target, meters: int, days: int, through: Through) -> tuple[bool, int]:
    """Load on a small cluster of this machine with two executors, and kill one after each wave.

    Whether the load was complete, and how many executors were killed.
    """
    killed: list[int] = []
    with session("local-cluster[2,1,1024]") as cluster:
        application = cluster.sparkContext.applicationId

        def kill(progress: Progress) -> None:
            alive = [pid for pid in executors(application) if pid not in killed]
            if progress.readings and alive and len(killed) < 3:
                killed.append(alive[0])
                os.kill(alive[0], signal.SIGKILL)

        source = Synthetic(meters, days)
        loaded = load(cluster, target, source, Options(through, unit=2), progress=kill)
    return loaded.complete, len(killed)


@pytest.mark.torture
@pytest.mark.parametrize("through", Through)
def test_killed_executors_leave_no_trace(target: Target, fleet: Fleet, through: Through) -> None:
    """In a process of its own, as a process has one Spark at a time."""
    spawned = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=spawned) as apart:
        complete, killed = apart.submit(with_killed_executors, target, 32, 200, through).result()
    assert complete
    assert killed
    with target.open() as there:
        assert held.exact(there, fleet(32, 200))
