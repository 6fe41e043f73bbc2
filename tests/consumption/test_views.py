"""Every view of a curve holds the same energy, to the watt-minute, on any day and over any period."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from core.consumption.insights import (
    base_load,
    biggest_days,
    daily_peaks,
    key_figures,
    like_with_like,
    peaks,
    unlike_days,
)
from core.consumption.profiles import Season, carpet, duration, profile
from core.consumption.readings import History, combined, slots_of
from core.consumption.totals import Grain, by_day, grouped, measured_around
from core.model import Curve, Days
from core.paristime import local, midnight
from tests.curves import curves, regular

SPRING, AUTUMN = date(2024, 3, 31), date(2024, 10, 27)


@st.composite
def periods(draw: st.DrawFn, around: date = date(2024, 3, 30)) -> Days:
    first = around + timedelta(days=draw(st.integers(-3, 4)))
    return Days(first, first + timedelta(days=draw(st.integers(1, 9))))


@settings(max_examples=100)
@given(curves(), periods())
def test_every_view_holds_the_energy_of_the_readings_shown(curve: Curve, days: Days) -> None:
    shown = History.of(curve).during(days)
    inside = [days.first <= local(int(at)).date() < days.end for at in curve.start]
    exact = sum(
        int(watts) * int(minutes)
        for watts, minutes, kept in zip(curve.watts, curve.minutes, inside, strict=True)
        if kept
    )
    daily, whole = by_day(shown, days), carpet(shown)
    assert shown.watt_minutes == exact
    assert int(daily.energy.sum()) == exact
    for grain in Grain:
        assert int(grouped(daily, grain).energy.sum()) == exact
    assert int(whole.energy.sum()) == exact
    assert int(profile(whole).energy.sum()) == exact
    seasons = [whole.rows(season.holds(whole.day)) for season in Season if season != Season.ALL]
    assert sum(int(profile(season).energy.sum()) for season in seasons) == exact
    lasting = duration(shown)
    assert int(lasting.watts @ lasting.minutes) == exact
    assert key_figures(shown, whole, daily).energy == (exact if len(shown) else None)
    assert sum(energy for _, energy in biggest_days(daily, len(daily))) == exact


def test_a_week_or_month_that_begins_or_ends_outside_the_days_given_is_not_complete() -> None:
    days = Days(date(2024, 2, 28), date(2024, 4, 1))  # Wednesday to Easter Sunday, the clock goes forward
    daily = by_day(History.of(regular(days.first, len(days))), days)
    assert daily.complete.all()
    weeks, months = grouped(daily, Grain.WEEK), grouped(daily, Grain.MONTH)
    assert weeks.complete.tolist() == [False, True, True, True, True]
    assert months.complete.tolist() == [False, True]
    assert months.expected.tolist() == [29 * 1440, 31 * 1440 - 60]


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


def test_the_nearest_days_with_readings_are_found_around_a_gap() -> None:
    first = date(2024, 1, 1)
    curve = regular(first, 10, watts=500)
    gap = Days(date(2024, 1, 4), date(2024, 1, 7))
    lost = (curve.start >= midnight(gap.first)) & (curve.start < midnight(gap.end))
    daily = by_day(History.of(curve.select(~lost)), Days(first, date(2024, 1, 11)))
    around = (date(2024, 1, 3), date(2024, 1, 7))
    assert measured_around(daily, gap) == around
    assert measured_around(daily, Days(date(2024, 1, 5), date(2024, 1, 6))) == around
    assert measured_around(daily, Days(first, date(2024, 1, 11))) == (None, None)


def test_a_missing_half_hour_is_a_hole_and_never_a_zero() -> None:
    curve = regular(date(2024, 1, 5), watts=600)
    holed = History.of(curve.select(np.arange(len(curve)) != 20))
    assert np.isnan(carpet(holed).watts[0, 20])
    assert not by_day(holed, Days(date(2024, 1, 5), date(2024, 1, 6))).complete[0]


@settings(max_examples=50)
@given(curves())
def test_cutting_at_half_hours_keeps_every_minute(curve: Curve) -> None:
    pieces = slots_of(curve)
    assert int(pieces.minutes.sum()) == int(curve.minutes.sum())
    assert (pieces.minutes <= 30).all()
    assert int((curve.watts[pieces.reading].astype(np.int64) * pieces.minutes).sum()) == curve.watt_minutes


@settings(max_examples=50)
@given(curves(), curves())
def test_a_sum_of_meters_covers_what_all_of_them_measured(one: Curve, other: Curve) -> None:
    total, net = combined([one, other], [1, 1]), combined([one, other], [1, -1])
    twice = 2 * combined([one, other], [1, 0]).watt_minutes
    assert total.watt_minutes + net.watt_minutes == twice
    assert len(total) == len(net)


def test_net_of_production_may_be_negative() -> None:
    day = date(2024, 6, 1)
    net = combined([regular(day, watts=500), regular(day, step=60, watts=2000)], [1, -1])
    assert set(net.watts.tolist()) == {-1500}
    assert net.watt_minutes == -1500 * 1440


def test_the_base_load_is_what_nine_in_ten_half_hours_of_the_night_exceed() -> None:
    curve = regular(date(2024, 1, 5), watts=1000)
    watts = curve.watts.copy()
    watts[:12] = [300, 210, 220, 230, 240, 250, 260, 270, 280, 290, 200, 2300]
    found = base_load(carpet(History.of(Curve.of(curve.start, curve.minutes, watts))))
    assert found.watts.tolist() == [210]


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


def test_an_empty_history_has_every_view() -> None:
    nothing = History.of(Curve.empty())
    days = Days(date(2024, 1, 1), date(2024, 1, 3))
    whole, daily = carpet(nothing), by_day(nothing, days)
    assert whole.energy.shape == (0, 48)
    assert daily.empty.all()
    figures = key_figures(nothing, whole, daily)
    assert (figures.energy, figures.mean_day, figures.base, figures.peak, figures.night) == (
        None,
        None,
        None,
        None,
        None,
    )
    assert unlike_days(daily) == []


def test_the_share_at_night_counts_from_ten_to_six() -> None:
    curve = regular(date(2024, 1, 5), watts=0)
    watts = curve.watts.copy()
    watts[[0, 11, 44, 47]] = 100
    watts[[12, 43]] = 100
    history = History.of(Curve.of(curve.start, curve.minutes, watts))
    days = Days(date(2024, 1, 5), date(2024, 1, 6))
    assert key_figures(history, carpet(history), by_day(history, days)).night == 4 / 6


def test_midnight_belongs_to_the_day_it_begins() -> None:
    curve = Curve.of([midnight(date(2024, 1, 5)) - 30 * 60_000, midnight(date(2024, 1, 5))], [30, 30], [1, 2])
    daily = by_day(History.of(curve), Days(date(2024, 1, 4), date(2024, 1, 6)))
    assert daily.energy.tolist() == [30, 60]
