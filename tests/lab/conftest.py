"""A household already imported, shared by the tests that only read it."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from typing import Any

import pytest
from pymongo import MongoClient

from core.lab.fleet.synthetic import households
from core.model import Delivery, Origin
from core.storage.store import Store

DAYS = 120


@pytest.fixture(scope="session")
def filled(mongo: MongoClient[dict[str, Any]]) -> Iterator[Store]:
    """Two synthetic meters of 120 days in both collections. Read only."""
    name = f"test_{secrets.token_hex(8)}"
    store = Store(mongo[name])
    store.prepare()
    for meter, curve in households(2, DAYS):
        store.merge(Delivery(meter, Origin.DEMO, curve))
        store.project(meter)
    yield store
    mongo.drop_database(name)
