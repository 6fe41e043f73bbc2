"""Two weeks with a gap."""

from __future__ import annotations

import numpy as np
import pytest

from core.consumption.readings import History
from tests.consumption.figures.drawn import FIRST
from tests.curves import regular


@pytest.fixture(scope="session")
def history() -> History:
    curve = regular(FIRST, 14)
    return History.of(curve.select(~np.isin(np.arange(len(curve)), [100, 101, 102])))
