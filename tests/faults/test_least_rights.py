"""Everything works for a user who may read and write one database of a mongod with authentication."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from pymongo import MongoClient

from core.errors import StorageError
from core.model import Meter
from core.storage import time_series
from core.storage.store import Store
from tests.curves import METER_PRM, regular
from tests.storage.test_store import assert_holds, deliver

METER = Meter(METER_PRM)


def household(uri: str) -> Store:
    return Store(MongoClient[dict[str, Any]](uri)["household"], patience_seconds=1)


def test_reading_and_writing_is_enough(with_role: Callable[[str], str]) -> None:
    store = household(with_role("readWrite"))
    store.prepare()
    deliver(store, regular(days=3))
    assert_holds(store, regular(days=3))
    store.time_series.drop()
    store.database[time_series.COLLECTION].insert_one({"start": regular().start[0].astype(object), "n": 1})
    with pytest.raises(StorageError, match="repair"):
        store.prepare()
    assert len(store.mend()) >= 2
    assert_holds(store, regular(days=3))
    assert store.damages() == []
    store.erase()
    assert store.belongings().meters == ()
    assert store.ordinary.count_documents({}) == store.time_series.count_documents({}) == 0


def test_reading_alone_is_told(with_role: Callable[[str], str]) -> None:
    store = household(with_role("read"))
    for act in (store.prepare, lambda: deliver(store, regular()), store.erase, store.mend):
        with pytest.raises(StorageError) as refused:
            act()
        assert refused.value.code == "storage-forbidden"
