"""Readings in columns with energy, Paris day and wall time, computed once for all views."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from core.model import MINUTE_MS, Curve, Days
from core.paristime import DAY_MS, to_wall

SLOT_MINUTES: Final = 30
SLOTS: Final = 48


@dataclass(frozen=True, slots=True, eq=False)
class History:
    """Readings in columns. `energy`: watt-minutes; `wall`: naive Paris ms; `day`: Paris day of the start."""

    curve: Curve
    energy: NDArray[np.int64]
    wall: NDArray[np.int64]
    day: NDArray[np.datetime64]

    @classmethod
    def of(cls, curve: Curve) -> Self:
        """The history of a curve."""
        wall = to_wall(curve.start)
        energy = curve.watts.astype(np.int64) * curve.minutes
        return cls(curve, energy, wall, (wall // DAY_MS).astype("datetime64[D]"))

    def __len__(self) -> int:
        return len(self.curve)

    @property
    def watt_minutes(self) -> int:
        """Energy of all readings in watt-minutes."""
        return int(self.energy.sum())

    @property
    def days(self) -> Days | None:
        """From the day of the first reading to the day after that of the last; None when empty."""
        if not len(self):
            return None
        return Days(to_date(self.day[0]), to_date(self.day[-1]) + timedelta(days=1))

    def during(self, days: Days) -> History:
        """The readings that start within Paris days."""
        first, end = np.searchsorted(self.day, np.array([days.first, days.end], dtype="datetime64[D]"))
        return self._cut(slice(int(first), int(end)))

    def where(self, kept: NDArray[np.bool_]) -> History:
        """The readings that a mask selects."""
        return self._cut(kept)

    def _cut(self, which: slice | NDArray[np.bool_]) -> History:
        return History(self.curve.select(which), self.energy[which], self.wall[which], self.day[which])


@dataclass(frozen=True, slots=True, eq=False)
class Pieces:
    """Readings cut at boundaries: position of the reading, start (UTC ms) and minutes of the piece."""

    reading: NDArray[np.intp]
    start: NDArray[np.int64]
    minutes: NDArray[np.int64]


def cut(curve: Curve, boundaries: NDArray[np.int64]) -> Pieces:
    """Cut readings at ascending UTC moments of whole minutes; energy (watts x minutes) stays exact."""
    start, end = curve.start, curve.end
    first = np.searchsorted(boundaries, start, side="right")
    past = np.searchsorted(boundaries, end, side="left")
    count = past - first + 1
    reading = np.repeat(np.arange(len(start)), count)
    number = np.arange(len(reading)) - np.repeat(np.cumsum(count) - count, count)
    inner = np.append(boundaries, 0)
    at = first[reading] + number
    piece_start = np.where(number == 0, start[reading], inner[np.maximum(at - 1, 0)])
    last = number == count[reading] - 1
    piece_end = np.where(last, end[reading], inner[np.minimum(at, len(boundaries))])
    return Pieces(reading, piece_start, (piece_end - piece_start) // MINUTE_MS)


def slots_of(curve: Curve) -> Pieces:
    """Readings cut at every half-hour of the clock, which UTC and Paris share."""
    if not len(curve):
        return cut(curve, np.zeros(0, dtype=np.int64))
    slot = SLOT_MINUTES * MINUTE_MS
    first = -(-int(curve.start[0]) // slot) * slot
    return cut(curve, np.arange(first, int(curve.end[-1]), slot, dtype=np.int64))


def combined(curves: Sequence[Curve], signs: Sequence[int]) -> Curve:
    """The sum of curves, each times its sign, over the times at which all of them have readings.

    Each reading of the result has constant power on every curve; a net curve may be negative (more produced
    than consumed).
    """
    if len(curves) == 1 and signs[0] == 1:
        return curves[0]
    if not curves or any(not len(curve) for curve in curves):
        return Curve.empty()
    edges = np.unique(np.concatenate([np.concatenate([curve.start, curve.end]) for curve in curves]))
    start, end = edges[:-1], edges[1:]
    watts = np.zeros(len(start), dtype=np.int64)
    known = np.ones(len(start), dtype=np.bool_)
    for curve, sign in zip(curves, signs, strict=True):
        at = np.maximum(np.searchsorted(curve.start, start, side="right") - 1, 0)
        known &= (start >= curve.start[at]) & (end <= curve.end[at])
        watts += sign * curve.watts[at].astype(np.int64)
    return Curve.of(start[known], ((end - start) // MINUTE_MS)[known], watts[known])


def to_date(day: np.datetime64) -> date:
    """The Python date of a datetime64[D]."""
    return day.astype("datetime64[D]").astype(object)  # type: ignore[no-any-return]
