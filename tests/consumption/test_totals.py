"""All views of a curve have the same energy, to the watt-minute, on any day and over any period."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from core.consumption.insights import (
    biggest_days,
    key_figures,
    unlike_days,
)
from core.consumption.profiles import Season, carpet, duration, profile
from core.consumption.readings import History
from core.consumption.totals import Grain, by_day, grouped, measured_around
from core.model import Curve, Days
from core.paristime import local, midnight
from tests.curves import curves, regular


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
