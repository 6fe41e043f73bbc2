"""The clock is set back, or was ahead: nothing is lost, and nothing waits for a time that has passed."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from pymongo.database import Database

from core.model import Days, Delivery, Meter, Origin
from core.paristime import now_ms
from core.storage import projection, record, store, writers
from core.storage.store import Store
from core.storage.upkeep import shapes
from tests.curves import METER_PRM, regular
from tests.storage.test_store import assert_holds, deliver

METER = Meter(METER_PRM)
YEAR_MS = 366 * 24 * 3_600_000


def set_clock(monkeypatch: pytest.MonkeyPatch, by_ms: int) -> None:
    """Shift the clock that the storage modules use by so many milliseconds."""
    for module in (projection, record, store, writers, shapes):
        now = module.now_ms
        monkeypatch.setattr(module, "now_ms", lambda now=now: now() + by_ms)


def test_importing_and_erasing_go_on_when_the_clock_is_set_back(
    store: Store, database: Database[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = Days(date(2024, 3, 1), date(2024, 3, 5))
    store.merge(Delivery(METER, Origin.API_V2, regular(days=4), asked=asked))
    store.project(METER)
    set_clock(monkeypatch, -YEAR_MS)
    again = Store(database)
    again.prepare()
    deliver(again, regular(days=6))
    assert_holds(again, regular(days=6))
    again.erase(METER)
    assert again.record(METER) is None
    deliver(again, regular(days=2))
    assert_holds(again, regular(days=2))


@pytest.mark.parametrize("owner", ["0" * 18, "nonsense"])
def test_what_a_writer_left_whose_clock_was_ahead_is_nobodys(
    store: Store, database: Database[Any], owner: str
) -> None:
    deliver(store, regular(days=2))
    ahead = {"owner": owner, "at": now_ms() + YEAR_MS}
    records = database[record.COLLECTION]
    records.update_one({"_id": record.key(METER)}, {"$push": {"intents": {"g": 7, **ahead}}})
    records.insert_one({"_id": shapes.LOCK, **ahead})
    database.drop_collection("readings_ts")
    Store(database).prepare()
    assert (records.find_one({"_id": record.key(METER)}) or {})["intents"] == []
    assert_holds(store, regular(days=2))
    store.erase()
    assert records.count_documents({}) == 0
