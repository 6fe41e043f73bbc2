"""Which days to ask the API about: pure functions of what is known, newest first, in few calls.

Days before the horizon (24 months and 15 days), today and later are never asked about. The trailing week is
asked again until it is complete, and once a day after that. An older day that lacks readings is asked again
with growing distance, and not for ever: some days never come.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from core.model import Curve, Days
from core.paristime import HOUR_MS, day_of, midnight, midnights
from core.storage.daybook import UNKNOWN_WH, Answer, DayBook

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
_Day = NDArray[np.datetime64]
_Mask = NDArray[np.bool_]


class Known(Protocol):
    """What the plan reads of a meter's record."""

    @property
    def curve(self) -> Curve: ...
    @property
    def days(self) -> DayBook: ...


@dataclass(frozen=True, slots=True, eq=False)
class _Table:
    """One row a day of the horizon, ascending."""

    day: _Day
    complete: _Mask
    asked: NDArray[np.int64]
    attempts: NDArray[np.int16]
    answer: NDArray[np.uint8]


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
    return windows(_days(Days(first, end)), longest) if first < end else ()


def due_days(known: Known | None, today: date, now_ms: int) -> _Day:
    """The days to ask about now, ascending."""
    days = _days(horizon(today))
    if known is None:
        return days
    table = _table(known, days)
    since = now_ms - table.asked
    trailing = table.day >= np.datetime64(today - timedelta(days=TRAILING_DAYS))
    # a day is published from about 8 on: before dawn it is no reason to ask
    dawn = midnight(today) + PUBLISHED_FROM_HOUR * HOUR_MS
    reason = trailing & ((table.day < np.datetime64(today - timedelta(days=1))) | (now_ms >= dawn))
    return table.day[_older_due(table, since) & ~trailing | _trailing_due(table, since, trailing, reason)]


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


def totals_windows(known: Known | None, today: date, longest: int) -> tuple[Days, ...]:
    """The questions for daily totals, oldest first: from the first day that has readings (an earlier one
    would have the whole answer refused), or from the newest total known, once a week of them has gathered."""
    allowed = horizon(today)
    first = allowed.first
    if known is not None and len(known.curve):
        first = max(first, _day_at(known.curve.start[:1]))
    if known is not None:
        have = known.days.day[known.days.official_wh != UNKNOWN_WH]
        if len(have):
            first = max(first, (have[-1] + 1).astype(date))
            if (allowed.end - first).days < TRAILING_DAYS:
                return ()
    if first >= allowed.end:
        return ()
    return tuple(reversed(windows(_days(Days(first, allowed.end)), longest)))


def last_day_known(known: Known | None) -> date | None:
    """The newest Paris day that has any reading."""
    return _day_at(known.curve.start[-1:]) if known is not None and len(known.curve) else None


def _day_at(start: NDArray[np.int64]) -> date:
    day: date = day_of(start)[0].astype(date)
    return day


def _trailing_due(table: _Table, since: NDArray[np.int64], trailing: _Mask, reason: _Mask) -> _Mask:
    """The whole trailing week or nothing of it: it takes one call in any case. `reason`: its days that may
    be the reason to ask."""
    open_days: _Mask = trailing & (table.answer != Answer.CLOSED)
    again = np.where(table.complete, COMPLETE_AGAIN_MS, RECENT_AGAIN_MS)
    if not bool((open_days & reason & (since >= again)).any()):
        return np.zeros(len(trailing), dtype=np.bool_)
    return open_days


def _older_due(table: _Table, since: NDArray[np.int64]) -> _Mask:
    lacking = ~table.complete & (table.answer != Answer.CLOSED)
    tries = table.attempts.astype(np.int64)
    waits = np.array(OLDER_AGAIN_MS, dtype=np.int64)[np.minimum(tries, len(OLDER_AGAIN_MS) - 1)]
    never = table.asked == 0
    due: _Mask = lacking & (never | (tries < len(OLDER_AGAIN_MS)) & (since >= waits))
    return due


def _table(known: Known, days: _Day) -> _Table:
    book = known.days
    at = np.searchsorted(book.day, days)
    near = np.minimum(at, max(len(book) - 1, 0))
    listed = book.day[near] == days if len(book) else np.zeros(len(days), dtype=np.bool_)
    asked, attempts = np.zeros(len(days), np.int64), np.zeros(len(days), np.int16)
    answer = np.full(len(days), Answer.NEVER_ASKED, np.uint8)
    for column, told in ((asked, book.asked), (attempts, book.attempts), (answer, book.answer)):
        column[listed] = told[near[listed]] if len(book) else 0
    return _Table(days, _complete(known.curve, days), asked, attempts, answer)


def _complete(curve: Curve, days: _Day) -> _Mask:
    """Days whose readings cover all their minutes: 1,440, or 1,380 and 1,500 when the clock changes."""
    covered = np.zeros(len(days), dtype=np.int64)
    row = (day_of(curve.start) - days[0]).astype(np.int64)
    inside = (row >= 0) & (row < len(days))
    np.add.at(covered, row[inside], curve.minutes[inside])
    edges = midnights(np.append(days, days[-1] + 1))
    whole: _Mask = covered >= np.diff(edges) // 60_000
    return whole


def _days(days: Days) -> _Day:
    return np.arange(np.datetime64(days.first), np.datetime64(days.end), dtype="datetime64[D]")
