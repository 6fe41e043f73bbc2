"""The carpet and the profiles: every half-hour is in its cell."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np

from core.consumption.profiles import carpet, duration
from core.consumption.readings import History
from core.consumption.totals import by_day
from core.model import Days
from tests.curves import regular

SPRING, AUTUMN = date(2024, 3, 31), date(2024, 10, 27)


def test_both_days_of_the_clock_change_are_exact_in_every_view() -> None:
    for day, half_hours in ((SPRING, 46), (AUTUMN, 50)):
        curve = regular(day)
        history, days = History.of(curve), Days(day, day + timedelta(days=1))
        daily, whole = by_day(history, days), carpet(history)
        assert len(curve) == half_hours
        assert (daily.complete.tolist(), daily.expected.tolist()) == ([True], [half_hours * 30])
        assert daily.energy.tolist() == [curve.watt_minutes]
        assert whole.energy.sum(axis=1).tolist() == [curve.watt_minutes]
        assert int(duration(history).minutes.sum()) == half_hours * 30


def test_the_carpet_has_no_hour_that_did_not_happen_and_both_of_one_that_did_twice() -> None:
    spring, autumn = carpet(History.of(regular(SPRING))), carpet(History.of(regular(AUTUMN)))
    assert spring.minutes[0, 3:7].tolist() == [30, 0, 0, 30]
    assert autumn.minutes[0, 3:7].tolist() == [30, 60, 60, 30]


def test_an_hourly_reading_fills_both_its_half_hours() -> None:
    whole = carpet(History.of(regular(date(2024, 1, 5), step=60, watts=600)))
    assert (whole.minutes == 30).all()
    assert (whole.watts == 600).all()


def test_a_missing_half_hour_is_a_hole_and_never_a_zero() -> None:
    curve = regular(date(2024, 1, 5), watts=600)
    holed = History.of(curve.select(np.arange(len(curve)) != 20))
    assert np.isnan(carpet(holed).watts[0, 20])
    assert not by_day(holed, Days(date(2024, 1, 5), date(2024, 1, 6))).complete[0]
