"""Damaged and lost records, duplicate readings: none hides the others, and the repair is exact."""

from __future__ import annotations

from typing import Any

import pytest
from pymongo.database import Database

from core.errors import StorageError
from core.storage import ordinary, record
from core.storage.store import Store
from core.storage.upkeep.damage import Kind, Outcome
from tests.storage.test_store import deliver
from tests.storage.upkeep.damaged import DAMAGES, METER, OTHER, WHOLE, assert_whole, flipped, no_version


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_record_hides_no_other_meter_and_is_rebuilt(
    filled: Store, database: Database[Any], damage: Any
) -> None:
    damage(database)
    again = Store(database)
    again.prepare()
    assert OTHER in [one.meter for one in again.meters()]
    assert again.read(OTHER) == WHOLE
    deliver(again, WHOLE, OTHER)
    if damage is not no_version:  # the whole curve is readable then, and import and repair continue from it
        with pytest.raises(StorageError) as refused:
            deliver(again, WHOLE)
        assert refused.value.code == record.DAMAGED
        assert [(one.kind, one.meter) for one in again.damages()] == [(Kind.RECORD_DAMAGED, METER)]
        assert (Kind.RECORD_DAMAGED, Outcome.MENDED) in [(one.kind, one.outcome) for one in again.mend()]
    else:
        again.mend()
    assert_whole(again)
    assert again.damages() == again.mend() == []
    deliver(again, WHOLE)
    assert_whole(again)


def test_where_nothing_is_left_the_cure_is_to_erase_and_import_again(
    filled: Store, database: Database[Any]
) -> None:
    flipped(database)
    for collection in (filled.ordinary, filled.time_series):
        collection.delete_many(filled.match(METER))
    assert [(one.kind, one.outcome) for one in filled.mend()] == [(Kind.RECORD_DAMAGED, Outcome.LOST)]
    filled.erase(METER)
    deliver(filled, WHOLE)
    assert_whole(filled)


def test_lost_records_are_taken_up_again(filled: Store, database: Database[Any]) -> None:
    database.drop_collection(record.COLLECTION)
    Store(database).prepare()
    lost = [(Kind.NO_RECORD, meter, len(WHOLE)) for meter in sorted((METER, OTHER))]
    assert [(one.kind, one.meter, one.count) for one in filled.damages()] == lost
    assert [(one.kind, one.meter, one.count) for one in filled.mend()] == lost
    assert_whole(filled)
    assert filled.mend() == []


def test_foreign_documents_among_the_records_are_told_and_left(
    filled: Store, database: Database[Any]
) -> None:
    database[record.COLLECTION].insert_many([{"hello": 1}, {"_id": "something:else"}, {"_id": 5}])
    again = Store(database)
    again.prepare()
    assert len(again.meters()) == 2
    assert [(one.kind, one.count) for one in again.mend()] == [(Kind.FOREIGN, 3)]
    again.erase()
    assert database[record.COLLECTION].count_documents({}) == 3


@pytest.mark.parametrize("index", ["none", "not unique", "another name"])
def test_a_lost_index_and_doubled_readings_are_mended_by_the_next_start(
    filled: Store, database: Database[Any], index: str
) -> None:
    (name,) = (one for one in filled.ordinary.index_information() if one != "_id_")
    filled.ordinary.drop_index(name)
    if index != "none":
        filled.ordinary.create_index(ordinary.INDEX, name="mine" if index == "another name" else name)
    filled.ordinary.insert_many(list(filled.ordinary.find(filled.match(METER), {"_id": 0}).limit(50)))
    assert filled.ordinary.count_documents({}) == 2 * len(WHOLE) + 50
    Store(database).prepare()
    assert_whole(filled)
    with pytest.raises(Exception, match="duplicate key"):
        filled.ordinary.insert_one(filled.ordinary.find_one({}, {"_id": 0}) or {})


def test_what_differs_from_the_record_is_found_reading_by_reading(
    filled: Store, database: Database[Any]
) -> None:
    filled.ordinary.update_one(filled.match(METER), {"$inc": {"watts": 1}})
    document = filled.time_series.find_one(filled.match_time_series(OTHER), {"_id": 0}) or {}
    filled.time_series.insert_one(document)
    told = [(one.kind, one.meter, one.collection) for one in filled.mend()]
    assert told == [(Kind.DIFFERS, OTHER, "readings_ts"), (Kind.DIFFERS, METER, "readings")]
    assert_whole(filled)


def test_leftovers_nobody_announced_are_found(filled: Store) -> None:
    document = filled.time_series.find_one(filled.match(METER), {"_id": 0}) or {}
    document["meter"]["g"] = 5
    filled.time_series.insert_one(document)
    assert [(one.kind, one.meter, one.collection) for one in filled.damages()] == [
        (Kind.DIFFERS, METER, "readings_ts")
    ]
    assert [one.kind for one in filled.mend()] == [Kind.DIFFERS]
    assert_whole(filled)


def test_an_empty_database_is_sound(store: Store) -> None:
    assert store.damages() == store.mend() == []
