"""Fleets: measured at each size, dropped or kept, refused without room."""

from __future__ import annotations

from threading import Event

import pytest

from core.errors import InputError, StorageError
from core.jobs import Phase, Progress
from core.lab.fleet.measure import Fleet, run_fleet, sizes_up_to
from core.lab.fleet.synthetic import households
from core.storage.store import Store


def test_a_fleet_is_measured_at_each_size_and_dropped(fleet: Fleet, filled: Store) -> None:
    assert [one.meters for one in fleet.sizes] == [1, 10]
    assert fleet.complete
    assert fleet.sizes[1].footprint.ordinary.readings == sum(len(curve) for _, curve in households(10, 10))
    printed = fleet.as_json()
    assert set(printed) >= {"server", "sizes"}
    assert set(printed["sizes"][0]) == {"meters", "days", "settled", "ordinary", "time_series"}
    assert "buckets" in printed["sizes"][0]["time_series"]
    left = filled.database.list_collection_names()
    assert not [name for name in left if "lab_" in name or "fleet_" in name]


def test_a_fleet_says_what_it_is_at(store: Store) -> None:
    told: list[Progress] = []
    run_fleet(store.database, 2, 30, progress=told.append)  # days with a change of clocks among them
    sides = [
        (side, phase, meters)
        for meters in (1, 2)
        for side in ("ordinary", "time-series")
        for phase in (Phase.LOADING, Phase.MEASURING)
    ]
    said = list(dict.fromkeys((one.source, one.phase, one.meters) for one in told))
    assert said == [("bound", Phase.WORKING, 0), *sides]
    assert told[-1].readings == told[-1].expected


def test_a_kept_fleet_stays_and_a_cancelled_one_does_not(store: Store) -> None:
    kept = run_fleet(store.database, 2, 2, keep=True)
    assert len(kept.kept) == 2
    assert store.database[kept.kept[0]].count_documents({}) == 2 * 96
    stop = Event()
    stop.set()
    cancelled = run_fleet(store.database, 3, 2, stop=stop)
    assert not cancelled.sizes
    assert not cancelled.complete


def test_a_fleet_cancelled_between_its_sides_keeps_neither(store: Store) -> None:
    stop = Event()
    whole = 2 * 96

    def tell(progress: Progress) -> None:
        if progress.readings > 2 * 96 + whole:  # one meter on both sides, then two on the ordinary one
            stop.set()

    cancelled = run_fleet(store.database, 2, 2, stop=stop, progress=tell, keep=True)
    assert [one.meters for one in cancelled.sizes] == [1]
    assert not cancelled.kept
    assert not [name for name in store.database.list_collection_names() if "fleet_" in name]


@pytest.mark.parametrize(("meters", "days"), [(0, 10), (10, 0), (100_000, 10)])
def test_a_fleet_out_of_bounds_is_refused(store: Store, meters: int, days: int) -> None:
    with pytest.raises(InputError):
        run_fleet(store.database, meters, days)


def test_a_fleet_that_does_not_fit_the_disk_is_refused(store: Store) -> None:
    with pytest.raises(StorageError) as caught:
        run_fleet(store.database, 10_000, 3_653)
    assert caught.value.code == "fleet-no-room"


def test_sizes_are_powers_of_ten_up_to_the_number() -> None:
    assert sizes_up_to(1) == (1,)
    assert sizes_up_to(10) == (1, 10)
    assert sizes_up_to(250) == (1, 10, 100, 250)
