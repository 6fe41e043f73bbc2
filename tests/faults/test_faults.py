"""Importers and servers killed at random times: committed readings are stored exactly once afterwards.

They are in the record and in both collections after the next start. Each round prints its seed. `make
torture` runs many rounds; COURBE_TORTURE_ROUNDS sets how many.
"""

from __future__ import annotations

import os
import random
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from threading import Event, Thread
from typing import Any

import numpy as np
import pytest
from pymongo import MongoClient

from core.errors import StorageError
from core.model import Delivery, Origin
from core.storage import time_series
from core.storage.mongo_errors import patiently
from core.storage.store import Store
from tests.curves import regular
from tests.faults.importer import DAYS, METER, deliveries
from tests.faults.nodes import Node, ReplicaSet, standalone
from tests.stored import ordinary_curve

ROUNDS = int(os.environ.get("COURBE_TORTURE_ROUNDS", "100"))
LONGEST_SECONDS = 2.0
"""An undisturbed importer takes about this long after it reported to be ready."""


@dataclass
class Importer:
    """A running importer, and the numbers of the deliveries that it reported as committed."""

    uri: str
    seed: int
    told: list[int] = field(default_factory=list)
    complaint: str = ""

    def __post_init__(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.importer", self.uri, "faults", str(self.seed)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).parents[2],
        )
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == "ready\n", self.process.communicate()[1]
        self._listener = Thread(target=self._listen)
        self._listener.start()

    def _listen(self) -> None:
        assert self.process.stdout is not None
        self.told += [int(line) for line in self.process.stdout if line.strip().isdigit()]

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.end()

    def end(self) -> int:
        self._listener.join()
        self.complaint = self.process.communicate()[1]
        return self.process.returncode


def assert_sound(uri: str, importers: list[Importer]) -> Store:
    """After the next start: the same readings in all three places, all committed ones among them."""
    store = Store(MongoClient[dict[str, Any]](uri)["faults"])
    store.prepare()
    found = store.record(METER)
    acknowledged = [deliveries(one.seed)[number].start for one in importers for number in one.told]
    if found is None:
        assert not acknowledged
        return store
    assert np.isin(np.concatenate([[], *acknowledged]), found.curve.start).all()
    assert store.read(METER) == found.curve
    assert ordinary_curve(store, METER) == found.curve
    counts = store.ordinary.count_documents({}), store.time_series.count_documents({})
    assert counts == (len(found.curve), len(found.curve))
    return store


def assert_completes(store: Store) -> None:
    """A whole, undisturbed import gives exactly the curve, whatever was stored before."""
    for curve in deliveries(0)[-2:]:
        store.merge(Delivery(METER, Origin.ENEDIS_CSV, curve))
    store.project(METER)
    whole = regular(days=DAYS)
    assert store.read(METER) == ordinary_curve(store, METER) == whole
    assert store.time_series.count_documents({}) == store.ordinary.count_documents({}) == len(whole)


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Node]:
    with standalone(tmp_path / "node") as one:
        yield one


def kill_importers(importers: list[Importer], _: Node) -> None:
    for one in importers:
        one.kill()


def kill_mongod(importers: list[Importer], node: Node) -> None:
    node.kill()
    node.start()
    for one in importers:
        assert one.end() == 0, one.complaint


def stop_mongod(importers: list[Importer], node: Node) -> None:
    """Stop mongod as its owner does at the end; while stopping, it answers with unusual errors."""
    node.stop()
    node.start()
    for one in importers:
        assert one.end() == 0, one.complaint


def kill_both(importers: list[Importer], node: Node) -> None:
    node.kill()
    kill_importers(importers, node)
    node.start()


FAULTS: list[Callable[[list[Importer], Node], None]] = [kill_importers, kill_mongod, stop_mongod, kill_both]


