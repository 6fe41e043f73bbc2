"""What is known of each Paris day of a meter besides its readings: when a source was last asked, how often
in vain, what it said, the distributor's own total, and the maximum power the meter measured."""

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
"""Fits the column."""


class Answer(IntEnum):
    """What the last question about a day brought. The value is stored; never renumber one."""

    NEVER_ASKED = 0
    READINGS = 1
    NOTHING = 2
    CLOSED = 3


@dataclass(frozen=True, slots=True, eq=False)
class DayLog:
    """One row a day, ascending. `asked`: UTC ms of the last question, 0 never. `attempts`: questions since
    the day last gained a reading. `official_wh`: the distributor's total of the day, -1 unknown;
    `totals_asked`, `totals_attempts`: the last question for it, and how many were in vain. `peak_va`: the
    maximum power the meter measured, VA, -1 unknown; `peak_at`: when, UTC ms, 0 unknown; `peaks_asked` and
    `peaks_attempts` as for the total."""

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
        """After a question about `days`, of which `gained` are the days that got new readings by it."""
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
        """With the distributor's totals (Wh) of some days."""
        if not totals:
            return self
        ordered = sorted(totals)
        days = np.array(ordered, dtype="datetime64[D]")
        log = self._with_rows(days)
        log.official_wh[np.searchsorted(log.day, days)] = [totals[day] for day in ordered]
        return log

    def asked_for_totals(self, days: Days, now_ms: int) -> DayLog:
        """After a question for the totals of `days`, whose answer is in the log already."""
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
        """With the maximum powers of some days."""
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
        """After a question for the maximum powers of `days`, whose answer is in the log already."""
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
        """Exactly these days (ascending), blank where nothing is known."""
        log = self._with_rows(days)
        rows = np.searchsorted(log.day, days)
        return DayLog(*(column[rows] for column in log._columns))

    @property
    def _columns(self) -> tuple[NDArray[Any], ...]:
        return tuple(getattr(self, one.name) for one in fields(self))

    def _with_rows(self, days: NDArray[np.datetime64]) -> DayLog:
        """A copy that has a row for each of these days."""
        log = self._blank(np.union1d(self.day, days).astype("datetime64[D]"))
        rows = np.searchsorted(log.day, self.day)
        for column, mine in zip(log._columns, self._columns, strict=True):
            column[rows] = mine
        return log
