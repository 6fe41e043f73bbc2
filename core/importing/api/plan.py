"""Which days to ask the API about: pure functions of what is known, newest first, in few calls.

Days before the horizon (24 months and 15 days), today and later are never asked about. The trailing week is
asked again until it is complete, and once a day after that. An older day that lacks readings is asked again
with growing distance, and not for ever: some days never come. So is a day that lacks its daily total or its
maximum power, seldom.
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
"""Paris time before which nothing of yesterday is expected."""
RECENT_AGAIN_MS: Final = HOUR_MS
"""A day of the trailing week that lacks readings."""
COMPLETE_AGAIN_MS: Final = 20 * HOUR_MS
"""A complete trailing week: its values may have been corrected."""
OLDER_AGAIN_MS: Final = tuple((days * 24 - 4) * HOUR_MS for days in (1, 2, 4, 8, 16))
"""By number of questions in vain, for an older day; after the last, it is left alone. A little less than
whole days: the daily update does not come at the same minute."""
DAILY_GATHER: Final = 7
"""Complete days whose total or maximum power was never asked for that are worth a call."""
DAILY_AGAIN_MS: Final = tuple(7 * wait for wait in OLDER_AGAIN_MS)
"""The same waits in weeks, for a total or a maximum power: they stand beside the curve."""
_Day = NDArray[np.datetime64]
_Mask = NDArray[np.bool_]


class Known(Protocol):
    """What the plan reads of a meter's record."""

    @property
    def curve(self) -> Curve: ...
    @property
    def days(self) -> DayLog: ...


def horizon(today: date) -> Days:
    """The days the API may know: from 24 months and 15 days ago up to yesterday."""
    leap = today.month == 2 and today.day == 29
    back = today.replace(year=today.year - HISTORY_YEARS, day=28 if leap else today.day)
    return Days(back - timedelta(days=HISTORY_DAYS), today)


def curve_windows(known: Known | None, today: date, now_ms: int, longest: int) -> tuple[Days, ...]:
    """The questions due now, newest first, each of at most `longest` days."""
    return windows(due_days(known, today, now_ms), longest)


def asked_for(chosen: Days, today: date, longest: int) -> tuple[Days, ...]:
    """The questions for days a person chose, whatever is known of them; none outside the horizon."""
    allowed = horizon(today)
    first, end = max(chosen.first, allowed.first), min(chosen.end, allowed.end)
    return windows(each_day(Days(first, end)), longest) if first < end else ()


def due_days(known: Known | None, today: date, now_ms: int) -> _Day:
    """The days to ask about now, ascending."""
    days = each_day(horizon(today))
    if known is None:
        return days
    log = known.days.about(days)
    complete = _complete(known.curve, days)
    lacking = ~complete & (log.answer != Answer.CLOSED)
    since = now_ms - log.asked
    older = lacking & ((log.asked == 0) | _again(since, log.attempts, OLDER_AGAIN_MS))
    trailing = days >= np.datetime64(today - timedelta(days=TRAILING_DAYS))
    # a day is published from about 8 on: before dawn it is no reason to ask
    dawn = midnight(today) + PUBLISHED_FROM_HOUR * HOUR_MS
    reason = (days < np.datetime64(today - timedelta(days=1))) | (now_ms >= dawn)
    late = reason & (since >= np.where(complete, COMPLETE_AGAIN_MS, RECENT_AGAIN_MS))
    open_days: _Mask = trailing & (log.answer != Answer.CLOSED)
    # the whole trailing week or nothing of it: it takes one call in any case
    week = open_days if bool((open_days & late).any()) else np.zeros_like(open_days)
    due: _Day = days[older & ~trailing | week]
    return due


def windows(days: _Day, longest: int) -> tuple[Days, ...]:
    """As few half-open windows of at most `longest` days as cover these days, newest first."""
    left = np.unique(days)
    found = []
    while len(left):
        end = left[-1] + 1
        inside = left >= end - longest
        found.append(Days(left[inside][0].astype(date), end.astype(date)))
        left = left[~inside]
    return tuple(found)


def totals_windows(known: Known | None, today: date, now_ms: int, longest: int) -> tuple[Days, ...]:
    """The questions for daily totals due now, newest first: of days that are complete, to compare them, once
    a week of them has gathered; and again where the distributor had none. Days before the first reading are
    never in them: they would have the whole answer refused."""
    return _daily(known, today, now_ms, longest, _totals_of)


def peaks_windows(known: Known | None, today: date, now_ms: int, longest: int) -> tuple[Days, ...]:
    """The same for the maximum power of each day."""
    return _daily(known, today, now_ms, longest, _peaks_of)


_Kept = tuple[_Mask, NDArray[np.int64], NDArray[np.int16]]
"""Of each day: whether its value is unknown, when it was last asked for, and how often in vain."""


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
    """What was asked in vain so many times, `since` ms ago, and is due again; after the last wait, never."""
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
