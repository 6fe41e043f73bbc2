"""A year out of a history, so that an amount is one of a year: every season once, and none twice.

An amount of 492 days, divided by 492 and multiplied by 365, would count a second winter. So 365 days that
follow on each other are taken, and their own amount; only where some of them are missing is it scaled.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.consumption.cost.bills import to_the_cent
from core.consumption.cost.comparison import Comparison
from core.consumption.readings import to_date
from core.model import Days

YEAR_DAYS: Final = 365
FEWEST_DAYS: Final = 330
"""With fewer of the 365 (nine in ten), whole weeks of a season would be guessed."""
_NEARLY_ALL: Final = 358
"""A week missing changes less than a year that is older by months."""


@dataclass(frozen=True, slots=True, eq=False)
class Year:
    """365 days that follow on each other, and those of them that count, ascending."""

    days: Days
    counted: NDArray[np.datetime64]

    @property
    def first(self) -> date:
        """The first day in it."""
        return self.days.first

    @property
    def last(self) -> date:
        """The last day in it."""
        return self.days.last

    def of(self, amount: int | Fraction | Decimal) -> Fraction:
        """The amount of the days that count, as one of 365 days."""
        return Fraction(amount) * YEAR_DAYS / len(self.counted)


def year_of(days: NDArray[np.datetime64]) -> Year | None:
    """A year out of ascending days; None where no 365 days in a row hold 330 of them.

    Where there is a choice it lacks no more than a week, holds one winter whole (November to March, in which
    Tempo has its red days), and is the latest of these.
    """
    begins = np.searchsorted(days, days - (YEAR_DAYS - 1))
    count = np.arange(1, len(days) + 1) - begins
    winter = _has_a_winter(days)
    for least in (_NEARLY_ALL, FEWEST_DAYS):
        for fits in (winter & (count >= least), count >= least):
            if fits.any():
                most = min(_NEARLY_ALL, count[fits].max())
                at = int(np.nonzero(fits & (count >= most))[0][-1])
                end = to_date(days[at]) + timedelta(days=1)
                return Year(Days(end - timedelta(days=YEAR_DAYS), end), days[begins[at] : at + 1])
    return None


def _has_a_winter(last: NDArray[np.datetime64]) -> NDArray[np.bool_]:
    """Whether the 365 days that end with each hold November to March of one winter."""
    first = last - (YEAR_DAYS - 1)
    month = first.astype("datetime64[M]")
    number = month.astype(np.int64) % 12 + 1
    whole: NDArray[np.bool_] = ((number >= 4) & (number <= 10)) | ((number == 11) & (first == month))
    return whole


@dataclass(frozen=True, slots=True)
class Amounts:
    """The amounts of an offer in EUR, rounded to the cent.

    `fixed`: the subscription, None if it is not known for every offer; `saving`: against the first offer.
    """

    energy: Decimal
    fixed: Decimal | None
    total: Decimal
    saving: Decimal


def amounts(found: Comparison, year: Year | None = None) -> tuple[Amounts, ...]:
    """What the offers come to over the days compared; `year`: these are its days, as amounts of 365 days."""

    def told(euros: Decimal) -> Decimal:
        return to_the_cent(year.of(euros)) if year else euros

    parts = [
        (told(one.bill.shown.energy), told(one.bill.shown.subscription) if one.subscribed else None)
        for one in found.offers
    ]
    totals = [energy + (fixed or 0) for energy, fixed in parts]
    return tuple(Amounts(*both, total, totals[0] - total) for both, total in zip(parts, totals, strict=True))
