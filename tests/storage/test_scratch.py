"""Experiment collections are dropped once their owner is gone, and not before."""

from __future__ import annotations

import subprocess
import sys

import pytest

from core.lab.layouts.catalogue import BY_CODE
from core.model import MINUTE_MS
from core.paristime import now_ms
from core.storage.scratch import PREFIX, names, sweep
from core.storage.store import Store
from core.storage.writers import base32
from tests.code import ROOT

BUILDING = """
import sys
from pymongo import MongoClient
from core.storage.scratch import names
with names() as new_name:
    name = new_name("ts-hours")
    MongoClient(sys.argv[1])[sys.argv[2]].create_collection(name)
    print(name, flush=True)
    sys.stdin.read()
"""
A_DAY_MS = 86_400_000


def collections(store: Store) -> set[str]:
    return set(store.database.list_collection_names())


def test_what_a_killed_process_was_building_is_dropped_at_the_next_start(
    store: Store, mongo_uri: str
) -> None:
    command = [sys.executable, "-c", BUILDING, mongo_uri, store.database.name]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as building:
        assert building.stdout
        name = building.stdout.readline().decode().strip()
        store.prepare()
        assert name in collections(store)  # its owner is at work
        building.kill()
        building.wait(60)
    store.prepare()
    assert name not in collections(store)


def test_what_this_process_left_behind_is_dropped_and_what_it_builds_is_not(store: Store) -> None:
    with names() as new_name:
        left = new_name("lean")
        store.database.create_collection(left)
    with names() as new_name:
        building = new_name("lean")
        store.database.create_collection(building)
        assert sweep(store.database) == 1
        assert building in collections(store)
        assert left not in collections(store)


@pytest.mark.parametrize(("age", "dropped"), [(0, False), (2 * A_DAY_MS, True)])
def test_of_another_machine_only_what_is_old_is_dropped(store: Store, age: int, dropped: bool) -> None:
    name = f"{PREFIX}{base32((now_ms() - age) // MINUTE_MS)}_ts-hours_{'0' * 18}00"
    store.database.create_collection(name)
    assert sweep(store.database) == dropped


@pytest.mark.parametrize("name", ["lab_results", "lab_1_mine", "lab_12_of_somebody_else", "my_lab_1_x_ab12"])
def test_collections_of_somebody_else_stay(store: Store, name: str) -> None:
    store.database.create_collection(name)
    assert sweep(store.database) == 0
    assert name in collections(store)


def test_a_name_fits_into_what_small_plans_of_atlas_take() -> None:
    """95 bytes: a guest's database (38), MongoDB's prefix for buckets, and the collection's name."""
    with names() as new_name:
        given = [new_name(code) for code in BY_CODE]
    assert len(set(given)) == len(given)
    assert max(len(f"{'d' * 38}.system.buckets.{name}") for name in given) <= 95
