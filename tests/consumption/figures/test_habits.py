"""Peaks and base load in words and euros."""

from __future__ import annotations

from decimal import Decimal

import pytest

from core.consumption.figures.habits import (
    base_year_euros,
    peak_chart,
)
from core.consumption.figures.theme import Theme
from core.consumption.insights import daily_peaks
from core.consumption.readings import History
from tests.consumption.figures.drawn import FIRST
from tests.curves import regular


@pytest.mark.parametrize(("watts", "told"), [(8000, "1.00 kW below"), (9500, "0.50 kW above")])
def test_the_margin_to_the_subscribed_power_is_told_without_a_sign(watts: int, told: str) -> None:
    alt = peak_chart(*daily_peaks(History.of(regular(FIRST, watts=watts))), 9, Theme()).alt
    assert told in alt.replace("\u202f", " ")


def test_a_constant_power_costs_what_8766_hours_of_it_cost() -> None:
    assert base_year_euros(100.0, Decimal("0.20")) == Decimal("175.32")
