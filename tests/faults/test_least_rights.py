"""Everything works for a user who may read and write one database of a mongod with authentication."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pymongo import MongoClient

from core.errors import StorageError
from core.model import Meter
from core.storage import time_series
from core.storage.embedded import server
from core.storage.embedded.address import Transport
from core.storage.store import Store
from tests.curves import METER_PRM, regular
from tests.storage.test_store import assert_holds, deliver

METER = Meter(METER_PRM)


@pytest.fixture(scope="module")
def guarded() -> Iterator[str]:
    with tempfile.TemporaryDirectory(prefix="courbe-") as folder:
        running = server.start(Path(folder), transport=Transport.PORT)
        yield running.uri.get_secret_value()
        running.stop()


def user(guarded: str, name: str, role: str) -> Store:
    """The household's store as a user with one role."""
    with MongoClient[dict[str, Any]](guarded) as administrator:
        administrator.drop_database("household")
        administrator.admin.command("createUser", name, pwd="pw", roles=[{"role": role, "db": "household"}])
    host = guarded.rpartition("@")[2]
    client = MongoClient[dict[str, Any]](f"mongodb://{name}:pw@{host}")
    return Store(client["household"], patience_seconds=1)


def test_reading_and_writing_is_enough(guarded: str) -> None:
    store = user(guarded, "writer", "readWrite")
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


def test_reading_alone_is_told(guarded: str) -> None:
    store = user(guarded, "reader", "read")
    for act in (store.prepare, lambda: deliver(store, regular()), store.erase, store.mend):
        with pytest.raises(StorageError) as refused:
            act()
        assert refused.value.code == "storage-forbidden"
