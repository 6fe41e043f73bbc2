"""The periods of all views: day, week, month, year, all, custom; next, previous, a year before."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from core.model import Days

SAME_WEEKDAYS: Final = timedelta(days=364)
"""From a day to the same weekday a year before: 52 whole weeks."""


class View(StrEnum):
    """The kind of period. The value is in the URL; never translate one."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"
    ALL = "all"
    CUSTOM = "custom"


@dataclass(frozen=True, slots=True)
class Period:
    """A view and its Paris days."""

    view: View
    days: Days

    @property
    def first(self) -> date:
        """The first day of the period."""
        return self.days.first

    @property
    def last(self) -> date:
        """The last day of the period, included."""
        return self.days.last


def period_of(view: View, day: date, known: Days) -> Period:
    """The period of a view that contains a day, which is first moved into the known days."""
    if view in (View.ALL, View.CUSTOM):
        return Period(view, known)
    return Period(view, _around(view, min(max(day, known.first), known.last)))


def custom(first: date, last: date, known: Days) -> Period:
    """The period between two days in either order, within the known days."""
    inside = [min(max(day, known.first), known.last) for day in (first, last)]
    return Period(View.CUSTOM, Days(min(inside), max(inside) + timedelta(days=1)))


def previous(period: Period, known: Days) -> Period | None:
    """The period before; None if it has no known day."""
    if period.view is View.ALL or period.first <= known.first:
        return None
    if period.view is View.CUSTOM:
        length = timedelta(days=len(period.days))
        first = max(period.first - length, known.first)
        return Period(View.CUSTOM, Days(first, period.first))
    return Period(period.view, _around(period.view, period.first - timedelta(days=1)))


def following(period: Period, known: Days) -> Period | None:
    """The period after; None beyond the last known day."""
    if period.view is View.ALL or period.days.end >= known.end:
        return None
    if period.view is View.CUSTOM:
        length = timedelta(days=len(period.days))
        return Period(View.CUSTOM, Days(period.days.end, min(period.days.end + length, known.end)))
    return Period(period.view, _around(period.view, period.days.end))


def shifted(days: Days, by: timedelta) -> Days:
    """The days moved by a duration."""
    return Days(days.first + by, days.end + by)


def usual_start(days: Days, known: Days) -> date:
    """Start of the period to compare with some days by default, within the known days.

    The same weekday a year before, else whole weeks before, else whole weeks after, else the first or last
    known day.
    """
    weeks = timedelta(days=7 * -(-len(days) // 7))
    last = known.last
    for start in (days.first - SAME_WEEKDAYS, days.first - weeks, days.first + weeks):
        if known.first <= start <= last:
            return start
    return known.first if days.first > known.first else last


def clipped(days: Days, known: Days) -> Days | None:
    """The known part of the days; None if there is none."""
    first, end = max(days.first, known.first), min(days.end, known.end)
    return Days(first, end) if first < end else None


def _around(view: View, day: date) -> Days:
    if view is View.DAY:
        return Days(day, day + timedelta(days=1))
    if view is View.WEEK:
        monday = day - timedelta(days=day.weekday())
        return Days(monday, monday + timedelta(days=7))
    if view is View.MONTH:
        first = day.replace(day=1)
        return Days(first, (first + timedelta(days=32)).replace(day=1))
    return Days(date(day.year, 1, 1), date(day.year + 1, 1, 1))
