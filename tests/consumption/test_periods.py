"""The periods stay within the known days, and previous and next are inverse."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from core.consumption.periods import View, clipped, custom, following, period_of, previous, usual_start
from core.model import Days

KNOWN = Days(date(2022, 10, 24), date(2024, 7, 26))
DAYS = st.dates(date(2020, 1, 1), date(2030, 1, 1))


@settings(max_examples=100)
@given(st.sampled_from(View), DAYS)
def test_a_period_always_meets_what_is_known(view: View, day: date) -> None:
    period = period_of(view, day, KNOWN)
    assert period.first < KNOWN.end
    assert period.days.end > KNOWN.first


@settings(max_examples=100)
@given(st.sampled_from([View.DAY, View.WEEK, View.MONTH, View.YEAR]), DAYS)
def test_next_and_previous_undo_each_other_and_end_at_the_last_reading(view: View, day: date) -> None:
    period = period_of(view, day, KNOWN)
    after = following(period, KNOWN)
    if after is None:
        assert period.days.end >= KNOWN.end
    else:
        assert after.first == period.days.end
        assert previous(after, KNOWN) == period


def test_custom_periods_step_by_their_own_length_within_what_is_known() -> None:
    period = custom(date(2024, 7, 10), date(2024, 7, 1), KNOWN)
    assert len(period.days) == 10
    assert previous(period, KNOWN) == custom(date(2024, 6, 21), date(2024, 6, 30), KNOWN)
    assert following(period, KNOWN) == custom(date(2024, 7, 11), date(2024, 7, 20), KNOWN)
    last = custom(date(2024, 7, 20), date(2030, 1, 1), KNOWN)
    assert (last.last, following(last, KNOWN)) == (date(2024, 7, 25), None)


def test_all_is_all_and_goes_nowhere() -> None:
    period = period_of(View.ALL, date(2024, 1, 1), KNOWN)
    assert (period.days, previous(period, KNOWN), following(period, KNOWN)) == (KNOWN, None, None)


def test_weeks_begin_on_monday() -> None:
    period = period_of(View.WEEK, date(2024, 2, 29), KNOWN)
    assert (period.first, period.last) == (date(2024, 2, 26), date(2024, 3, 3))
    assert period.days.end - period.first == timedelta(days=7)


def test_a_period_is_first_compared_with_the_year_before_else_with_its_neighbours() -> None:
    def week(first: date) -> Days:
        return Days(first, first + timedelta(days=7))

    assert usual_start(week(date(2024, 7, 1)), KNOWN) == date(2023, 7, 3)  # Mondays
    assert usual_start(week(date(2023, 1, 2)), KNOWN) == date(2022, 12, 26)
    assert usual_start(week(KNOWN.first), KNOWN) == KNOWN.first + timedelta(days=7)
    assert usual_start(Days(KNOWN.first, date(2024, 7, 24)), KNOWN) == KNOWN.end - timedelta(days=1)


@settings(max_examples=100)
@given(DAYS, st.integers(1, 900))
def test_no_period_is_first_compared_with_itself(first: date, length: int) -> None:
    days = clipped(Days(first, first + timedelta(days=length)), KNOWN)
    if days is None or days == KNOWN or len(KNOWN) < 2:
        return
    start = usual_start(days, KNOWN)
    assert start != days.first
    assert KNOWN.first <= start < KNOWN.end
