"""An imported household, shared by the tests that only read it."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from threading import Event
from typing import Any

import pytest
from pymongo import MongoClient

from core.lab.fleet.measure import Fleet, run_fleet
from core.lab.fleet.synthetic import households
from core.lab.speed import races as speed_races
from core.model import Delivery, Meter, Origin
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


@pytest.fixture(scope="session")
def meter(filled: Store) -> Meter:
    return filled.meters()[0].meter


@pytest.fixture(scope="session")
def races(filled: Store, meter: Meter) -> dict[str, speed_races.Race]:
    found = speed_races.race_all(filled, meter, stop=Event(), progress=lambda _: None, runs=2)
    return {race.query: race for race in found}


@pytest.fixture(scope="session")
def fleet(filled: Store) -> Fleet:
    return run_fleet(filled.database, 10, 10)
