"""Every collection of the database is listed with its purpose."""

from __future__ import annotations

from core.lab.footprint import footprint
from core.lab.inventory import inventory, with_record
from core.lab.prepared.kept import Kind, save
from core.storage.store import Store
from tests.lab.households import imported


def test_nothing_of_the_database_is_left_out(store: Store) -> None:
    imported(store)
    save(store, Kind.FOOTPRINT, footprint(store))
    store.database["stranger"].insert_one({"x": 1})
    listed = inventory(store)
    told = {one.name: one.purpose for one in listed}
    assert told == {
        "readings": "ordinary",
        "readings_ts": "time-series",
        "curves": "record",
        "laboratory": "laboratory",
        "stranger": "other",
    }
    assert [one.name for one in listed][:3] == ["readings", "readings_ts", "curves"]
    assert [one.name for one in listed if one.time_series] == ["readings_ts"]
    assert all(one.usage and one.usage.documents for one in listed)


def test_the_record_counted_makes_the_time_series_side_less_small(store: Store) -> None:
    imported(store)
    store.settle()
    compared = with_record(inventory(store))
    assert compared
    assert compared.without > compared.on_both > compared.on_series > 0


def test_without_readings_nothing_is_compared(store: Store) -> None:
    assert with_record(inventory(store)) is None
