"""A store with two meters."""

from __future__ import annotations

import pytest

from core.storage.store import Store
from tests.storage.test_store import deliver
from tests.storage.upkeep.damaged import METER, OTHER, WHOLE


@pytest.fixture
def filled(store: Store) -> Store:
    """Two meters with the same readings."""
    for meter in (METER, OTHER):
        deliver(store, WHOLE, meter)
    return store
