"""Shared by the tests of this folder."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from core.storage.store import Store
from tests.conso_server import ConsoServer, household
from tests.importing.api.asking import HORIZON
from tests.importing.api.home import TODAY, Clock, Home


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr("core.storage.store.now_ms", made)
    return made


@pytest.fixture
def home(store: Store, clock: Clock) -> Iterator[Home]:
    house = household(HORIZON.first, TODAY + timedelta(days=10))
    with ConsoServer(house, clock=clock) as server:
        yield Home(store, server, clock)
