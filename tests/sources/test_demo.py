"""The demo household is plausible, and a day stays the same whatever day the history ends on."""

from datetime import date
from threading import Event

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from core.model import DEMO_PRM, Curve, Days, Meter, Origin
from core.paristime import DAY_MS, day_of, midnight, minutes_of, span_of, to_wall
from core.sources.demo import DemoSource, demo_curve, easter_sunday

UNTIL = date(2026, 11, 23)


@pytest.fixture(scope="module")
def curve() -> Curve:
    return demo_curve(UNTIL)


def test_two_full_years_up_to_the_day_before(curve: Curve) -> None:
    assert curve.span
    assert curve.span.start == midnight(date(2024, 11, 23))
    assert curve.span.end == midnight(UNTIL)
    whole = (curve.span.end - curve.span.start) // 1_800_000
    assert whole - len(curve) == 48 + 9
    assert set(curve.minutes.tolist()) == {30}


def test_there_are_two_gaps() -> None:
    first, second = DemoSource(UNTIL).preview().gaps
    assert [(gap.end - gap.start) // 1_800_000 for gap in (first, second)] == [9, 48]


@settings(max_examples=50)
@example(date(2026, 1, 20))
@example(date(2026, 1, 21))
@example(date(2026, 1, 22))
@example(date(2026, 1, 23))
@given(st.dates(date(2010, 1, 1), date(2090, 1, 1)))
def test_any_two_years_hold_two_gaps(until: date) -> None:
    """Unless the lost day is the first or the last: missing readings at an end are not a gap."""
    at_an_edge = until.year % 2 == 0 and (until.month, until.day) in ((1, 21), (1, 22))
    assert len(DemoSource(until).preview().gaps) == (1 if at_an_edge else 2)


@settings(max_examples=30)
@given(st.dates(date(2010, 1, 1), date(2090, 1, 1)), st.integers(1, 300))
def test_a_day_is_the_same_whatever_the_end(until: date, later: int) -> None:
    then = demo_curve(until)
    now = demo_curve(date.fromordinal(until.toordinal() + later))
    assert then.span
    assert now.span
    assert now.within(then.span) == then.within(now.span)


def test_another_seed_is_another_household(curve: Curve) -> None:
    assert demo_curve(UNTIL, seed=1) != curve


@pytest.mark.parametrize(
    "day", [date(2025, 3, 30), date(2025, 10, 26), date(2026, 3, 29), date(2026, 10, 25)]
)
def test_change_of_clock_days_are_whole(curve: Curve, day: date) -> None:
    span = span_of(Days(day, date.fromordinal(day.toordinal() + 1)))
    assert len(curve.within(span)) == minutes_of(day) // 30 in (46, 50)


def test_it_consumes_like_a_household(curve: Curve) -> None:
    assert 7_000 < float(curve.wh) / 2 / 1000 < 12_000
    assert curve.watts.min() > 100
    assert curve.watts.max() < 9_000
    assert not (curve.watts % 2).any()
    hours = to_wall(curve.start) % DAY_MS / 3_600_000
    summer = np.isin(day_of(curve.start).astype("datetime64[M]").astype(int) % 12 + 1, [6, 7])
    night = summer & (hours >= 3.5) & (hours < 6)
    assert 130 < np.median(curve.watts[night]) < 250


def test_it_has_the_traits_of_one(curve: Curve) -> None:
    hours = to_wall(curve.start) % DAY_MS / 3_600_000
    days = day_of(curve.start)
    month = days.astype("datetime64[M]").astype(int) % 12 + 1
    early = (month == 6) & (hours >= 4) & (hours < 6)

    def mean(which: NDArray[np.bool_]) -> float:
        return float(curve.watts[which].mean())

    assert mean(month == 1) > 2.5 * mean(month == 7), "heating"
    assert mean((month == 6) & (hours >= 22.5)) > 5 * mean(early), "hot water"
    workday = np.is_busday(days.astype("datetime64[D]"))
    noon = (month == 6) & (hours >= 12) & (hours < 13.5)
    assert mean(noon & ~workday) > 2 * mean(noon & workday), "week-ends"
    august = (days >= np.datetime64("2026-08-02")) & (days < np.datetime64("2026-08-18"))
    assert curve.watts[august].max() < 250, "holidays"


def test_easter() -> None:
    known = {
        2024: date(2024, 3, 31),
        2025: date(2025, 4, 20),
        2026: date(2026, 4, 5),
        2027: date(2027, 3, 28),
    }
    assert {year: easter_sunday(year) for year in known} == known


def test_deliveries_are_the_curve_in_order(curve: Curve) -> None:
    deliveries = list(DemoSource(UNTIL).deliveries(Event()))
    assert len(deliveries) > 3
    assert {(d.meter, d.origin) for d in deliveries} == {(Meter(DEMO_PRM), Origin.DEMO)}
    assert np.array_equal(np.concatenate([d.curve.start for d in deliveries]), curve.start)
    assert np.array_equal(np.concatenate([d.curve.watts for d in deliveries]), curve.watts)


def test_a_stop_ends_it() -> None:
    stop, source = Event(), DemoSource(UNTIL)
    taken = []
    for delivery in source.deliveries(stop):
        taken.append(delivery)
        stop.set()
    assert len(taken) == 1


def test_a_leap_day_has_a_history() -> None:
    span = demo_curve(date(2028, 2, 29)).span
    assert span
    assert span.start == midnight(date(2026, 2, 28))
