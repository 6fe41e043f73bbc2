"""The forecast for a country on both sides: bytes, memory and the cluster."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.lab.fleet.forecast import LINKY_METERS
from core.lab.fleet.measure import Fleet
from core.lab.fleet.outlook import INDEX_PAGE, outlook
from core.lab.sides import SIDES


def test_both_sides_are_told_with_what_decides(fleet: Fleet) -> None:
    both = outlook(fleet, LINKY_METERS, 3)
    assert [one.side for one in both] == list(SIDES)
    ordinary, series = both
    assert ordinary.readings == series.readings == pytest.approx(37e6 * 48 * 365.25 * 3)
    assert ordinary.node.low <= ordinary.node.likely <= ordinary.node.high
    assert ordinary.node.likely > series.node.likely
    assert ordinary.likely.cost.month > series.likely.cost.month
    assert set(ordinary.likely.alone) == {"disk", "memory", "ingest"}


def test_of_an_ordinary_index_a_page_a_meter_is_in_use(fleet: Fleet) -> None:
    ordinary, _ = outlook(fleet, 1_000_000, 10)
    assert ordinary.memory >= 1_000_000 * INDEX_PAGE
    more_years, _ = outlook(fleet, 1_000_000, 20)
    assert more_years.memory == pytest.approx(ordinary.memory)


def test_one_size_is_no_outlook(fleet: Fleet) -> None:
    assert outlook(replace(fleet, sizes=fleet.sizes[:1]), 1_000, 1) == ()
