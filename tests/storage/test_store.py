"""The store on a real MongoDB: both collections always contain what was committed, once."""

from __future__ import annotations

from datetime import date, datetime
from threading import Thread
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pymongo import MongoClient
from pymongo.database import Database
from pymongo.monitoring import (
    CommandFailedEvent,
    CommandListener,
    CommandStartedEvent,
    CommandSucceededEvent,
)

from core.errors import StorageError
from core.model import Curve, Days, Delivery, Flow, Meter, Origin
from core.paristime import now_ms
from core.storage import bson_columns, projection, record, time_series
from core.storage import writers as writer_ids
from core.storage.store import Store
from core.storage.upkeep.damage import Kind
from core.storage.upkeep.ownership import API_BUDGET
from tests.curves import METER_PRM, curves, regular
from tests.stored import ordinary_curve

METER = Meter(METER_PRM)


def deliver(store: Store, curve: Curve, meter: Meter = METER, origin: Origin = Origin.ENEDIS_CSV) -> None:
    store.merge(Delivery(meter, origin, curve))
    store.project(meter)


def assert_holds(store: Store, curve: Curve, meter: Meter = METER) -> None:
    found = store.record(meter)
    assert found is not None
    assert found.curve == curve
    assert store.read(meter) == curve
    assert ordinary_curve(store, meter) == curve
    assert store.ordinary.count_documents({}) == store.time_series.count_documents({}) == len(curve)


def test_a_new_store_is_empty(store: Store) -> None:
    assert store.meters() == []
    assert store.record(METER) is None
    assert len(store.read(METER)) == 0


def test_both_collections_hold_the_same_documents(store: Store) -> None:
    deliver(store, regular(days=3))
    without = {"_id": 0, "meter.g": 0}
    ordinary = list(store.ordinary.find({}, without).sort("start", 1))
    assert ordinary == list(store.time_series.find({}, without).sort("start", 1))
    assert ordinary[0]["meter"] == {"prm": METER.prm, "flow": "consumption", "step": 30}
    assert "_id" not in (store.time_series.find_one() or {})


def test_importing_twice_changes_nothing(store: Store) -> None:
    curve = regular(days=40)
    deliver(store, curve)
    result = store.merge(Delivery(METER, Origin.ENEDIS_CSV, curve))
    store.project(METER)
    assert (result.new, result.changed, result.unchanged) == (0, 0, len(curve))
    assert_holds(store, curve)


@given(st.lists(st.tuples(curves(max_size=25), st.booleans()), min_size=1, max_size=5))
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_deliveries_in_any_states_leave_all_three_equal(
    store: Store, deliveries: list[tuple[Curve, bool]]
) -> None:
    store.erase(METER)
    for curve, projected in deliveries:
        store.merge(Delivery(METER, Origin.API_V2, curve))
        if projected:
            store.project(METER)
    store.project(METER)
    found = store.record(METER)
    if found:
        assert_holds(store, found.curve)


def test_buckets_are_those_of_a_chronological_load(store: Store) -> None:
    curve = regular(days=120)
    for first in reversed(range(0, len(curve), 500)):
        deliver(store, curve.select(slice(first, first + 500)))
    assert_holds(store, curve)
    stats = next(store.time_series.aggregate([{"$collStats": {"storageStats": {}}}]))
    assert stats["storageStats"]["timeseries"]["bucketCount"] <= 7


def test_a_correction_replaces_values_and_is_listed(store: Store) -> None:
    curve = regular(days=2, watts=100)
    deliver(store, curve)
    deliver(store, regular(days=1, watts=250), origin=Origin.API_V2)
    expected = Curve.of(curve.start, curve.minutes, np.r_[np.full(48, 250), np.full(48, 100)])
    assert_holds(store, expected)
    found = store.record(METER)
    assert found is not None
    assert found.changed == 48
    assert (found.changes[0].was, found.changes[0].now) == (100, 250)
    assert [found.origins[number] for number in found.origin[[0, -1]]] == [Origin.API_V2, Origin.ENEDIS_CSV]


def test_halves_that_replace_hours_list_what_each_hour_became(store: Store) -> None:
    deliver(store, regular(step=60, watts=100))
    deliver(store, regular(step=30, watts=300))
    assert_holds(store, regular(step=30, watts=300))
    found = store.record(METER)
    assert found is not None
    assert (found.changes[0].was, found.changes[0].now, len(found.changes)) == (100, 300, 24)


def test_a_summary_tells_energy_span_and_what_is_missing(store: Store) -> None:
    curve = regular(days=2)
    deliver(store, curve.select(np.arange(len(curve)) != 50))
    (summary,) = store.meters()
    assert summary.readings == 95
    assert summary.missing == 1
    assert summary.span == curve.span
    assert summary.watt_minutes == curve.watt_minutes - int(curve.watts[50]) * 30
    assert summary.settled


def test_meters_and_flows_keep_apart(store: Store) -> None:
    sun = Meter(METER.prm, Flow.PRODUCTION)
    deliver(store, regular(watts=100))
    deliver(store, regular(watts=900), sun)
    assert store.read(METER) == regular(watts=100)
    store.erase(sun)
    assert [summary.meter for summary in store.meters()] == [METER]
    assert_holds(store, regular(watts=100))


