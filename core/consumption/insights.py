"""Notable facts of a period: peaks, biggest days, unusual days, and the comparison with a year before."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.consumption.base_load import base_load
from core.consumption.periods import SAME_WEEKDAYS, shifted
from core.consumption.profiles import Carpet
from core.consumption.readings import History, to_date
from core.consumption.totals import Totals, by_day
from core.model import Days

NIGHT_SLOTS: Final = np.r_[0:12, 44:48]
"""Half-hours from 22:00 to 06:00, for the share at night."""
_NEIGHBOURS: Final = 6
_FEWEST_NEIGHBOURS: Final = 4
_UNLIKE: Final = 4.0


@dataclass(frozen=True, slots=True)
class Peak:
    """A high reading: start (UTC ms), minutes, average power (W)."""

    start: int
    minutes: int
    watts: int


def peak(history: History) -> Peak | None:
    """The highest reading, the earliest of equal ones; None when empty."""
    found = peaks(history, 1)
    return found[0] if found else None


def peaks(history: History, count: int) -> list[Peak]:
    """The highest reading of each of the `count` days with the highest readings."""
    if not len(history):
        return []
    order = np.lexsort((history.curve.start, -history.curve.watts.astype(np.int64)))
    _, first = np.unique(history.day[order], return_index=True)
    chosen = order[np.sort(first)[:count]]
    curve = history.curve
    return [Peak(int(curve.start[at]), int(curve.minutes[at]), int(curve.watts[at])) for at in chosen]


def daily_peaks(history: History) -> tuple[NDArray[np.datetime64], NDArray[np.int32]]:
    """Days with readings, and the highest average power (W) of each."""
    if not len(history):
        return history.day, history.curve.watts
    first = np.nonzero(np.append(True, np.diff(history.day.astype(np.int64)) != 0))[0]
    return history.day[first], np.maximum.reduceat(history.curve.watts, first)


def biggest_days(daily: Totals, count: int) -> list[tuple[date, int]]:
    """The days with most energy, with their watt-minutes."""
    order = np.lexsort((daily.first, -daily.energy))[:count]
    return [(to_date(daily.first[at]), int(daily.energy[at])) for at in order if daily.minutes[at] > 0]


@dataclass(frozen=True, slots=True)
class Unlike:
    """A run of unusual days: its energy and that of usual days of the same weekdays, in watt-minutes."""

    first: date
    last: date
    energy: int
    usual: int

    @property
    def times(self) -> float:
        """Energy as a multiple of the usual energy."""
        return self.energy / self.usual


def unlike_days(daily: Totals, count: int = 12) -> list[Unlike]:
    """Runs of complete days far from the same weekday of the six weeks around, largest difference first.

    Far: more than four times the usual distance (median absolute deviation) from their median.
    """
    values = np.where(daily.complete, daily.energy.astype(np.float64), np.nan)
    shifts = [7 * week for week in range(-_NEIGHBOURS, _NEIGHBOURS + 1) if week]
    around = np.array([_moved(values, shift) for shift in shifts])
    rows = np.nonzero(((~np.isnan(around)).sum(axis=0) >= _FEWEST_NEIGHBOURS) & ~np.isnan(values))[0]
    if not len(rows):
        return []
    usual = np.nanmedian(around[:, rows], axis=0)
    distance = np.nanmedian(np.abs(around[:, rows] - usual), axis=0) * 1.4826
    score = (values[rows] - usual) / np.maximum(distance, 0.05 * np.maximum(usual, 1))
    far = np.nonzero((np.abs(score) > _UNLIKE) & (usual > 0))[0]
    if not len(far):
        return []
    new = (np.diff(rows[far]) > 1) | (np.diff(np.sign(score[far])) != 0)
    found = [
        Unlike(
            to_date(daily.first[rows[run[0]]]),
            to_date(daily.first[rows[run[-1]]]),
            int(daily.energy[rows[run]].sum()),
            int(usual[run].sum()),
        )
        for run in np.split(far, np.nonzero(new)[0] + 1)
    ]
    return sorted(found, key=lambda one: -abs(one.energy - one.usual))[:count]


def _moved(values: NDArray[np.float64], by: int) -> NDArray[np.float64]:
    moved = np.full(len(values), np.nan)
    if abs(by) < len(values):
        moved[max(by, 0) : len(values) + min(by, 0)] = values[max(-by, 0) : len(values) + min(-by, 0)]
    return moved


@dataclass(frozen=True, slots=True)
class KeyFigures:
    """Figures of some days: energy (watt-minutes), complete days, mean complete day, base load (W), peak.

    `night`: share of the energy from 22:00 to 06:00. None if there is no such figure.
    """

    energy: int | None
    days: int
    mean_day: Fraction | None
    base: float | None
    peak: Peak | None
    night: float | None


def key_figures(history: History, whole: Carpet, daily: Totals) -> KeyFigures:
    """The figures of the given readings; `whole` and `daily` are of the same readings."""
    complete = int(daily.complete.sum())
    energy = int(whole.energy.sum())
    night = int(whole.energy[:, NIGHT_SLOTS].sum())
    return KeyFigures(
        history.watt_minutes if len(history) else None,
        complete,
        Fraction(int(daily.energy[daily.complete].sum()), complete) if complete else None,
        base_load(whole).typical,
        peak(history),
        night / energy if energy > 0 else None,
    )


@dataclass(frozen=True, slots=True, eq=False)
class Matched:
    """Two sets of readings to compare: the days complete both in the period and a year before."""

    now: History
    before: History
    days: int
    of: int


def like_with_like(history: History, days: Days) -> Matched:
    """The days of a period that are complete, as are those 52 weeks before.

    `of` counts the days of the period that have readings.
    """
    now, before = by_day(history, days), by_day(history, shifted(days, -SAME_WEEKDAYS))
    both = now.complete & before.complete
    return Matched(
        history.where(np.isin(history.day, now.first[both])),
        history.where(np.isin(history.day, before.first[both])),
        int(both.sum()),
        int((~now.empty).sum()),
    )
