"""Kept fleets: listed with their size, and dropped without touching other collections."""

from __future__ import annotations

from core.lab.fleet.kept import drop, kept
from core.lab.fleet.measure import run_fleet
from core.storage.store import Store

STRANGERS = ("fleet_vehicles", "fleet_12", "fleet_2_ordinary_old", "my_fleet_2_ordinary")
"""Foreign collections that are no kept fleets."""


def collections(store: Store) -> set[str]:
    return set(store.database.list_collection_names())


def test_a_kept_fleet_is_found_with_its_size_and_dropped(store: Store) -> None:
    before = collections(store)
    assert kept(store.database) == ()
    measured = run_fleet(store.database, 2, 2, keep=True)
    found = kept(store.database)
    assert {one.collection for one in found} == set(measured.kept)
    assert [one.meters for one in found] == [2, 2]
    sides = measured.sizes[-1].footprint
    assert {one.layout: one.bytes for one in found} == {
        "ordinary": sides.ordinary.total_bytes,
        "ts-hours": sides.time_series.total_bytes,
    }
    assert drop(store.database) == found
    assert kept(store.database) == ()
    assert collections(store) == before


def test_dropping_leaves_everything_else_alone(store: Store) -> None:
    for name in STRANGERS:
        store.database.create_collection(name)
    before = collections(store)
    assert drop(store.database) == ()
    assert collections(store) == before
