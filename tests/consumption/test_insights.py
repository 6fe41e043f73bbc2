"""Key figures, base load, peaks and unusual days."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np

from core.consumption.insights import daily_peaks, key_figures, like_with_like, peaks, unlike_days
from core.consumption.profiles import carpet
from core.consumption.readings import History
from core.consumption.totals import by_day
from core.model import Curve, Days
from core.paristime import local
from tests.curves import regular


def test_peaks_are_of_different_days_and_the_earliest_of_equals() -> None:
    history = History.of(regular(date(2024, 1, 5), 3, watts=1000))
    assert [local(peak.start).date().day for peak in peaks(history, 5)] == [5, 6, 7]
    assert local(peaks(history, 1)[0].start).hour == 0
    day, watts = daily_peaks(history)
    assert (len(day), watts.tolist()) == (3, [1000] * 3)


def test_a_day_unlike_its_neighbours_is_found_and_a_usual_one_is_not() -> None:
    first = date(2024, 1, 1)
    curve = regular(first, 120, watts=500)
    watts = curve.watts.copy()
    watts[60 * 48 : 61 * 48] = 1050
    history = History.of(Curve.of(curve.start, curve.minutes, watts))
    (found,) = unlike_days(by_day(history, Days(first, first + timedelta(days=120))))
    assert found.first == found.last == local(int(curve.start[60 * 48])).date()
    assert found.times == 2.1


def test_days_away_in_a_row_are_told_as_one() -> None:
    first = date(2024, 1, 1)
    curve = regular(first, 120, watts=500)
    watts = curve.watts.copy()
    watts[60 * 48 : 65 * 48] = 100
    history = History.of(Curve.of(curve.start, curve.minutes, watts))
    (found,) = unlike_days(by_day(history, Days(first, first + timedelta(days=120))))
    assert (found.last - found.first).days == 4
    assert found.times == 0.2


def test_a_partial_period_is_compared_like_with_like() -> None:
    history = History.of(regular(date(2023, 1, 2), 400, watts=500))  # to 5 February 2024
    month = Days(date(2024, 2, 1), date(2024, 3, 1))
    found = like_with_like(history, month)
    assert (found.days, found.of) == (5, 5)
    assert found.before.day[0] == np.datetime64("2023-02-02")  # a Thursday, as 1 February 2024
    assert found.now.watt_minutes == found.before.watt_minutes == 5 * 500 * 1440


def test_the_share_at_night_counts_from_ten_to_six() -> None:
    curve = regular(date(2024, 1, 5), watts=0)
    watts = curve.watts.copy()
    watts[[0, 11, 44, 47]] = 100
    watts[[12, 43]] = 100
    history = History.of(Curve.of(curve.start, curve.minutes, watts))
    days = Days(date(2024, 1, 5), date(2024, 1, 6))
    assert key_figures(history, carpet(history), by_day(history, days)).night == 4 / 6
