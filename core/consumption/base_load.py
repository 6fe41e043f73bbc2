"""The base load of a home, and the part of it that is always on.

The base load of a night includes everything that runs all night, in a home with electric heating also the
heating. So the part that is always on is taken from nights without heating: those of June to September, and
those of days on which nobody was at home. The rest of the base load of winter nights is due to the cold.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.consumption.profiles import Carpet

_NIGHT: Final = slice(0, 12)
"""Half-hours from 00:00 to 06:00."""
_SHARE: Final = 0.1
_FEWEST_READINGS: Final = 6
_WARM: Final = (6, 7, 8, 9)
_COLD: Final = (12, 1, 2)
FEWEST_NIGHTS: Final = 7
"""Fewest nights for a median of a season."""
_QUIET_TIMES: Final = 1.5
_QUIET_MORE_W: Final = 100.0
"""Nobody is home if 90 % of a day's half-hours are at most 1.5 times the lowest nights plus 100 W:
no cooking, lights, hot water or heating.
"""
_FAR_BELOW: Final = 0.5
"""Without summer nights, days of absence count only below this share of the typical base load."""
_LEAST_COLD_W: Final = 50.0
_LEAST_COLD_SHARE: Final = 0.25
"""A smaller difference of winter is not heating: refrigerator, lighting and chance vary as much."""


@dataclass(frozen=True, slots=True, eq=False)
class BaseLoad:
    """The power (W) that 90 % of a night's half-hours exceed, one per day; NaN with too few readings."""

    day: NDArray[np.datetime64]
    watts: NDArray[np.float64]

    @property
    def typical(self) -> float | None:
        """Median over the days in W; None without any."""
        return _median(self.watts, 1)


@dataclass(frozen=True, slots=True)
class BaseParts:
    """The base load of a history in its parts, in W; None if there are too few nights.

    `always`: what is always on, the median of `nights` nights without heating, of which on `away` nobody was
    at home; `winter`: the median of December to February.
    """

    always: float | None
    nights: int
    away: int
    winter: float | None

    @property
    def cold(self) -> float | None:
        """What winter nights add to what is always on; 0 if too small to be heating, None if unknown."""
        if self.always is None or self.winter is None:
            return None
        more = self.winter - self.always
        return more if more >= max(_LEAST_COLD_W, _LEAST_COLD_SHARE * self.always) else 0.0


def base_load(whole: Carpet) -> BaseLoad:
    """The 10th percentile (nearest rank) of the half-hours from 00:00 to 06:00 of each night."""
    return BaseLoad(whole.day, _percentile(whole.watts[:, _NIGHT], _SHARE))


def base_parts(whole: Carpet, base: BaseLoad) -> BaseParts:
    """What is always on and the base load of winter; `base` is the base load of the same carpet."""
    month = whole.day.astype("datetime64[M]").astype(np.int64) % 12 + 1
    known = ~np.isnan(base.watts)
    warm = known & np.isin(month, _WARM)
    away = known & _is_away(whole, base)
    without = warm | away
    always = _median(base.watts[without], FEWEST_NIGHTS)
    if always is not None and warm.sum() < FEWEST_NIGHTS and always > _FAR_BELOW * (base.typical or 0):
        always = None  # days that resemble each other in winter may be heated
    winter = _median(base.watts[known & np.isin(month, _COLD)], FEWEST_NIGHTS)
    return BaseParts(always, int(without.sum()), int(away.sum()), winter)


def _is_away(whole: Carpet, base: BaseLoad) -> NDArray[np.bool_]:
    """Days on which nobody seems to be at home and nothing heats."""
    nights = base.watts[~np.isnan(base.watts)]
    low = float(np.quantile(nights, _SHARE)) if len(nights) else 0.0
    quiet: NDArray[np.bool_] = _percentile(whole.watts, 1 - _SHARE) <= _QUIET_TIMES * low + _QUIET_MORE_W
    return quiet


def _percentile(watts: NDArray[np.float64], share: float) -> NDArray[np.float64]:
    """Percentile of each row by nearest rank; NaN with too few readings."""
    ordered = np.sort(watts, axis=1)
    count = (~np.isnan(ordered)).sum(axis=1)
    rank = np.rint(share * np.maximum(count - 1, 0)).astype(np.int64)
    found = ordered[np.arange(len(ordered)), rank] if len(ordered) else np.zeros(0)
    return np.where(count >= _FEWEST_READINGS, found, np.nan)


def _median(watts: NDArray[np.float64], fewest: int) -> float | None:
    known = watts[~np.isnan(watts)]
    return float(np.median(known)) if len(known) >= fewest else None
