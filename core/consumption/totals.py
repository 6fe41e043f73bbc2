"""Energy by Paris day, week or month, with the measured share of each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from core.consumption.readings import History, to_date
from core.model import MINUTE_MS, Days
from core.paristime import each_day, midnights


class Grain(StrEnum):
    """The time that one bucket stands for."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True, slots=True, eq=False)
class Totals:
    """One row per bucket: first day, end, energy (watt-minutes), measured minutes and expected minutes."""

    grain: Grain
    first: NDArray[np.datetime64]
    end: NDArray[np.datetime64]
    energy: NDArray[np.int64]
    minutes: NDArray[np.int64]
    expected: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.first)

    @property
    def complete(self) -> NDArray[np.bool_]:
        """Mask of the buckets measured completely."""
        whole: NDArray[np.bool_] = self.minutes >= self.expected
        return whole

    @property
    def empty(self) -> NDArray[np.bool_]:
        """Mask of the buckets without any reading."""
        nothing: NDArray[np.bool_] = self.minutes == 0
        return nothing


def by_day(history: History, days: Days) -> Totals:
    """One row for every Paris day, measured or not, of the readings that start in it."""
    first = each_day(days)
    inside = history.during(days)
    row = (inside.day - np.datetime64(days.first, "D")).astype(np.int64)
    return Totals(
        Grain.DAY,
        first,
        first + 1,
        _sums(row, inside.energy, len(first)),
        _sums(row, inside.curve.minutes.astype(np.int64), len(first)),
        _minutes_of(first),
    )


def grouped(daily: Totals, grain: Grain) -> Totals:
    """Days summed to ISO weeks or calendar months.

    The first and the last bucket contain the given days only and are incomplete if those are not all of it.
    """
    if grain is Grain.DAY or not len(daily):
        return daily
    starts = np.nonzero(np.append(True, np.diff(_bucket(daily.first, grain)) != 0))[0]
    return Totals(
        grain,
        daily.first[starts],
        daily.end[np.append(starts[1:], len(daily)) - 1],
        np.add.reduceat(daily.energy, starts),
        np.add.reduceat(daily.minutes, starts),
        _minutes_between(*_bounds(daily.first[starts], grain)),
    )


def measured_around(daily: Totals, days: Days) -> tuple[date | None, date | None]:
    """The last day with readings before some days, and the first after them."""
    measured = daily.first[~daily.empty]
    before = measured[measured < np.datetime64(days.first, "D")]
    after = measured[measured >= np.datetime64(days.end, "D")]
    return to_date(before[-1]) if len(before) else None, to_date(after[0]) if len(after) else None


def _bucket(day: NDArray[np.datetime64], grain: Grain) -> NDArray[np.int64]:
    if grain is Grain.MONTH:
        return day.astype("datetime64[M]").astype(np.int64)
    return (day.astype(np.int64) + 3) // 7  # 1970-01-01 was a Thursday


def _bounds(
    day: NDArray[np.datetime64], grain: Grain
) -> tuple[NDArray[np.datetime64], NDArray[np.datetime64]]:
    """First day, and the day after the last, of the week or month that each day is in."""
    if grain is Grain.MONTH:
        month = day.astype("datetime64[M]")
        return month.astype("datetime64[D]"), (month + 1).astype("datetime64[D]")
    monday = (_bucket(day, grain) * 7 - 3).astype("datetime64[D]")
    return monday, monday + 7


def _minutes_between(first: NDArray[np.datetime64], end: NDArray[np.datetime64]) -> NDArray[np.int64]:
    return (midnights(end) - midnights(first)) // MINUTE_MS


def _minutes_of(day: NDArray[np.datetime64]) -> NDArray[np.int64]:
    """Minutes of each Paris day: 1,440, or 1,380 and 1,500 when the clock changes."""
    return _minutes_between(day, day + 1)


def _sums(row: NDArray[np.int64], values: NDArray[np.int64], count: int) -> NDArray[np.int64]:
    """Exact integer sums by row; floats would lose precision over a long history."""
    totals = np.zeros(count, dtype=np.int64)
    np.add.at(totals, row, values)
    return totals
