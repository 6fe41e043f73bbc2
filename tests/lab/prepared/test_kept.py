"""Measurements are stored in MongoDB, read back unchanged, and become stale with other readings."""

from __future__ import annotations

import json
from threading import Event

import pytest

from core.lab.fleet.synthetic import households
from core.lab.footprint import footprint
from core.lab.layouts.build import build_all, stored
from core.lab.layouts.catalogue import ORDINARY, TS_HOURS
from core.lab.layouts.limits import Trial
from core.lab.prepared import kept
from core.lab.prepared.kept import Kind
from core.lab.speed.races import BY_CODE, race_all
from core.model import Delivery, Origin
from core.storage.store import Store
from core.storage.upkeep import ownership
from tests.lab.households import imported


@pytest.fixture
def measured(store: Store) -> Store:
    """One meter of ten days."""
    imported(store)
    return store


def test_a_result_comes_back_as_it_was(measured: Store) -> None:
    total = measured.meters()[0].readings
    built = tuple(
        build_all(
            measured,
            [ORDINARY, TS_HOURS],
            stored(measured),
            total,
            stop=Event(),
            progress=lambda _: None,
        )
    )
    kept.save(measured, Kind.LAYOUTS, built)
    found = kept.find(measured, Kind.LAYOUTS)
    assert found is not None
    assert [one.layout for one in found.result] == ["ordinary", "ts-hours"]
    assert [one.usage.net_bytes for one in found.result] == [one.usage.net_bytes for one in built]
    assert [one.usage.documents for one in found.result] == [one.usage.documents for one in built]
    assert found.readings == total
    assert found.server.count(".") == 2
    assert found.machine["processors"].isdecimal()


def test_a_kept_result_is_a_small_document(measured: Store) -> None:
    kept.save(measured, Kind.FOOTPRINT, footprint(measured))
    document = measured.database[ownership.LABORATORY].find_one({"_id": "footprint"})
    assert document is not None
    assert len(json.dumps(document, default=str)) < 8_000


def test_results_know_when_the_readings_have_changed(measured: Store) -> None:
    meter = measured.meters()[0].meter
    kept.save(measured, Kind.FOOTPRINT, footprint(measured))
    kept.save(measured, Kind.LIMITS, (Trial("last", 1.0, 2.0),), meter)
    both = [kept.find(measured, Kind.FOOTPRINT), kept.find(measured, Kind.LIMITS, meter)]
    assert [one and one.is_stale(measured.meters()) for one in both] == [False, False]
    imported(measured, 12)
    assert [one and one.is_stale(measured.meters()) for one in both] == [True, True]


def test_another_meter_makes_only_what_is_about_all_of_them_old(measured: Store) -> None:
    meter = measured.meters()[0].meter
    whole = kept.save(measured, Kind.FOOTPRINT, footprint(measured))
    single = kept.save(measured, Kind.LIMITS, (Trial("last", 1.0, 2.0),), meter)
    other, curve = list(households(2, 3))[1]
    measured.merge(Delivery(other, Origin.DEMO, curve))
    measured.project(other)
    assert whole.is_stale(measured.meters())
    assert not single.is_stale(measured.meters())
    assert kept.find(measured, Kind.LIMITS, other) is None


def test_a_document_of_another_version_of_the_program_counts_as_none(measured: Store) -> None:
    kept.save(measured, Kind.FOOTPRINT, footprint(measured))
    kept_there = measured.database[ownership.LABORATORY]
    kept_there.update_one({"_id": "footprint"}, {"$unset": {"result.ordinary": 1}})
    assert kept.find(measured, Kind.FOOTPRINT) is None
    kept_there.update_one({"_id": "footprint"}, {"$set": {"format": 99}})
    assert kept.find(measured, Kind.FOOTPRINT) is None


def test_erasing_everything_erases_what_was_measured(measured: Store) -> None:
    kept.save(measured, Kind.FOOTPRINT, footprint(measured))
    measured.erase()
    assert kept.find(measured, Kind.FOOTPRINT) is None


def test_the_example_has_every_kind_and_no_meter_of_anybody() -> None:
    example = kept.example()
    assert set(example) == set(Kind)
    assert all(one.example and not one.versions for one in example.values())
    assert {race.query for race in example[Kind.SPEED].result} == set(BY_CODE)
    assert max(size.meters for size in example[Kind.FLEET].result.sizes) >= 100


def test_races_come_back_with_their_queries(measured: Store) -> None:
    meter = measured.meters()[0].meter
    races = tuple(
        race_all(measured, meter, stop=Event(), progress=lambda _: None, runs=1, queries=(BY_CODE["last"],))
    )
    kept.save(measured, Kind.SPEED, races, meter)
    found = kept.find(measured, Kind.SPEED, meter)
    assert found is not None
    assert found.result[0].written == races[0].written
    assert found.result[0].time_series.documents == races[0].time_series.documents
