"""Charts of long spans: the band of each day contains its readings, and only complete days are compared."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest

from core.consumption.figures.long import day_band, differences
from core.consumption.figures.theme import Theme
from core.consumption.readings import History
from core.consumption.totals import by_day
from core.model import Curve, Days
from tests.consumption.figures.drawn import DAYS, FIRST
from tests.curves import joined, regular

WEEKS = timedelta(days=14)


def test_the_band_goes_from_the_lowest_to_the_highest_of_each_day() -> None:
    high = regular(FIRST, watts=3000).select(slice(10, 11))
    rest = regular(FIRST, 14, watts=600)
    curve = joined(high, rest.select(np.arange(len(rest)) != 10))
    low, top, mean = day_band(History.of(curve), DAYS, Theme()).figure.data
    assert np.asarray(low.y).tolist() == pytest.approx([0.6] * 14)
    assert np.asarray(top.y).tolist() == pytest.approx([3.0] + [0.6] * 13)
    assert np.asarray(mean.y).tolist() == pytest.approx([0.65] + [0.6] * 13)


def test_the_band_stops_where_a_day_was_not_measured() -> None:
    curve = regular(FIRST, 14)
    day = np.arange(len(curve)) // 48
    chart = day_band(History.of(curve.select(day != 3)), DAYS, Theme())
    *bands, mean = chart.figure.data
    assert [len(band.x) for band in bands] == [3, 3, 10, 10]
    assert np.isnan(np.asarray(mean.y)).tolist() == [False] * 3 + [True] + [False] * 10
    assert [band.showlegend for band in bands] == [False, True, False, False]


def test_differences_are_those_of_the_days_complete_in_both_periods() -> None:
    curve = regular(FIRST, 14, watts=1000)
    now = History.of(curve.select(np.arange(len(curve)) != 100))  # of the third day one is missing
    before = Days(DAYS.first - WEEKS, DAYS.end - WEEKS)
    then = History.of(regular(before.first, 14, watts=500))
    chart = differences(by_day(now, DAYS), by_day(then, before), Theme())
    mine, other, more = chart.figure.data
    assert np.isnan(np.asarray(more.y)).tolist() == [False, False, True] + [False] * 11
    assert float(more.y[0]) == pytest.approx(12)
    assert (float(mine.y[0]), float(other.y[0])) == pytest.approx((24, 12))
    assert "complete in both periods: 13 of 14" in chart.alt


@pytest.mark.parametrize(("days", "bars"), [(62, 62), (70, 10), (450, 16)])
def test_the_longer_the_period_the_coarser_its_bars(days: int, bars: int) -> None:
    span = Days(FIRST, FIRST + timedelta(days=days))
    totals = by_day(History.of(regular(FIRST, days)), span)
    chart = differences(totals, totals, Theme())
    assert len(chart.figure.data[0].x) == bars


def test_two_periods_without_a_common_complete_day_say_so() -> None:
    now, none = by_day(History.of(regular(FIRST, 14)), DAYS), by_day(History.of(Curve.empty()), DAYS)
    chart = differences(now, none, Theme())
    assert chart.alt == Theme().words.text("consumption.overlay.incomparable")