def torment(node: Node, seed: int) -> None:
    """One round: one to three importers at once, and one fault at a random time."""
    chance = random.Random(seed)
    fault, many = chance.choice(FAULTS), chance.randint(1, 3)
    print(f"seed {seed}: {fault.__name__}, {many} importers")
    importers = [Importer(node.uri, seed * 10 + number) for number in range(many)]
    time.sleep(chance.uniform(0, LONGEST_SECONDS))  # the time of the fault, not a wait for anything
    fault(importers, node)
    store = assert_sound(node.uri, importers)
    if chance.random() < 0.3:
        assert_completes(store)


def test_kills_at_random_moments_lose_and_double_nothing(node: Node) -> None:
    for seed in range(6):
        torment(node, seed)


def test_a_server_that_stops_in_the_middle_of_a_write_is_waited_for(node: Node) -> None:
    """With large batches, the stop comes during one, and MongoDB 6.0 then reports no such collection."""
    database = MongoClient[dict[str, Any]](node.uri)["faults"]
    time_series.prepare(database)
    series = database[time_series.COLLECTION]
    generations, ended = count(), Event()

    def write_on() -> None:
        while not ended.is_set():
            patiently(lambda: time_series.write(series, METER, next(generations), regular(days=400)))

    with ThreadPoolExecutor(2) as pool:
        writers = [pool.submit(write_on) for _ in range(2)]
        try:
            for _ in range(8):
                node.stop()
                node.start()
                wait(writers, timeout=0.3)  # the time of the next stop, not a wait for anything
        finally:
            ended.set()
        for one in writers:
            one.result()


@pytest.mark.torture
def test_many_rounds(node: Node) -> None:
    first = int(os.environ.get("COURBE_TORTURE_SEED", str(random.randrange(10**6))))
    for seed in range(first, first + ROUNDS):
        torment(node, seed)


def torment_replica_set(nodes: ReplicaSet, seed: int) -> None:
    chance = random.Random(seed)
    importer = Importer(nodes.uri, seed)
    time.sleep(chance.uniform(0, LONGEST_SECONDS))
    if chance.random() < 0.5:
        print(f"seed {seed}: the primary steps down")
        nodes.step_down()
    else:
        print(f"seed {seed}: the primary is killed")
        primary = nodes.primary()
        primary.kill()
        primary.start()
    assert importer.end() == 0, importer.complaint
    assert_sound(nodes.uri, [importer])


def test_a_new_primary_loses_nothing(tmp_path: Path) -> None:
    with ReplicaSet(tmp_path) as nodes:
        for seed in (1, 4):  # one of each
            torment_replica_set(nodes, seed)
        assert_completes(assert_sound(nodes.uri, []))


@pytest.mark.torture
def test_many_new_primaries(tmp_path: Path) -> None:
    first = random.randrange(10**6)
    with ReplicaSet(tmp_path) as nodes:
        for seed in range(first, first + ROUNDS // 5):
            torment_replica_set(nodes, seed)
        assert_completes(assert_sound(nodes.uri, []))


def test_a_full_disk_loses_nothing(node: Node) -> None:
    """Files of mongod may not grow any more: it takes that for a full disk and exits."""
    importer = Importer(node.uri, 3)
    importer.end()
    assert node.process is not None
    client = MongoClient[dict[str, Any]](node.uri, serverSelectionTimeoutMS=500)
    store = Store(client["faults"], patience_seconds=1)
    resource.prlimit(node.process.pid, resource.RLIMIT_FSIZE, (200_000, 200_000))
    big = regular(days=3000)

    def import_all() -> None:
        for at in range(0, len(big), 5000):
            store.merge(Delivery(METER, Origin.ENEDIS_CSV, big.select(slice(at, at + 5000))))
            importer.told.append(0)
            store.project(METER)

    with pytest.raises(StorageError) as refused:
        import_all()
    assert refused.value.code in {"storage-unreachable", "storage-full", "storage-refused"}
    node.kill()
    node.start()
    store = assert_sound(node.uri, [importer])
    store.merge(Delivery(METER, Origin.ENEDIS_CSV, big))
    store.project(METER)
    assert store.read(METER) == ordinary_curve(store, METER) == big
