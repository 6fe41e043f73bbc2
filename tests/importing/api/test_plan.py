"""Which days are queried and when: everything due, nothing else, newest first, in few calls."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.importing.api import plan
from core.model import Curve, Days
from core.paristime import DAY_MS, HOUR_MS, midnight
from core.storage.day_log import DayLog
from tests.curves import regular

TODAY = date(2026, 10, 20)
NOW = midnight(TODAY) + 9 * HOUR_MS


@dataclass
class Known:
    """What the plan reads from a record."""

    curve: Curve = field(default_factory=Curve.empty)
    days: DayLog = field(default_factory=DayLog.empty)


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


def complete(first: date, end: date = TODAY, step: int = 30) -> Curve:
    return regular(first, (end - first).days, step=step)


def asked(log: DayLog, first: date, end: date, hours_ago: float, times: int = 1) -> DayLog:
    for _ in range(times):
        log = log.asked_about(
            Days(first, end), np.array([], "datetime64[D]"), NOW - round(hours_ago * HOUR_MS)
        )
    return log


def due(known: Known | None) -> set[date]:
    return set(plan.due_days(known, TODAY, NOW).astype(object).tolist())


@pytest.mark.parametrize(
    ("today", "first"),
    [
        (date(2026, 10, 20), date(2024, 10, 5)),
        (date(2026, 1, 10), date(2023, 12, 26)),
        (date(2028, 2, 29), date(2026, 2, 13)),
    ],
)
def test_the_horizon_is_24_months_and_15_days(today: date, first: date) -> None:
    assert plan.horizon(today) == Days(first, today)


def test_an_unknown_meter_is_asked_about_wholly_newest_first() -> None:
    asked_windows = plan.curve_windows(None, TODAY, NOW, 7)
    assert len(asked_windows) == 107
    assert asked_windows[0] == Days(ago(7), TODAY)
    assert asked_windows[-1].first == plan.horizon(TODAY).first


@settings(max_examples=100)
@given(st.sets(st.integers(0, 60), max_size=40), st.integers(1, 9))
def test_windows_cover_exactly_what_is_due_in_few_calls(numbers: set[int], longest: int) -> None:
    days = np.array(sorted(ago(number) for number in numbers), dtype="datetime64[D]")
    found = plan.windows(days, longest)
    wanted = set(days.astype(object).tolist())
    covered = [one.first + timedelta(days=n) for one in found for n in range(len(one))]
    assert wanted <= set(covered)
    assert len(covered) == len(set(covered))
    assert all(1 <= len(one) <= longest for one in found)
    assert all(one.first in wanted and one.end - timedelta(days=1) in wanted for one in found)
    assert list(found) == sorted(found, key=lambda one: one.first, reverse=True)
    # no two neighbours would have fitted into one window
    assert all((newer.end - older.first).days > longest for newer, older in pairwise(found))


@settings(max_examples=60)
@given(
    st.dates(date(2026, 1, 1), date(2026, 12, 31)),
    st.lists(st.tuples(st.integers(0, 800), st.integers(1, 30), st.integers(0, 900)), max_size=5),
)
def test_nothing_outside_the_horizon_is_ever_asked(
    today: date, questions: list[tuple[int, int, int]]
) -> None:
    known = Known()
    for start, length, hours in questions:
        first = today - timedelta(days=start)
        known.days = known.days.asked_about(
            Days(first, first + timedelta(days=length)),
            np.array([], "datetime64[D]"),
            midnight(today) - hours * HOUR_MS,
        )
    allowed = plan.horizon(today)
    for window in plan.curve_windows(known, today, midnight(today), 7):
        assert allowed.first <= window.first < window.end <= today


def test_complete_days_are_not_asked_about_but_the_trailing_week_is_once_a_day() -> None:
    known = Known(complete(plan.horizon(TODAY).first))
    known.days = asked(known.days, ago(7), TODAY, hours_ago=21)
    assert plan.curve_windows(known, TODAY, NOW, 7) == (Days(ago(7), TODAY),)
    known.days = asked(known.days, ago(7), TODAY, hours_ago=19)
    assert plan.curve_windows(known, TODAY, NOW, 7) == ()


@pytest.mark.parametrize("step", [10, 15, 30, 60])
def test_days_of_46_and_50_half_hours_are_complete_in_any_step(step: int) -> None:
    known = Known(complete(plan.horizon(TODAY).first, step=step))
    known.days = asked(known.days, ago(7), TODAY, hours_ago=1)
    assert due(known) == set()


def test_a_trailing_week_that_lacks_a_day_is_asked_again_after_an_hour() -> None:
    known = Known(complete(plan.horizon(TODAY).first, ago(1)))
    known.days = asked(known.days, ago(7), TODAY, hours_ago=0.9)
    assert due(known) == set()
    known.days = asked(known.days, ago(7), TODAY, hours_ago=1.1)
    assert due(known) == {ago(number) for number in range(1, 8)}


def test_yesterday_is_no_reason_to_ask_before_dawn_but_the_days_before_are() -> None:
    known = Known(complete(plan.horizon(TODAY).first, ago(1)))
    known.days = asked(known.days, ago(8), ago(1), hours_ago=8)
    night, dawn = midnight(TODAY) + 5 * HOUR_MS, midnight(TODAY) + 6 * HOUR_MS
    assert len(plan.due_days(known, TODAY, night)) == 0
    assert len(plan.due_days(known, TODAY, dawn)) == 7
    known.curve = complete(plan.horizon(TODAY).first, ago(2))
    assert len(plan.due_days(known, TODAY, night)) == 7


def test_an_older_day_without_readings_is_asked_again_with_growing_distance_and_a_limit() -> None:
    hole = ago(40)
    whole = complete(plan.horizon(TODAY).first)
    curve = whole.select((whole.start < midnight(hole)) | (whole.start >= midnight(ago(39))))
    recent = asked(DayLog.empty(), ago(7), TODAY, hours_ago=1)
    waits = []
    for times in range(8):
        wait = next(
            (
                days
                for days in range(400)
                if hole in due(Known(curve, asked(recent, hole, ago(39), days * 24, times)))
            ),
            None,
        )
        waits.append(wait)
    assert waits == [0, 2, 4, 8, 16, None, None, None]


def test_a_partial_day_is_a_day_that_lacks_readings() -> None:
    curve = complete(plan.horizon(TODAY).first)
    known = Known(curve.select(np.arange(len(curve)) != 5000))
    known.days = asked(known.days, ago(7), TODAY, hours_ago=1)
    (window,) = plan.curve_windows(known, TODAY, NOW, 7)
    assert len(window) == 1


def test_closed_days_are_never_asked_again() -> None:
    known = Known()
    everything = plan.horizon(TODAY)
    log = known.days.asked_about(everything, np.array([], "datetime64[D]"), NOW - 400 * DAY_MS, closed=True)
    assert due(Known(days=log)) == set()


def test_days_a_person_chose_are_asked_whatever_is_known_within_the_horizon() -> None:
    assert plan.asked_for(Days(ago(9), ago(-3)), TODAY, 7) == (Days(ago(7), TODAY), Days(ago(9), ago(7)))
    assert plan.asked_for(Days(date(2020, 1, 1), date(2020, 2, 1)), TODAY, 7) == ()


def test_daily_totals_are_asked_for_once_and_then_weekly() -> None:
    allowed = plan.horizon(TODAY)
    first = plan.totals_windows(None, TODAY, NOW, 365)
    assert [len(one) for one in first] == [365, 365, len(allowed) - 730]
    assert first[-1].first == allowed.first
    assert first[0].end == TODAY
    known = Known(complete(ago(40)), DayLog.empty().with_totals({ago(number): 1 for number in range(7, 41)}))
    assert plan.totals_windows(known, TODAY, NOW, 365) == ()
    known.days = DayLog.empty().with_totals({ago(number): 1 for number in range(8, 41)})
    assert plan.totals_windows(known, TODAY, NOW, 365) == (Days(ago(7), TODAY),)


def test_no_total_is_asked_of_days_that_lack_readings_or_are_closed() -> None:
    known = Known(complete(ago(40), ago(10)))
    assert plan.totals_windows(known, TODAY, NOW, 365) == (Days(ago(40), ago(10)),)
    none = np.array([], "datetime64[D]")
    known.days = known.days.asked_about(Days(ago(40), ago(30)), none, NOW, closed=True)
    assert plan.totals_windows(known, TODAY, NOW, 365) == (Days(ago(30), ago(10)),)
    assert plan.totals_windows(Known(), TODAY, NOW, 365) == ()


def test_totals_that_never_come_are_asked_for_with_growing_distance_and_a_limit() -> None:
    curve = complete(ago(200), ago(150))
    span, waits = Days(ago(200), ago(150)), []
    for times in range(1, 7):
        log = DayLog.empty()
        for _ in range(times):
            log = log.asked_for_totals(span, NOW)
        due = (
            days
            for days in range(400)
            if plan.totals_windows(Known(curve, log), TODAY, NOW + days * DAY_MS, 365) == (span,)
        )
        waits.append(next(due, None))
    assert waits == [13, 27, 55, 111, None, None]


def test_the_last_day_known() -> None:
    curve = regular(date(2026, 3, 28), 2)
    known = Known(curve.select(slice(0, -2)))
    assert plan.last_day_known(known) == date(2026, 3, 29)
    assert plan.last_day_known(Known()) is plan.last_day_known(None) is None
