"""Two meters with the same readings, and ways to damage the record of one."""

from __future__ import annotations

from typing import Any

from bson.binary import Binary
from pymongo.database import Database

from core.model import Meter
from core.storage import record
from core.storage.store import Store
from tests.curves import METER_PRM, regular
from tests.stored import ordinary_curve

METER, OTHER = Meter(METER_PRM), Meter("12345678901234")
WHOLE = regular(days=20)


def assert_whole(store: Store) -> None:
    for meter in (METER, OTHER):
        found = store.record(meter)
        assert found is not None
        assert found.curve == store.read(meter) == ordinary_curve(store, meter) == WHOLE
    assert store.ordinary.count_documents({}) == store.time_series.count_documents({}) == 2 * len(WHOLE)


def change(database: Database[Any], **fields: Any) -> None:
    database[record.COLLECTION].update_one({"_id": record.key(METER)}, {"$set": fields})


def truncated(database: Database[Any]) -> None:
    change(database, columns=Binary(_columns(database)[:40]))


def flipped(database: Database[Any]) -> None:
    packed = bytearray(_columns(database))
    packed[len(packed) // 2] ^= 0x10
    change(database, columns=Binary(bytes(packed)))


def unknown_origin(database: Database[Any]) -> None:
    change(database, origins=["of-the-future"])


def no_version(database: Database[Any]) -> None:
    change(database, version="one", next_g=None, intents=5)


def days_damaged(database: Database[Any]) -> None:
    change(database, days=Binary(b"x"), changes=[{}])


def summary_damaged(database: Database[Any]) -> None:
    change(database, readings=3, watt_minutes=None, updated="yesterday", projection=None)


def everything_gone(database: Database[Any]) -> None:
    database[record.COLLECTION].replace_one({"_id": record.key(METER)}, {"hello": 1})


def _columns(database: Database[Any]) -> bytes:
    return bytes((database[record.COLLECTION].find_one({"_id": record.key(METER)}) or {})["columns"])


DAMAGES = [truncated, flipped, unknown_origin, no_version, days_damaged, summary_damaged, everything_gone]
