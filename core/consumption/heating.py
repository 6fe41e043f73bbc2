"""What is always on against what follows the cold, in energy of a year.

What follows the cold is what days from October to May take beyond a mean day of June to September. It is
mostly heating in a home heated by electricity; elsewhere it is lighting and cooking, and too little to tell.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Final

import numpy as np

from core.consumption.cost.yearly import YEAR_DAYS, year_of
from core.consumption.profiles import Season, months_of
from core.consumption.totals import Totals

_WARM: Final = (6, 7, 8, 9)
_FEWEST_WARM: Final = 28
_LEAST_SHARE: Final = Fraction(1, 4)
"""Of a warm day: as the base load has it, less than this is no heating."""
_LEAST: Final = Fraction(50 * 1440)
_MINUTES: Final = 1440 * YEAR_DAYS


@dataclass(frozen=True, slots=True)
class YearParts:
    """Energy of a year in watt-minutes.

    `always`: what is always on, None if not known. `cold`: what follows the cold, None without a summer, 0 if
    too little for heating. `seasons`: the mean complete day of each season. `days`: the number of complete
    days.
    """

    whole: Fraction
    always: Fraction | None
    cold: Fraction | None
    seasons: dict[Season, Fraction]
    days: int


def year_parts(daily: Totals, always_watts: float | None) -> YearParts | None:
    """`daily`: days of a history. None without a year of complete days."""
    year = year_of(daily.first[daily.complete])
    if year is None:
        return None
    energy = daily.energy[np.isin(daily.first, year.counted)]
    warm = np.isin(months_of(year.counted), _WARM)
    seasons: dict[Season, Fraction] = {
        one: Fraction(int(energy[one.holds(year.counted)].sum()), int(one.holds(year.counted).sum()))
        for one in Season
        if one is not Season.ALL and one.holds(year.counted).any()
    }
    cold = None
    if warm.sum() >= _FEWEST_WARM:
        warm_day = Fraction(int(energy[warm].sum()), int(warm.sum()))
        more = int(energy[~warm].sum()) - warm_day * int((~warm).sum())
        least = max(_LEAST, warm_day * _LEAST_SHARE) * int((~warm).sum())
        cold = year.of(more) if more >= least else Fraction()
    always = None if always_watts is None else Fraction(round(always_watts)) * _MINUTES
    return YearParts(year.of(int(energy.sum())), always, cold, seasons, len(year.counted))
