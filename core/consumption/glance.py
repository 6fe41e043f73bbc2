"""The first figures for a household: the last day against usual days, this month against last year's."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np

from core.consumption.household import Household
from core.consumption.insights import like_with_like
from core.consumption.readings import to_date
from core.model import Days

_WEEKS: Final = 8
_FEWEST: Final = 3


@dataclass(frozen=True, slots=True)
class Against:
    """Some days, their energy (watt-minutes), and the energy to compare with; None if unknown."""

    days: Days
    energy: int
    usual: int | None

    @property
    def change(self) -> float | None:
        """Relative difference to the usual energy; None if that is unknown or not positive."""
        return self.energy / self.usual - 1 if self.usual and self.usual > 0 else None


def last_day(home: Household) -> Against | None:
    """The last complete day, against the median of the same weekday in the eight weeks before."""
    daily = home.daily
    complete = np.nonzero(daily.complete)[0]
    if not len(complete):
        return None
    at = int(complete[-1])
    before = at - 7 * np.arange(1, _WEEKS + 1)
    same = daily.energy[before[before >= 0]][daily.complete[before[before >= 0]]]
    usual = int(np.median(same)) if len(same) >= _FEWEST else None
    return Against(_one(to_date(daily.first[at])), int(daily.energy[at]), usual)


def last_month(home: Household) -> Against | None:
    """The month of the last reading, against the same days of a year before.

    Only days complete both times are summed, on both sides; None if there are none.
    """
    last = to_date(home.daily.first[-1])
    days = Days(last.replace(day=1), home.days.end)
    found = like_with_like(home.history, days)
    if not found.days:
        return None
    return Against(days, found.now.watt_minutes, found.before.watt_minutes)


def _one(day: date) -> Days:
    return Days(day, to_date(np.datetime64(day, "D") + 1))
