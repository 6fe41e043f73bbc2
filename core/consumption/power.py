"""The measured maximum power of each day, against the subscribed power and against smaller subscriptions.

Enedis publishes the maximum apparent power (VA) of a day and its moment. The highest half-hour of a load
curve is a mean: it is lower, and in W.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.consumption.cost.bills import to_the_cent
from core.consumption.cost.comparison import compare
from core.consumption.cost.contracts import POWERS, Contract
from core.consumption.cost.market import Market
from core.consumption.cost.yearly import FEWEST_DAYS, YEAR_DAYS
from core.consumption.insights import daily_peaks
from core.consumption.readings import History, to_date
from core.model import Days, Meter
from core.storage.day_log import UNKNOWN_VA, DayLog
from core.storage.store import Store

NEAR: Final = 0.9
"""Nearly reached: nine tenths of the subscribed power."""


@dataclass(frozen=True, slots=True, eq=False)
class MeasuredPeaks:
    """Days with a maximum power, ascending: VA, and its moment in UTC ms (0: unknown)."""

    day: NDArray[np.datetime64]
    va: NDArray[np.int32]
    at: NDArray[np.int64]

    @classmethod
    def of(cls, log: DayLog) -> MeasuredPeaks:
        """The maxima of a day log."""
        known = log.peak_va != UNKNOWN_VA
        return cls(log.day[known], log.peak_va[known], log.peak_at[known])

    @classmethod
    def of_means(cls, history: History) -> MeasuredPeaks:
        """The highest reading of each day in the place of its maximum, which is higher: 1 VA for 1 W."""
        day, watts = daily_peaks(history)
        return cls(day, watts, np.zeros(len(day), dtype=np.int64))

    def __len__(self) -> int:
        return len(self.day)

    def during(self, days: Days) -> MeasuredPeaks:
        """The maxima within Paris days."""
        first, end = np.searchsorted(self.day, np.array([days.first, days.end], dtype="datetime64[D]"))
        return self.where(slice(int(first), int(end)))

    def where(self, kept: NDArray[np.bool_] | slice) -> MeasuredPeaks:
        """The maxima that a mask or slice selects."""
        return MeasuredPeaks(self.day[kept], self.va[kept], self.at[kept])


def measured_peaks(store: Store, meter: Meter) -> MeasuredPeaks:
    """The known maximum powers of a meter. Raises StorageError."""
    record = store.record(meter)
    return MeasuredPeaks.of(record.days if record else DayLog.empty())


@dataclass(frozen=True, slots=True)
class Reached:
    """A day's maximum: VA, and its moment in UTC ms; None if unknown."""

    day: date
    va: int
    at: int | None


@dataclass(frozen=True, slots=True)
class Margin:
    """Maxima against a subscribed power.

    `margin`: what the highest leaves (VA, negative if beyond); `near` and `over`: days from nine tenths up to
    the limit and days beyond it, of `days`; `listed`: the highest of both, highest first.
    """

    highest: Reached
    margin: int
    near: int
    over: int
    days: int
    listed: tuple[Reached, ...]


def margin(peaks: MeasuredPeaks, kva: int, listed: int = 8) -> Margin | None:
    """The margin of some maxima under a subscribed power (kVA); None without any maximum."""
    if not len(peaks):
        return None
    limit = kva * 1000
    over = peaks.va > limit
    near = (peaks.va >= NEAR * limit) & ~over
    order = np.lexsort((peaks.day, -peaks.va.astype(np.int64)))
    told = [_reached(peaks, int(at)) for at in order[: max(listed, 1)]]
    high = tuple(one for one in told if one.va >= NEAR * limit)
    return Margin(told[0], limit - told[0].va, int(near.sum()), int(over.sum()), len(peaks), high)


def _reached(peaks: MeasuredPeaks, at: int) -> Reached:
    return Reached(to_date(peaks.day[at]), int(peaks.va[at]), int(peaks.at[at]) or None)


@dataclass(frozen=True, slots=True)
class Smaller:
    """A smaller subscription (kVA) and the days on which it would have been exceeded.

    `last`: the last of them; `saved`: what it would have saved (EUR, as shown) over `priced` days at the
    newest prices, None if its prices are unknown.
    """

    kva: int
    over: int
    last: date | None
    saved: Decimal | None
    priced: int

    @property
    def a_year(self) -> Decimal | None:
        """What it would save in 365 days; None where it is not known, or of too few days to tell."""
        if self.saved is None or self.priced < FEWEST_DAYS:
            return None
        return to_the_cent(Fraction(self.saved) * YEAR_DAYS / self.priced)


def smaller(
    peaks: MeasuredPeaks, history: History, contract: Contract, market: Market, meters: int = 1
) -> tuple[Smaller, ...]:
    """Every smaller power at which the contract's option is offered, largest first.

    The saving is the difference of two bills of the last year of readings, as a kWh may cost more at a
    smaller power.
    """
    year = _last_year(history)
    found = []
    for kva in reversed(POWERS):
        if kva >= contract.kva or not (market.of(contract.option, kva) or not contract.regulated):
            continue
        over = peaks.where(peaks.va > kva * 1000)
        saved, priced = _saving(year, contract, kva, market, meters)
        last = to_date(over.day[-1]) if len(over) else None
        found.append(Smaller(kva, len(over), last, saved, priced))
    return tuple(found)


def _last_year(history: History) -> History:
    days = history.days
    if days is None:
        return history
    return history.during(Days(max(days.first, days.end - timedelta(days=YEAR_DAYS)), days.end))


def _saving(
    history: History, contract: Contract, kva: int, market: Market, meters: int
) -> tuple[Decimal | None, int]:
    """Saving of another power; None for prices a household typed, which are of its own power."""
    if not contract.regulated:
        return None, 0
    other = replace(contract, kva=kva, prices=market.of(contract.option, kva))
    found = compare(history, (contract.at_last_prices(), other.at_last_prices()), meters)
    if not found.days or not found.offers[1].subscribed:
        return None, 0
    return found.offers[1].saving, found.days
