"""Extrapolates measured fleets to millions of meters: a fixed size, and bytes per reading as a range."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

LINKY_METERS: Final = 37_000_000
READINGS_A_DAY: Final = 48
MARGIN: Final = 0.02
"""Smallest relative uncertainty of an extrapolation, even with smaller residuals."""
_GRAIN: Final = 16_384
"""Uncertainty of the difference of two sizes in bytes: two files each, which grow by 4 kB."""
INGEST_HOURS: Final = 4
"""Hours in which the readings of a day arrive: 6 to 10 in the morning."""


@dataclass(frozen=True, slots=True)
class Range:
    """An uncertain size in bytes."""

    low: float
    likely: float
    high: float

    def times(self, factor: float) -> Range:
        """The range multiplied by a factor."""
        return Range(self.low * factor, self.likely * factor, self.high * factor)


@dataclass(frozen=True, slots=True)
class Model:
    """`bytes = fixed + per_reading x readings`, fitted to measured sizes.

    `residual`: the largest relative error of a measurement. `slopes`: smallest and largest bytes per reading
    between neighbouring measurements, as far as files that grow by whole units allow; `measured`: the most
    readings measured; `average`: bytes per reading of that measurement, the fixed part included.
    """

    fixed: float
    per_reading: float
    residual: float
    slopes: tuple[float, float]
    measured: int
    average: float

    def predict(self, readings: float) -> Range:
        """Bytes of one node. Beyond the measurements the range widens with the number of readings.

        It spans the slopes and the residual, and up to the average of the largest fleet, fixed part included.
        """
        likely = self.fixed + self.per_reading * readings
        doubt = max(self.residual, MARGIN)
        low = max(min(self.slopes[0], self.per_reading), 0.0) * readings
        high = self.fixed + max(self.slopes[1], self.per_reading, self.average) * readings
        return Range(min(low, likely) * (1 - doubt), likely, max(high, likely) * (1 + doubt))


def fit(readings: Sequence[int], sizes: Sequence[int]) -> Model:
    """Least squares of relative errors, so that small fleets count as much. ValueError below two sizes."""
    if len(readings) < 2 or len(set(readings)) < 2:
        raise ValueError("a line needs two measurements")
    x, y = np.array(readings, dtype=np.float64), np.array(sizes, dtype=np.float64)
    order = np.argsort(x)
    x, y = x[order], y[order]
    weighted = np.column_stack([1 / y, x / y])
    (fixed, slope), *_ = np.linalg.lstsq(weighted, np.ones(len(y)), rcond=None)
    if fixed < 0:  # no file has a negative size
        fixed, slope = 0.0, float(np.dot(x / y, np.ones(len(y))) / np.dot(x / y, x / y))
    # the slopes between the largest fleets predict larger ones best
    slopes, grain = (np.diff(y) / np.diff(x))[-2:], _GRAIN / float(x[-1] - x[-2])
    between = float(slopes.min()) - grain, float(slopes.max()) + grain
    residual = float(np.max(np.abs((fixed + slope * x) / y - 1)))
    return Model(float(fixed), float(slope), residual, between, int(x[-1]), float(y[-1] / x[-1]))


def ingest_per_second(meters: int) -> float:
    """Readings per second while a day's readings arrive."""
    return meters * READINGS_A_DAY / (INGEST_HOURS * 3600)


def readings_of(meters: int, years: float) -> float:
    """Number of half-hourly readings of so many meters and years."""
    return meters * READINGS_A_DAY * 365.25 * years
