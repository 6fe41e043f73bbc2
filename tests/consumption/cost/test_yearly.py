"""Which 365 days are a year, and what an offer comes to in it."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from core.consumption.cost.comparison import compare
from core.consumption.cost.contracts import Contract, Option, PriceList
from core.consumption.cost.yearly import amounts, year_of
from core.consumption.readings import History
from core.model import Days
from core.paristime import each_day
from tests.consumption.known import priced
from tests.curves import regular


def run(first: date, last: date) -> NDArray[np.datetime64]:
    return each_day(Days(first, last + timedelta(days=1)))


@pytest.mark.parametrize(
    ("first", "last", "year"),
    [
        # the latest 365, where they hold November to March of one winter
        (date(2024, 11, 27), date(2026, 4, 22), (date(2025, 4, 23), date(2026, 4, 22))),
        (date(2024, 11, 1), date(2025, 10, 31), (date(2024, 11, 1), date(2025, 10, 31))),
        # 365 days that end in December hold parts of two winters: these are the latest that hold one whole
        (date(2024, 1, 1), date(2025, 12, 31), (date(2024, 11, 1), date(2025, 10, 31))),
        # where there is no whole winter, the latest 365
        (date(2024, 12, 1), date(2025, 12, 10), (date(2024, 12, 11), date(2025, 12, 10))),
    ],
)
def test_a_year_has_every_season_once(first: date, last: date, year: tuple[date, date]) -> None:
    found = year_of(run(first, last))
    assert found is not None
    assert (found.first, found.last, len(found.counted)) == (*year, 365)
    assert found.of(Fraction(100)) == 100


def test_a_week_that_is_missing_is_scaled_and_a_month_makes_an_older_year_better() -> None:
    days = run(date(2024, 4, 1), date(2026, 3, 31))
    recent = days >= np.datetime64("2025-06-01")
    for lost, first, counted in ((5, date(2025, 4, 1), 360), (30, date(2024, 6, 1), 365)):
        gap = (days >= np.datetime64("2025-06-01")) & (days < np.datetime64("2025-06-01") + lost)
        found = year_of(days[~gap])
        assert found is not None
        assert (found.first, len(found.counted)) == (first, counted)
        assert found.of(360) == 360 * Fraction(365, counted)
    assert year_of(days[recent]) is None  # 304 days


@pytest.mark.parametrize(("days", "some"), [(0, False), (329, False), (330, True)])
def test_nine_tenths_of_a_year_are_the_least(days: int, some: bool) -> None:
    first = date(2025, 4, 1)
    assert (year_of(run(first, first + timedelta(days=days - 1))) is not None) is some


@given(
    st.integers(340, 800),
    st.lists(st.tuples(st.integers(0, 800), st.integers(1, 40)), max_size=12),
    st.integers(0, 800),
    st.sets(st.integers(0, 59)),
)
def test_a_year_holds_days_that_are_known_and_as_many_as_it_says(
    length: int, gaps: list[tuple[int, int]], window: int, lost_in_it: set[int]
) -> None:
    known = np.full(length, fill_value=True)
    for begin, lost in gaps:
        known[begin : begin + lost] = False
    known[[window + day for day in lost_in_it if window + day < length]] = False
    days = np.datetime64("2024-01-01") + np.flatnonzero(known)
    found = year_of(days)
    if found is None:
        return
    inside = (days >= np.datetime64(found.days.first)) & (days < np.datetime64(found.days.end))
    assert len(found.days) == 365
    assert found.counted.tolist() == days[inside].tolist()
    assert len(found.counted) >= 330


def test_amounts_of_a_year_add_up_as_they_are_read() -> None:
    # 360 days at 1,000 W, one of 25 hours: 8,641 kWh at 0.20 and at 0.19999, and 360/365 of 183 and 200 EUR,
    # all of it times 365/360
    history = History.of(regular(date(2025, 4, 1), 360, watts=1000))
    cheap = PriceList(date(2020, 1, 1), {"base": Decimal("0.19999")}, Decimal(200))
    dear = PriceList(date(2020, 1, 1), {"base": Decimal("0.20")}, Decimal(183))
    contracts = tuple(Contract(Option.BASE, 6, (one,), regulated=False) for one in (dear, cheap))
    found = compare(history, contracts)
    one, other = amounts(found, year_of(found.on))
    assert (one.energy, one.fixed, one.total, one.saving) == (
        Decimal("1752.20"),
        Decimal("183.00"),
        Decimal("1935.20"),
        Decimal(0),
    )
    # 1,728.11 EUR as shown, times 365/360: 1,752.11; 197.26 EUR, times 365/360: 200.00
    assert (other.energy, other.fixed) == (Decimal("1752.11"), Decimal("200.00"))
    assert other.saving == one.total - other.total == Decimal("-16.91")
    assert [each.total for each in amounts(found)] == [each.euros for each in found.offers]


def test_without_a_subscription_there_is_energy_alone() -> None:
    found = compare(History.of(regular(date(2025, 4, 1), 365, watts=1000)), (priced(Option.BASE),))
    (one,) = amounts(found, year_of(found.on))
    assert (one.fixed, one.total) == (None, Decimal("1752.00"))
