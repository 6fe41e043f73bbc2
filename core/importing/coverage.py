"""State of each Paris day of a meter, from its record.

Complete, partial, missing, not published yet or refused; where its readings came from, when it was last
queried, and Enedis's own total beside ours.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from fractions import Fraction
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.model import MINUTE_MS, Curve, Origin
from core.paristime import day_of, midnights
from core.storage.day_log import UNKNOWN_WH, Answer
from core.storage.record import Record

PUBLISHING_DAYS: Final = 7
"""A day may be published this many days late; until then it is not a gap."""


class DayState(StrEnum):
    """State of a day. Texts: `history.state.<value>`."""

    COMPLETE = "complete"
    PARTIAL = "partial"
    MISSING = "missing"
    NOT_YET = "not-yet"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Day:
    """One Paris day.

    `covered`, `minutes`: minutes with readings, and minutes of the day (1,380, 1,440 or 1,500). `asked_ms`:
    UTC ms of the last query to the API, None never. `official_wh`: Enedis's total.
    """

    day: date
    state: DayState
    covered: int
    minutes: int
    watt_minutes: int
    origins: tuple[Origin, ...]
    asked_ms: int | None
    attempts: int
    official_wh: int | None

    @property
    def difference_wh(self) -> Fraction | None:
        """Enedis's total minus the curve's energy; None if there is no total, or the day is incomplete."""
        if self.official_wh is None or self.state is not DayState.COMPLETE:
            return None
        return self.official_wh - Fraction(self.watt_minutes, 60)

    @property
    def agrees(self) -> bool | None:
        """Whether both agree to the watt-hour, the precision of Enedis's total; None as above."""
        difference = self.difference_wh
        return None if difference is None else abs(difference) < 1


def days_of(record: Record, today: date) -> tuple[Day, ...]:
    """Every day from the first to the last of which anything is known, yesterday at the latest."""
    days = _range(record, today)
    if not len(days):
        return ()
    begins = midnights(np.append(days, days[-1] + 1))
    minutes = (begins[1:] - begins[:-1]) // MINUTE_MS
    covered, energy = _sums(record.curve, days)
    origins = _origins(record, days)
    told = record.days.about(days)
    newest = np.max(np.nonzero(covered)[0], initial=-1)
    recent = days >= np.datetime64(today - timedelta(days=PUBLISHING_DAYS))
    waiting = recent & (np.arange(len(days)) > newest)
    closed = told.answer == Answer.CLOSED
    rows = zip(days.astype(object), minutes.tolist(), covered.tolist(), energy.tolist(), strict=True)
    return tuple(
        Day(
            day,
            _state(whole, got, bool(closed[at]), bool(waiting[at])),
            got,
            whole,
            watt_minutes,
            origins[at],
            int(told.asked[at]) or None,
            int(told.attempts[at]),
            None if told.official_wh[at] == UNKNOWN_WH else int(told.official_wh[at]),
        )
        for at, (day, whole, got, watt_minutes) in enumerate(rows)
    )


def _state(whole: int, got: int, closed: bool, waiting: bool) -> DayState:
    if got >= whole:
        return DayState.COMPLETE
    if got:
        return DayState.PARTIAL
    if closed:
        return DayState.REFUSED
    return DayState.NOT_YET if waiting else DayState.MISSING


def _range(record: Record, today: date) -> NDArray[np.datetime64]:
    ends = [record.days.day[[0, -1]]] if len(record.days) else []
    if len(record.curve):
        ends.append(day_of(record.curve.start[[0, -1]]))
    if not ends:
        return np.array([], dtype="datetime64[D]")
    known = np.concatenate(ends)
    end = min(known.max() + 1, np.datetime64(today))
    return np.arange(known.min(), max(end, known.min()), dtype="datetime64[D]")


def _sums(curve: Curve, days: NDArray[np.datetime64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Minutes covered and watt-minutes of each day, exact."""
    covered, energy = np.zeros(len(days), np.int64), np.zeros(len(days), np.int64)
    row = (day_of(curve.start) - days[0]).astype(np.int64)
    inside = row < len(days)
    minutes = curve.minutes[inside].astype(np.int64)
    np.add.at(covered, row[inside], minutes)
    np.add.at(energy, row[inside], minutes * curve.watts[inside])
    return covered, energy


def _origins(record: Record, days: NDArray[np.datetime64]) -> list[tuple[Origin, ...]]:
    found: list[tuple[Origin, ...]] = [()] * len(days)
    if not len(record.curve):
        return found
    row = (day_of(record.curve.start) - days[0]).astype(np.int64)
    pairs = np.unique(row * 256 + record.origin)
    for pair in pairs.tolist():
        at, number = divmod(pair, 256)
        if at < len(days):
            found[at] += (record.origins[number],)
    return found
