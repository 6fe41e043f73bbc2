"""Four days around the change of the clock."""

from __future__ import annotations

import pytest

from core.model import Curve
from core.storage.store import Store
from tests.consumption.kept import DAYS, METER, keep
from tests.curves import regular


@pytest.fixture
def autumn(store: Store) -> Curve:
    """Four days around the change of the clock."""
    curve = regular(DAYS.first, len(DAYS))
    keep(store, METER, curve)
    return curve