def test_a_span_is_read_alone(store: Store) -> None:
    curve = regular(days=3)
    deliver(store, curve)
    middle = regular(date(2024, 3, 2)).span
    assert middle is not None
    assert store.read(METER, middle) == curve.within(middle) == ordinary_curve(store, METER).within(middle)


def test_silence_about_days_is_recorded(store: Store) -> None:
    days = Days(date(2024, 3, 1), date(2024, 3, 8))
    store.merge(Delivery(METER, Origin.API_V2, regular(days=2), asked=days, totals={date(2024, 3, 1): 5}))
    found = store.record(METER)
    assert found is not None
    assert len(found.days) == 7
    assert found.days.attempts.tolist() == [0, 0, 1, 1, 1, 1, 1]
    assert found.days.official_wh[0] == 5


def test_what_was_committed_is_projected_by_the_next_start(store: Store, database: Database[Any]) -> None:
    curve = regular(days=2)
    store.merge(Delivery(METER, Origin.DEMO, curve))
    Store(database).prepare()
    assert_holds(store, curve)


def test_what_a_dead_writer_left_is_swept_by_the_next_start(store: Store, database: Database[Any]) -> None:
    curve = regular(days=2)
    deliver(store, curve)
    records = database[record.COLLECTION]
    with writer_ids.working() as dead:
        pass
    meter = {"prm": METER.prm, "flow": METER.flow.value, "step": 30, "g": 98}
    store.time_series.insert_one({"start": datetime(2024, 3, 1), "meter": meter, "watts": 1})
    store.ordinary.delete_one({})
    records.update_one({}, {"$push": {"intents": {"g": 98, "owner": dead, "at": now_ms()}}})
    Store(database).prepare()
    assert_holds(store, curve)
    assert (records.find_one() or {})["intents"] == []


def test_a_damaged_time_series_collection_is_mended_by_reading(store: Store) -> None:
    curve = regular(days=2)
    deliver(store, curve)
    store.time_series.delete_many({"meter.prm": METER.prm})
    assert store.read(METER) == curve
    assert_holds(store, curve)


