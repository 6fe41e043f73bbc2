"""Erasing works in any state and deletes nothing else."""

from __future__ import annotations

from typing import Any

import pytest
from pymongo.database import Database

from core.paristime import now_ms
from core.storage import record
from core.storage import writers as writer_ids
from core.storage.store import Store
from tests.storage.test_store import deliver
from tests.storage.upkeep.damaged import DAMAGES, METER, OTHER, WHOLE, assert_whole


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_record_can_be_erased(filled: Store, database: Database[Any], damage: Any) -> None:
    damage(database)
    filled.erase(METER)
    assert filled.record(METER) is None
    assert [one.meter for one in filled.meters()] == [OTHER]
    assert filled.ordinary.count_documents({}) == filled.time_series.count_documents({}) == len(WHOLE)
    filled.erase()
    assert filled.belongings().meters == ()


def test_an_erasure_that_was_interrupted_goes_on_at_the_next_start(
    filled: Store, database: Database[Any]
) -> None:
    record.begin_erasure(database[record.COLLECTION], METER)
    assert [one.meter for one in filled.meters()] == [OTHER]
    assert filled.record(METER) is None
    Store(database).prepare()
    assert record.meters(database[record.COLLECTION]) == [OTHER]
    assert filled.ordinary.count_documents({}) == filled.time_series.count_documents({}) == len(WHOLE)


def test_the_record_of_an_erased_meter_stays_while_somebody_may_be_writing_it(
    filled: Store, database: Database[Any]
) -> None:
    records = database[record.COLLECTION]
    with writer_ids.working() as alive:
        intent = {"g": 5, "owner": alive, "at": now_ms()}
        records.update_one({"_id": record.key(METER)}, {"$push": {"intents": intent}})
        Store(database, patience_seconds=0).erase(METER)
        assert record.is_being_erased(records, METER)
        assert [one.meter for one in filled.meters()] == [OTHER]
    Store(database).prepare()
    assert not record.is_being_erased(records, METER)
    deliver(filled, WHOLE)
    assert_whole(filled)
