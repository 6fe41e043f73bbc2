"""Plans which days to query from the API, newest first, in few calls; pure functions of what is known.

Days before the horizon (24 months and 15 days), today and later are never queried. The last week is queried
until it is complete, and once a day after that. An older day that lacks readings is queried at growing
intervals and finally no more, as some days never come. So is, more rarely, a day that lacks its daily total
or its maximum power.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from core.model import Curve, Days
from core.paristime import HOUR_MS, day_of, each_day, midnight, midnights
from core.storage.day_log import UNKNOWN_VA, UNKNOWN_WH, Answer, DayLog

TRAILING_DAYS: Final = 7
HISTORY_YEARS: Final = 2
HISTORY_DAYS: Final = 15
PUBLISHED_FROM_HOUR: Final = 6
"""Hour in Paris before which yesterday is not expected to be published."""
RECENT_AGAIN_MS: Final = HOUR_MS
"""Wait before a day of the last week that lacks readings is queried again."""
COMPLETE_AGAIN_MS: Final = 20 * HOUR_MS
"""Wait before a complete last week is queried again, as its values may have been corrected."""
OLDER_AGAIN_MS: Final = tuple((days * 24 - 4) * HOUR_MS for days in (1, 2, 4, 8, 16))
"""Waits for an older day, by number of queries without result; after the last, it is left alone.

A little less than whole days, as the daily update does not run at the same minute.
"""
DAILY_GATHER: Final = 7
"""Number of complete days, never queried for a total or maximum power, that are worth a call."""
DAILY_AGAIN_MS: Final = tuple(7 * wait for wait in OLDER_AGAIN_MS)
"""The same waits times 7, for a daily total or a maximum power: the curve does not need them."""
_Day = NDArray[np.datetime64]
_Mask = NDArray[np.bool_]


class Known(Protocol):
    """What the plan reads from a meter's record."""

    @property
    def curve(self) -> Curve:
        """All stored readings of the meter."""

    @property
    def days(self) -> DayLog:
        """The day log of the meter."""


def horizon(today: date) -> Days:
    """The days that the API may have: from 24 months and 15 days ago up to yesterday."""
    leap = today.month == 2 and today.day == 29
    back = today.replace(year=today.year - HISTORY_YEARS, day=28 if leap else today.day)
    return Days(back - timedelta(days=HISTORY_DAYS), today)


def curve_windows(known: Known | None, today: date, now_ms: int, longest: int) -> tuple[Days, ...]:
    """The windows due now, newest first, each of at most `longest` days."""
    return windows(due_days(known, today, now_ms), longest)


def asked_for(chosen: Days, today: date, longest: int) -> tuple[Days, ...]:
    """Windows for days that a person chose, whatever is known of them; none outside the horizon."""
    allowed = horizon(today)
    first, end = max(chosen.first, allowed.first), min(chosen.end, allowed.end)
    return windows(each_day(Days(first, end)), longest) if first < end else ()


def due_days(known: Known | None, today: date, now_ms: int) -> _Day:
    """The days due for a query now, ascending."""
    days = each_day(horizon(today))
    if known is None:
        return days
    log = known.days.about(days)
    complete = _complete(known.curve, days)
    lacking = ~complete & (log.answer != Answer.CLOSED)
    since = now_ms - log.asked
    older = lacking & ((log.asked == 0) | _again(since, log.attempts, OLDER_AGAIN_MS))
    trailing = days >= np.datetime64(today - timedelta(days=TRAILING_DAYS))
    # a day is published from about 8:00 on: before `dawn`, yesterday is no reason to ask
    dawn = midnight(today) + PUBLISHED_FROM_HOUR * HOUR_MS
    reason = (days < np.datetime64(today - timedelta(days=1))) | (now_ms >= dawn)
    late = reason & (since >= np.where(complete, COMPLETE_AGAIN_MS, RECENT_AGAIN_MS))
    open_days: _Mask = trailing & (log.answer != Answer.CLOSED)
    # the whole last week or nothing of it: it takes one call in any case
    week = open_days if bool((open_days & late).any()) else np.zeros_like(open_days)
    due: _Day = days[older & ~trailing | week]
    return due


def windows(days: _Day, longest: int) -> tuple[Days, ...]:
    """The fewest half-open windows of at most `longest` days that cover these days, newest first."""
    left = np.unique(days)
    found = []
    while len(left):
        end = left[-1] + 1
        inside = left >= end - longest
        found.append(Days(left[inside][0].astype(date), end.astype(date)))
        left = left[~inside]
    return tuple(found)


def totals_windows(known: Known | None, today: date, now_ms: int, longest: int) -> tuple[Days, ...]:
    """The windows for daily totals due now, newest first.

    Complete days, to compare them, once a week of them has gathered; and again days for which the distributor
    had no total. Days before the first reading are excluded, as they would make the API refuse the whole
    query.
    """
    return _daily(known, today, now_ms, longest, _totals_of)


def peaks_windows(known: Known | None, today: date, now_ms: int, longest: int) -> tuple[Days, ...]:
    """The same for the maximum power of each day."""
    return _daily(known, today, now_ms, longest, _peaks_of)


_Kept = tuple[_Mask, NDArray[np.int64], NDArray[np.int16]]
"""Per day: whether its value is unknown, when it was last queried, and how often without result."""


def _totals_of(log: DayLog) -> _Kept:
    return log.official_wh == UNKNOWN_WH, log.totals_asked, log.totals_attempts


def _peaks_of(log: DayLog) -> _Kept:
    return log.peak_va == UNKNOWN_VA, log.peaks_asked, log.peaks_attempts


def _daily(
    known: Known | None, today: date, now_ms: int, longest: int, kept: Callable[[DayLog], _Kept]
) -> tuple[Days, ...]:
    days = each_day(horizon(today))
    if known is None:
        return windows(days, longest)
    log = known.days.about(days)
    unknown, asked, attempts = kept(log)
    lacking = _complete(known.curve, days) & unknown & (log.answer != Answer.CLOSED)
    fresh = lacking & (asked == 0)
    due = lacking & ~fresh & _again(now_ms - asked, attempts, DAILY_AGAIN_MS)
    return windows(days[due | fresh if fresh.sum() >= DAILY_GATHER else due], longest)


def last_day_known(known: Known | None) -> date | None:
    """The newest Paris day that has any reading."""
    return _day_at(known.curve.start[-1:]) if known is not None and len(known.curve) else None


def _day_at(start: NDArray[np.int64]) -> date:
    day: date = day_of(start)[0].astype(date)
    return day


def _again(since: NDArray[np.int64], attempts: NDArray[np.int16], waits: tuple[int, ...]) -> _Mask:
    """What is due again after so many queries without result, the last `since` ms ago."""
    tries = attempts.astype(np.int64)
    wait = np.array(waits, dtype=np.int64)[np.minimum(tries, len(waits) - 1)]
    due: _Mask = (tries < len(waits)) & (since >= wait)
    return due


def _complete(curve: Curve, days: _Day) -> _Mask:
    """Days whose readings cover all their minutes: 1,440, or 1,380 and 1,500 when the clock changes."""
    covered = np.zeros(len(days), dtype=np.int64)
    row = (day_of(curve.start) - days[0]).astype(np.int64)
    inside = (row >= 0) & (row < len(days))
    np.add.at(covered, row[inside], curve.minutes[inside])
    edges = midnights(np.append(days, days[-1] + 1))
    whole: _Mask = covered >= np.diff(edges) // 60_000
    return whole