def test_writers_at_once_lose_and_double_nothing(store: Store, database: Database[Any]) -> None:
    whole = regular(days=60)
    parts = [whole.select(slice(at, at + 480)) for at in range(0, len(whole), 240)]

    def write(mine: list[Curve]) -> None:
        for part in mine:
            deliver(Store(database), part)

    writers = [Thread(target=write, args=(parts[n::3],)) for n in range(3)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert_holds(store, whole)


def test_a_commit_in_the_middle_of_a_projection_is_not_lost(
    store: Store, database: Database[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, write = regular(days=2), time_series.write
    others = [whole.select(slice(48, 96))]

    def overtaken(*arguments: Any) -> None:
        if others:
            deliver(Store(database), others.pop())
        write(*arguments)

    monkeypatch.setattr(time_series, "write", overtaken)
    deliver(store, whole.select(slice(0, 48)))
    assert_holds(store, whole)


def test_a_reader_never_sees_half_a_correction(store: Store, database: Database[Any]) -> None:
    low, high = regular(days=60, watts=100), regular(days=60, watts=200)
    deliver(store, low)
    seen: list[Curve] = []

    def correct() -> None:
        for curve in [high, low] * 4:
            deliver(Store(database), curve)

    writer = Thread(target=correct)
    writer.start()
    while writer.is_alive():
        seen.append(store.read(METER))
    writer.join()
    assert seen
    assert all(curve in (low, high) for curve in seen)


def test_erasing_everything_leaves_an_empty_prepared_store(store: Store, database: Database[Any]) -> None:
    deliver(store, regular())
    database[API_BUDGET].insert_one({"calls": 49})
    store.erase()
    assert store.meters() == []
    assert database[API_BUDGET].count_documents({"calls": 49}) == 1
    deliver(store, regular(days=2))
    assert_holds(store, regular(days=2))


def test_another_granularity_makes_the_collection_anew_from_the_records(
    store: Store, database: Database[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    deliver(store, regular(days=3))
    monkeypatch.setitem(time_series.OPTIONS, "granularity", "minutes")
    store.prepare()
    (info,) = database.list_collections(filter={"name": time_series.COLLECTION})
    assert info["options"]["timeseries"]["granularity"] == "minutes"
    assert_holds(store, regular(days=3))
    buckets = database[f"system.buckets.{time_series.COLLECTION}"].count_documents({})
    assert buckets >= 3  # one delivery per day
    store.prepare()
    assert_holds(store, regular(days=3))


class Sent(CommandListener):
    """Names of the commands that a client has sent."""

    def __init__(self) -> None:
        self.names: list[str] = []

    def started(self, event: CommandStartedEvent) -> None:
        self.names.append(event.command_name)

    def succeeded(self, event: CommandSucceededEvent) -> None:
        """Ignored."""

    def failed(self, event: CommandFailedEvent) -> None:
        """Ignored."""


def test_what_is_there_is_not_made_again(store: Store, mongo_uri: str) -> None:
    sent = Sent()
    with MongoClient[dict[str, Any]](mongo_uri, event_listeners=[sent]) as client:
        Store(client[store.database.name]).prepare()
    assert "listCollections" in sent.names
    assert "create" not in sent.names


def test_a_foreign_collection_of_that_name_is_not_accepted(database: Database[Any]) -> None:
    database["readings_ts"].insert_one({"hello": 1})
    with pytest.raises(StorageError) as caught:
        Store(database).prepare()
    assert caught.value.code == "storage-name-taken"
    assert database["readings_ts"].count_documents({}) == 1


@pytest.mark.parametrize("what", [METER, None], ids=["meter", "everything"])
def test_erasing_in_the_middle_of_a_projection_leaves_nothing(
    store: Store, database: Database[Any], monkeypatch: pytest.MonkeyPatch, what: Meter | None
) -> None:
    load, eraser = record.load, Store(database, patience_seconds=0)
    overtaken: list[bool] = []

    def overtaking(*arguments: Any) -> record.Record:
        state = load(*arguments)
        if not overtaken:
            overtaken.append(True)
            eraser.erase(what)
        return state

    store.merge(Delivery(METER, Origin.ENEDIS_CSV, regular(days=2)))
    monkeypatch.setattr(record, "load", overtaking)
    store.project(METER)
    assert overtaken
    assert store.meters() == []
    assert store.ordinary.count_documents({}) == store.time_series.count_documents({}) == 0
    deliver(store, regular(days=2))
    assert_holds(store, regular(days=2))


def test_an_import_in_the_middle_of_an_erasure_is_kept(
    store: Store, database: Database[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    deliver(store, regular(days=2))
    repair = projection.repair
    overtaken: list[bool] = []

    def overtaking(collections: projection.Collections, meter: Meter) -> None:
        repair(collections, meter)
        if not overtaken:
            overtaken.append(True)
            deliver(Store(database), regular(days=1, watts=7))

    monkeypatch.setattr(projection, "repair", overtaking)
    store.erase(METER)
    assert_holds(store, regular(days=1, watts=7))


def test_a_writer_does_not_take_a_new_record_for_the_erased_one(
    store: Store, database: Database[Any]
) -> None:
    records = database[record.COLLECTION]
    deliver(store, regular(days=2))
    stale = record.load(records, METER)
    store.erase(METER)
    deliver(store, regular(days=1, watts=7))
    assert not record.replace(records, stale, "late")
    assert_holds(store, regular(days=1, watts=7))


def test_readings_without_a_record_are_kept_and_taken_up_again(store: Store, database: Database[Any]) -> None:
    deliver(store, regular(days=3))
    database[record.COLLECTION].drop()
    again = Store(database)
    again.prepare()
    again.project(METER)
    assert store.ordinary.count_documents({}) == store.time_series.count_documents({}) == 144
    assert [(one.kind, one.meter, one.count) for one in again.damages()] == [(Kind.NO_RECORD, METER, 144)]
    deliver(again, regular(days=1, watts=7))  # an import first rebuilds the record from them
    expected = regular(days=3).select(slice(48, None))
    assert again.read(METER).select(slice(48, None)) == expected
    assert len(again.read(METER)) == len(ordinary_curve(again, METER)) == 144
    assert again.damages() == []


def test_a_collection_made_by_a_late_writer_gives_way_to_a_time_series_one(
    store: Store, database: Database[Any]
) -> None:
    deliver(store, regular(days=2))
    database.drop_collection("readings_ts")
    store.project(METER)  # MongoDB creates a plain collection
    Store(database).prepare()
    assert_holds(store, regular(days=2))
    stats = next(store.time_series.aggregate([{"$collStats": {"storageStats": {}}}]))
    assert "timeseries" in stats["storageStats"]


def test_a_doubled_time_series_is_mended_by_reading(store: Store) -> None:
    curve = regular(days=2)
    deliver(store, curve)
    again = list(store.time_series.find({}, {"_id": 0}))
    store.time_series.insert_many(again)
    assert store.read(METER) == curve
    assert_holds(store, curve)


def test_the_ordinary_collection_never_shows_overlapping_readings(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    deliver(store, regular(step=60, watts=100))
    insert, seen = bson_columns.insert, []

    def watched(collection: Any, *arguments: Any, **options: Any) -> int:
        inserted = insert(collection, *arguments, **options)
        if collection.name == "readings":
            seen.append(len(ordinary_curve(store, METER)))
        return inserted

    monkeypatch.setattr(bson_columns, "insert", watched)
    deliver(store, regular(step=30, watts=300))
    assert seen == [48]


def test_overlapping_readings_in_the_ordinary_collection_are_mended_by_a_repair(store: Store) -> None:
    curve = regular(days=1)
    deliver(store, curve)
    store.ordinary.update_one({}, {"$set": {"meter.step": 60}})
    store.repair(METER)
    assert ordinary_curve(store, METER) == curve
