"""Shapes of a load curve: carpet, weekly profile, load duration."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.consumption.readings import SLOT_MINUTES, SLOTS, History, slots_of
from core.model import MINUTE_MS
from core.paristime import DAY_MS, to_wall

_NUMBERS = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Carpet:
    """Days x half-hours of the Paris clock: `energy` in watt-minutes, `minutes` measured in each cell.

    On the autumn day 02:00 and 02:30 hold two half-hours each; on the spring day they hold none.
    """

    day: NDArray[np.datetime64]
    energy: NDArray[np.int64]
    minutes: NDArray[np.int64]

    @property
    def watts(self) -> NDArray[np.float64]:
        """Average power (W) of each cell, NaN if nothing was measured."""
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.where(self.minutes > 0, self.energy / self.minutes, np.nan)

    def rows(self, kept: NDArray[np.bool_]) -> Carpet:
        """The days that a mask selects."""
        return Carpet(self.day[kept], self.energy[kept], self.minutes[kept])


def carpet(history: History) -> Carpet:
    """Every day from the first to the last reading, measured or not."""
    pieces = slots_of(history.curve)
    if not len(pieces.start):
        nothing = np.zeros((0, SLOTS), dtype=np.int64)
        return Carpet(np.zeros(0, dtype="datetime64[D]"), nothing, nothing)
    wall = to_wall(pieces.start)
    number = wall // DAY_MS
    slot = wall % DAY_MS // (SLOT_MINUTES * MINUTE_MS)
    first = int(number[0])
    shape = (int(number[-1]) - first + 1, SLOTS)
    energy, minutes = np.zeros(shape, dtype=np.int64), np.zeros(shape, dtype=np.int64)
    watts = history.curve.watts[pieces.reading].astype(np.int64)
    np.add.at(energy, (number - first, slot), watts * pieces.minutes)
    np.add.at(minutes, (number - first, slot), pieces.minutes)
    return Carpet(np.arange(first, first + shape[0]).astype("datetime64[D]"), energy, minutes)


class Season(StrEnum):
    """The season of a habit. The value is in the URL."""

    ALL = "all"
    WINTER = "winter"
    SPRING = "spring"
    SUMMER = "summer"
    AUTUMN = "autumn"

    @property
    def months(self) -> tuple[int, ...]:
        """Numbers of its months, 1 to 12."""
        return _MONTHS.get(self, tuple(range(1, 13)))

    def holds(self, day: NDArray[np.datetime64]) -> NDArray[np.bool_]:
        """Mask of the days within the season."""
        return np.isin(months_of(day), self.months)


_MONTHS: Final[dict[Season, tuple[int, ...]]] = {
    Season.WINTER: (12, 1, 2),
    Season.SPRING: (3, 4, 5),
    Season.SUMMER: (6, 7, 8),
    Season.AUTUMN: (9, 10, 11),
}


@dataclass(frozen=True, slots=True, eq=False)
class Profile:
    """7 weekdays (Monday first) x 48 half-hours: energy (watt-minutes), minutes, percentiles of power (W).

    `low`, `middle`, `high`: 10th, 50th and 90th percentile over the days; `days`: days with readings, by
    weekday.
    """

    energy: NDArray[np.int64]
    minutes: NDArray[np.int64]
    low: _NUMBERS
    middle: _NUMBERS
    high: _NUMBERS
    days: NDArray[np.int64]

    @property
    def mean(self) -> NDArray[np.float64]:
        """Average power (W) of each cell, NaN if nothing was measured."""
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.where(self.minutes > 0, self.energy / self.minutes, np.nan)


def profile(whole: Carpet) -> Profile:
    """Mean and spread by weekday and half-hour, over the given days."""
    weekday = (whole.day.astype(np.int64) + 3) % 7
    rows = [whole.rows(weekday == number) for number in range(7)]
    spread = np.array([_spread(row.watts) for row in rows])
    return Profile(
        np.array([row.energy.sum(axis=0) for row in rows]),
        np.array([row.minutes.sum(axis=0) for row in rows]),
        spread[:, 0],
        spread[:, 1],
        spread[:, 2],
        np.array([int((row.minutes.sum(axis=1) > 0).sum()) for row in rows]),
    )


def _spread(watts: _NUMBERS) -> _NUMBERS:
    """The 10th, 50th and 90th percentile (nearest rank) of each column, without NaN."""
    ordered = np.sort(watts, axis=0)  # NaN goes last
    count = (~np.isnan(watts)).sum(axis=0)
    result = np.full((3, SLOTS), np.nan)
    columns = np.nonzero(count)[0]
    for row, share in enumerate((0.1, 0.5, 0.9)):
        rank = np.rint(share * (count[columns] - 1)).astype(np.int64)
        result[row, columns] = ordered[rank, columns]
    return result


def months_of(day: NDArray[np.datetime64]) -> NDArray[np.int64]:
    """Month of each day, 1 to 12."""
    return day.astype("datetime64[M]").astype(np.int64) % 12 + 1


@dataclass(frozen=True, slots=True, eq=False)
class Duration:
    """Powers in descending order (W) and the minutes at each."""

    watts: NDArray[np.int64]
    minutes: NDArray[np.int64]


def duration(history: History) -> Duration:
    """Minutes at each power, highest power first."""
    watts, row = np.unique(history.curve.watts, return_inverse=True)
    minutes = np.zeros(len(watts), dtype=np.int64)
    np.add.at(minutes, row, history.curve.minutes)
    return Duration(watts[::-1].astype(np.int64), minutes[::-1])
