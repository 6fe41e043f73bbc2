"""Importers and erasers in parallel, without kills: none is locked out, and all places agree at the end.

Each round prints its seed. `make torture` runs this for minutes; COURBE_TORTURE_ROUNDS sets how many rounds.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pymongo import MongoClient

from core.model import Delivery, Origin
from core.storage import time_series
from core.storage.store import Store
from tests.curves import regular
from tests.faults.nodes import Node, standalone
from tests.faults.racer import METERS
from tests.stored import ordinary_curve

ROUNDS = int(os.environ.get("COURBE_TORTURE_ROUNDS", "100"))
IMPORTERS, ERASERS = 3, 2


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Node]:
    with standalone(tmp_path / "node") as one:
        yield one


def racer(role: str, uri: str, seed: int, times: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.faults.racer", role, uri, "races", str(seed), str(times)]
    process = subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n", process.communicate()[1]
    return process


def race(node: Node, seed: int, times: int) -> None:
    """One round: all start at once, and each does its work `times` times."""
    print(f"seed {seed}")
    roles = ["import"] * IMPORTERS + ["erase"] * ERASERS
    racers = [racer(role, node.uri, seed * 10 + number, times) for number, role in enumerate(roles)]
    for one in racers:
        assert one.stdin is not None
        one.stdin.write("go\n")
        one.stdin.flush()
    ended = [one.communicate() for one in racers]
    for one, (_, complaint) in zip(racers, ended, strict=True):
        assert one.returncode == 0, complaint
    assert_equal(node.uri)


def assert_equal(uri: str) -> None:
    """Without any repair: each record, the same readings in both collections, and nothing else."""
    with MongoClient[dict[str, Any]](uri) as client:
        store = Store(client["races"])
        assert time_series.identity(store.database) is not None
        total = 0
        for meter in METERS:
            found = store.record(meter)
            held = store.ordinary.count_documents(store.match(meter))
            if found is None:
                assert held == 0
                continue
            assert store.read(meter) == ordinary_curve(store, meter) == found.curve
            total += len(found.curve)
        assert store.ordinary.count_documents({}) == store.time_series.count_documents({}) == total


def assert_usable(uri: str) -> None:
    """The database works like a new one."""
    with MongoClient[dict[str, Any]](uri) as client:
        store = Store(client["races"])
        store.erase()
        store.prepare()
        assert store.meters() == []
        assert store.ordinary.count_documents({}) == store.time_series.count_documents({}) == 0
        store.merge(Delivery(METERS[0], Origin.ENEDIS_CSV, regular(days=2)))
        store.project(METERS[0])
        assert store.read(METERS[0]) == ordinary_curve(store, METERS[0]) == regular(days=2)


def test_erasing_beside_importing_locks_nobody_out(node: Node) -> None:
    for seed in range(2):
        race(node, seed, times=12)
    assert_usable(node.uri)


@pytest.mark.torture
def test_many_races(node: Node) -> None:
    first = int(os.environ.get("COURBE_TORTURE_SEED", str(random.randrange(10**6))))
    for seed in range(first, first + ROUNDS):
        race(node, seed, times=12)
        assert_usable(node.uri)
