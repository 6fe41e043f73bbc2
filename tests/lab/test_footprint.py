"""The footprint of both collections: verified, complete, and in the format of the command line."""

from __future__ import annotations

import pytest

from core.errors import InputError, StorageError
from core.lab.fleet.synthetic import households
from core.lab.footprint import footprint, saving, tally
from core.model import Delivery, Origin
from core.storage.store import Store


def test_counts_and_sums_are_those_of_the_readings(filled: Store) -> None:
    curves = [curve for _, curve in households(2, 120)]
    found = tally(filled.time_series)
    assert found.readings == sum(len(curve) for curve in curves)
    assert found.watt_minutes == sum(curve.watt_minutes for curve in curves)
    assert tally(filled.ordinary) == found


def test_every_figure_can_be_found_in_the_statistics(filled: Store) -> None:
    measured = footprint(filled)
    for usage in (measured.ordinary, measured.time_series):
        stats = usage.raw["storageStats"]
        assert usage.data_bytes == stats["size"]
        assert usage.storage_bytes == stats["storageSize"]
        assert usage.index_bytes == stats["totalIndexSize"] == sum(usage.indexes.values())
        assert usage.total_bytes == usage.storage_bytes + usage.index_bytes
    assert measured.settled
    assert measured.time_series.compressor == "zstd"
    assert measured.ordinary.compressor == "snappy"


def test_json_has_the_agreed_fields(filled: Store) -> None:
    printed = footprint(filled).as_json()
    fields = {"readings", "data_bytes", "storage_bytes", "index_bytes", "total_bytes", "bytes_per_reading"}
    fields |= {"free_bytes", "index_free_bytes"}
    assert set(printed) == {"server", "settled", "ordinary", "time_series"}
    assert set(printed["ordinary"]) == fields
    assert set(printed["time_series"]) == fields | {"buckets"}
    assert printed["server"].count(".") == 2


def test_the_time_series_collection_is_much_smaller(filled: Store) -> None:
    measured = footprint(filled)
    assert saving(measured.ordinary.data_bytes, measured.time_series.data_bytes) > 0.95
    assert saving(measured.ordinary.total_bytes, measured.time_series.total_bytes) > 0.80
    assert not measured.meaningful


def test_without_readings_there_is_nothing_to_measure(store: Store) -> None:
    with pytest.raises(InputError) as caught:
        footprint(store)
    assert caught.value.code == "footprint-empty"


def test_no_figure_is_given_while_the_collections_differ(store: Store) -> None:
    ((meter, curve),) = households(1, 2)
    store.merge(Delivery(meter, Origin.DEMO, curve))
    store.project(meter)
    store.ordinary.delete_one({})
    with pytest.raises(StorageError) as caught:
        footprint(store)
    assert caught.value.code == "footprint-differs"
    assert str(len(curve)) in str(caught.value)
    assert "core repair" in caught.value.cure()
    store.mend()  # the cure works
    assert footprint(store).ordinary.readings == len(curve)
