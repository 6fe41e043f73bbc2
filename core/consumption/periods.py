"""The one navigator of all views: day, week, month, year, all, custom; next, previous, a year before."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from core.model import Days

SAME_WEEKDAYS: Final = timedelta(days=364)
"""A year before on the same weekdays: 52 whole weeks."""


class View(StrEnum):
    """How long the period is. The value is in the URL; never translate one."""

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
        return self.days.first

    @property
    def last(self) -> date:
        """The last day in it."""
        return self.days.end - timedelta(days=1)


def period_of(view: View, day: date, known: Days) -> Period:
    """The period of a view that holds a day; the day is first moved into the days that are known."""
    if view in (View.ALL, View.CUSTOM):
        return Period(view, known)
    return Period(view, _around(view, min(max(day, known.first), known.end - timedelta(days=1))))


def custom(first: date, last: date, known: Days) -> Period:
    """From one day to another, in either order, within the days that are known."""
    inside = [min(max(day, known.first), known.end - timedelta(days=1)) for day in (first, last)]
    return Period(View.CUSTOM, Days(min(inside), max(inside) + timedelta(days=1)))


def previous(period: Period, known: Days) -> Period | None:
    """The period before; None where nothing known lies there."""
    if period.view is View.ALL or period.first <= known.first:
        return None
    if period.view is View.CUSTOM:
        length = timedelta(days=len(period.days))
        first = max(period.first - length, known.first)
        return Period(View.CUSTOM, Days(first, period.first))
    return Period(period.view, _around(period.view, period.first - timedelta(days=1)))


def following(period: Period, known: Days) -> Period | None:
    """The period after; None beyond the last reading."""
    if period.view is View.ALL or period.days.end >= known.end:
        return None
    if period.view is View.CUSTOM:
        length = timedelta(days=len(period.days))
        return Period(View.CUSTOM, Days(period.days.end, min(period.days.end + length, known.end)))
    return Period(period.view, _around(period.view, period.days.end))


def shifted(days: Days, by: timedelta) -> Days:
    return Days(days.first + by, days.end + by)


def usual_start(days: Days, known: Days) -> date:
    """Where the period usually compared with some days begins: on the same weekday a year before, else whole
    weeks before; else whole weeks after, or at the first or last day that is known."""
    weeks = timedelta(days=7 * -(-len(days) // 7))
    last = known.end - timedelta(days=1)
    for start in (days.first - SAME_WEEKDAYS, days.first - weeks, days.first + weeks):
        if known.first <= start <= last:
            return start
    return known.first if days.first > known.first else last


def clipped(days: Days, known: Days) -> Days | None:
    """The part of the days that is known; None where there is none."""
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
