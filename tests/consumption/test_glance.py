"""The last day and the month against usual ones: only complete days are compared."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from core.consumption.glance import last_day, last_month
from core.consumption.household import Household
from core.consumption.readings import History
from core.model import Curve, Days
from tests.curves import joined, regular

DAY = 24 * 60


def household(*curves: Curve) -> Household:
    return Household(History.of(joined(*curves)))


def test_the_last_complete_day_is_told_against_the_same_weekday_before() -> None:
    usual, last = regular(date(2024, 3, 1), 42, watts=1000), regular(date(2024, 4, 12), watts=1500)
    begun = regular(date(2024, 4, 13), watts=9000).select(slice(0, 10))
    day = last_day(household(usual, last, begun))
    assert day is not None
    assert day.days == Days(date(2024, 4, 12), date(2024, 4, 13))
    assert (day.energy, day.usual) == (1500 * DAY, 1000 * DAY)
    assert day.change == pytest.approx(0.5)


def test_two_weeks_are_too_few_to_say_what_is_usual() -> None:
    day = last_day(household(regular(date(2024, 4, 1), 14, watts=1000)))
    assert day is not None
    assert day.usual is None
    assert day.change is None


def test_nothing_complete_has_no_last_day() -> None:
    assert last_day(household(regular(date(2024, 4, 1)).select(slice(0, 10)))) is None


def test_a_month_is_compared_by_the_days_complete_both_times() -> None:
    before = regular(date(2023, 4, 3), 9, watts=500)  # 52 weeks before 1 April 2024, and eight days more
    holed = before.select(~np.isin(np.arange(len(before)), [50]))  # of the second day one is missing
    month = last_month(household(holed, regular(date(2024, 4, 1), 9, watts=1000)))
    assert month is not None
    assert month.days == Days(date(2024, 4, 1), date(2024, 4, 10))
    assert (month.energy, month.usual) == (8 * 1000 * DAY, 8 * 500 * DAY)


def test_without_a_year_before_no_month_is_told() -> None:
    assert last_month(household(regular(date(2024, 4, 1), 9))) is None
