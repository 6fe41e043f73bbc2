"""Every kind of collection or view under our names: ours are repaired, foreign ones never touched."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from pymongo.database import Database

from core.errors import StorageError
from core.model import Meter
from core.paristime import now_ms, to_datetime
from core.storage import record, time_series, writers
from core.storage.store import Store
from core.storage.upkeep import shapes
from tests.curves import METER_PRM, regular
from tests.storage.test_store import assert_holds, deliver

METER = Meter(METER_PRM)
SERIES = time_series.COLLECTION


def only_buckets(database: Database[Any]) -> None:
    database.command("create", f"system.buckets.{SERIES}", timeseries=time_series.OPTIONS)


def ordinary_of_ours(database: Database[Any]) -> None:
    document = {"start": to_datetime(0), "meter": {"prm": METER.prm, "flow": "consumption", "g": 7}}
    database[SERIES].insert_one(document | {"watts": 5})


def nothing(database: Database[Any]) -> None:
    """The collection was dropped."""


def empty(database: Database[Any]) -> None:
    database.create_collection(SERIES)


@pytest.mark.parametrize("left", [nothing, empty, ordinary_of_ours, only_buckets])
def test_what_a_writer_left_when_the_collection_was_dropped_is_mended_by_the_next_start(
    store: Store, database: Database[Any], left: Any
) -> None:
    deliver(store, regular(days=2))
    database.drop_collection(SERIES)
    left(database)
    assert time_series.identity(database) is None
    Store(database).prepare()
    assert time_series.identity(database) is not None
    assert_holds(store, regular(days=2))
    assert [name for name in database.list_collection_names() if "aside" in name] == []


@pytest.mark.parametrize("left", [nothing, empty, ordinary_of_ours, only_buckets])
def test_an_import_writes_only_to_what_is_a_time_series_collection(
    store: Store, database: Database[Any], left: Any
) -> None:
    database.drop_collection(SERIES)
    left(database)
    deliver(store, regular(days=2))
    assert_holds(store, regular(days=2))
    stats = next(store.time_series.aggregate([{"$collStats": {"storageStats": {}}}]))
    assert "timeseries" in stats["storageStats"]


@pytest.mark.parametrize("left", [nothing, empty, ordinary_of_ours, only_buckets])
def test_erasing_works_on_every_shape(store: Store, database: Database[Any], left: Any) -> None:
    deliver(store, regular(days=2))
    database.drop_collection(SERIES)
    left(database)
    Store(database).erase()
    Store(database).prepare()
    assert store.meters() == []
    assert store.ordinary.count_documents({}) == store.time_series.count_documents({}) == 0


@pytest.mark.parametrize("name", ["curves", "readings", "readings_ts"])
def test_a_view_under_a_name_of_ours_is_refused_then_put_aside(database: Database[Any], name: str) -> None:
    database["theirs"].insert_many([{"n": 1}, {"n": 2}])
    database.command("create", name, viewOn="theirs", pipeline=[{"$match": {"n": 1}}])
    store = Store(database)
    with pytest.raises(StorageError) as refused:
        store.prepare()
    assert (refused.value.code, refused.value.details) == (shapes.NAME_TAKEN, {"collection": name})
    store.erase()  # touches nothing of theirs
    (mended,) = store.mend()
    assert mended.collection == name
    assert database[mended.aside].count_documents({}) == 1
    deliver(store, regular(days=1))
    assert_holds(store, regular(days=1))
    assert database["theirs"].count_documents({}) == 2


@pytest.mark.parametrize("name", ["readings", "readings_ts"])
def test_a_foreign_collection_under_a_name_of_ours_keeps_its_documents(
    database: Database[Any], name: str
) -> None:
    database[name].insert_many([{"n": 1}, {"n": 2}])
    store = Store(database)
    with pytest.raises(StorageError) as refused:
        store.prepare()
    assert refused.value.code == shapes.NAME_TAKEN
    store.erase()
    assert database[name].count_documents({}) == 2
    (mended,) = store.mend()
    assert database[mended.aside].count_documents({}) == 2
    store.prepare()


def test_erasing_among_foreign_documents_takes_ours_and_leaves_theirs(
    store: Store, database: Database[Any]
) -> None:
    deliver(store, regular(days=2))
    database.drop_collection(SERIES)
    ordinary_of_ours(database)
    database[SERIES].insert_one({"n": 1})
    store.erase()
    assert [document["n"] for document in database[SERIES].find({})] == [1]
    assert store.ordinary.count_documents({}) == 0
    assert database[record.COLLECTION].count_documents({}) == 0


def test_one_at_a_time_has_the_lock(store: Store, database: Database[Any]) -> None:
    records, inside, most = database[record.COLLECTION], [], []

    def enter() -> None:
        with shapes.locked(records, 60):
            inside.append(1)
            most.append(len(inside))
            time_series.identity(database)  # a round trip, during which another process could intervene
            inside.pop()

    threads = [threading.Thread(target=enter) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == [1] * 8
    assert records.count_documents({}) == 0


def test_the_lock_of_the_dead_is_nobodys(store: Store, database: Database[Any]) -> None:
    records = database[record.COLLECTION]
    with writers.working() as dead:
        pass
    for held in ({"owner": dead, "at": now_ms()}, {"owner": "a", "at": 5}, {"nonsense": True}):
        records.insert_one({"_id": shapes.LOCK} | held)
        with shapes.locked(records, 5):
            assert (records.find_one({"_id": shapes.LOCK}) or {})["owner"] != held.get("owner")


def test_a_lock_that_is_held_is_waited_for_then_told(store: Store, database: Database[Any]) -> None:
    records = database[record.COLLECTION]
    with shapes.locked(records, 5), pytest.raises(StorageError) as refused, shapes.locked(records, 0.2):
        pass
    assert refused.value.code == "storage-busy"
