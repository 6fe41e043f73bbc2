"""Fixtures of the tests of this folder."""

from __future__ import annotations

from typing import Any

import pytest

from core.lab.figures import sizes
from core.lab.footprint import Footprint
from core.lab.lower_bound import Bound
from tests.lab.figures.drawn import FR, usage


@pytest.fixture
def both() -> Any:
    measured = Footprint("6.0.5", True, usage(4_882, free=105), usage(281))
    return sizes.side_by_side(measured, Bound(100, 124), FR)
