"""The base load in words and euros."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from core.consumption.base_load import base_load, base_parts
from core.consumption.figures.habits import base_chart, base_year_euros
from core.consumption.figures.theme import Theme
from core.consumption.profiles import carpet
from core.consumption.readings import History
from core.model import Curve
from core.sources.demo import demo_curve
from tests.curves import regular


def test_a_constant_power_costs_what_365_days_of_it_cost() -> None:
    assert base_year_euros(100.0, Decimal("0.20")) == Decimal("175.20")


def told(curve: Curve) -> str:
    whole = carpet(History.of(curve))
    base = base_load(whole)
    return base_chart(base, base_parts(whole, base), Theme()).alt.replace("\u202f", " ")


def test_what_is_always_on_is_told_apart_from_what_follows_the_cold() -> None:
    alt = told(demo_curve(date(2026, 11, 26)))
    assert "Always on: 146 W" in alt
    assert "1 102 W, so 956 W more, which follow the cold" in alt
    assert "552" not in alt


def test_a_winter_alone_is_not_called_always_on() -> None:
    assert "cannot be told" in told(regular(date(2025, 1, 1), 60, watts=900))


def test_winter_nights_like_the_others_are_told_so() -> None:
    assert "much the same" in told(regular(date(2025, 1, 1), 365, watts=200))
