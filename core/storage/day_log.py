"""Day log: what is known of each Paris day of a meter besides its readings.

When a source was last queried, how many queries brought nothing, the last answer, the distributor's total,
and the maximum power that the meter measured.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from enum import IntEnum
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray

from core.model import Days, MaxPower
from core.paristime import each_day

UNKNOWN_WH: Final = -1
UNKNOWN_VA: Final = -1
_MOST_ATTEMPTS: Final = 32_000
"""Upper limit of the int16 columns that count attempts."""


class Answer(IntEnum):
    """Result of the last query about a day. The values are stored; never renumber one."""

    NEVER_ASKED = 0
    READINGS = 1
    NOTHING = 2
    CLOSED = 3


@dataclass(frozen=True, slots=True, eq=False)
class DayLog:
    """One row per Paris day, ascending.

    - `asked`: UTC ms of the last query, 0 never. `attempts`: queries since the day last gained a reading.
    - `official_wh`: the distributor's total of the day, -1 unknown. `totals_asked`, `totals_attempts`: the
      last query for it, and how many brought none.
    - `peak_va`: the maximum power that the meter measured, VA, -1 unknown. `peak_at`: its time, UTC ms, 0
      unknown. `peaks_asked`, `peaks_attempts`: as for the total.
    """

    day: NDArray[np.datetime64]
    asked: NDArray[np.int64]
    attempts: NDArray[np.int16]
    answer: NDArray[np.uint8]
    official_wh: NDArray[np.int32]
    totals_asked: NDArray[np.int64]
    totals_attempts: NDArray[np.int16]
    peak_va: NDArray[np.int32]
    peak_at: NDArray[np.int64]
    peaks_asked: NDArray[np.int64]
    peaks_attempts: NDArray[np.int16]

    @classmethod
    def empty(cls) -> Self:
        """A log without days."""
        return cls._blank(np.array([], dtype="datetime64[D]"))

    @classmethod
    def _blank(cls, day: NDArray[np.datetime64]) -> Self:
        count = len(day)
        return cls(
            day,
            np.zeros(count, np.int64),
            np.zeros(count, np.int16),
            np.full(count, Answer.NEVER_ASKED, np.uint8),
            np.full(count, UNKNOWN_WH, np.int32),
            np.zeros(count, np.int64),
            np.zeros(count, np.int16),
            np.full(count, UNKNOWN_VA, np.int32),
            np.zeros(count, np.int64),
            np.zeros(count, np.int64),
            np.zeros(count, np.int16),
        )

    def __len__(self) -> int:
        return len(self.day)

    def asked_about(
        self, days: Days, gained: NDArray[np.datetime64], now_ms: int, *, closed: bool = False
    ) -> DayLog:
        """The log after a query about `days`, of which `gained` got new readings by it.

        `closed`: the source will never have readings of these days.
        """
        if not len(days):
            return self
        asked = each_day(days)
        log = self._with_rows(asked)
        rows = np.searchsorted(log.day, asked)
        got = np.isin(asked, gained)
        log.asked[rows] = now_ms
        log.attempts[rows] = np.where(got, 0, np.minimum(log.attempts[rows] + 1, _MOST_ATTEMPTS))
        silent = Answer.CLOSED if closed else Answer.NOTHING
        had = log.answer[rows] == Answer.READINGS
        log.answer[rows] = np.where(got | had, Answer.READINGS, silent)
        return log

    def with_totals(self, totals: Mapping[date, int]) -> DayLog:
        """The log with the distributor's totals (Wh) of some days."""
        if not totals:
            return self
        ordered = sorted(totals)
        days = np.array(ordered, dtype="datetime64[D]")
        log = self._with_rows(days)
        log.official_wh[np.searchsorted(log.day, days)] = [totals[day] for day in ordered]
        return log

    def asked_for_totals(self, days: Days, now_ms: int) -> DayLog:
        """The log after a query for the totals of `days`; those it brought must be in the log already."""
        if not len(days):
            return self
        asked = each_day(days)
        log = self._with_rows(asked)
        rows = np.searchsorted(log.day, asked)
        log.totals_asked[rows] = now_ms
        more = np.minimum(log.totals_attempts[rows] + 1, _MOST_ATTEMPTS)
        log.totals_attempts[rows] = np.where(log.official_wh[rows] == UNKNOWN_WH, more, 0)
        return log

    def with_peaks(self, peaks: Mapping[date, MaxPower]) -> DayLog:
        """The log with the maximum powers (VA) of some days."""
        if not peaks:
            return self
        ordered = sorted(peaks)
        days = np.array(ordered, dtype="datetime64[D]")
        log = self._with_rows(days)
        rows = np.searchsorted(log.day, days)
        log.peak_va[rows] = [peaks[day].va for day in ordered]
        log.peak_at[rows] = [peaks[day].at or 0 for day in ordered]
        return log

    def asked_for_peaks(self, days: Days, now_ms: int) -> DayLog:
        """The log after a query for the maximum powers of `days`; those it brought must be in it already."""
        if not len(days):
            return self
        asked = each_day(days)
        log = self._with_rows(asked)
        rows = np.searchsorted(log.day, asked)
        log.peaks_asked[rows] = now_ms
        more = np.minimum(log.peaks_attempts[rows] + 1, _MOST_ATTEMPTS)
        log.peaks_attempts[rows] = np.where(log.peak_va[rows] == UNKNOWN_VA, more, 0)
        return log

    def about(self, days: NDArray[np.datetime64]) -> DayLog:
        """The rows of exactly these days (ascending), blank where nothing is known."""
        log = self._with_rows(days)
        rows = np.searchsorted(log.day, days)
        return DayLog(*(column[rows] for column in log._columns))

    @property
    def _columns(self) -> tuple[NDArray[Any], ...]:
        return tuple(getattr(self, one.name) for one in fields(self))

    def _with_rows(self, days: NDArray[np.datetime64]) -> DayLog:
        """A copy with a row for each of these days."""
        log = self._blank(np.union1d(self.day, days).astype("datetime64[D]"))
        rows = np.searchsorted(log.day, self.day)
        for column, mine in zip(log._columns, self._columns, strict=True):
            column[rows] = mine
        return log
