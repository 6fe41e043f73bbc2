"""The maximum power of each day as the meter measured it, against the subscribed power, and what a smaller
subscription would have done.

Enedis publishes the maximum apparent power (VA) of a day and its moment. The highest half-hour of a load
curve is a mean: it is lower, and in W.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.consumption.cost.comparison import compare
from core.consumption.cost.contracts import POWERS, Contract
from core.consumption.cost.market import Market
from core.consumption.readings import History, to_date
from core.model import Days, Meter
from core.storage.day_log import UNKNOWN_VA, DayLog
from core.storage.store import Store

NEAR: Final = 0.9
"""Nearly reached: nine tenths of the subscribed power."""
YEAR: Final = 365


@dataclass(frozen=True, slots=True, eq=False)
class MeasuredPeaks:
    """Days with a maximum power, ascending: VA, and its moment in UTC ms (0: not said)."""

    day: NDArray[np.datetime64]
    va: NDArray[np.int32]
    at: NDArray[np.int64]

    @classmethod
    def of(cls, log: DayLog) -> MeasuredPeaks:
        known = log.peak_va != UNKNOWN_VA
        return cls(log.day[known], log.peak_va[known], log.peak_at[known])

    def __len__(self) -> int:
        return len(self.day)

    def during(self, days: Days) -> MeasuredPeaks:
        first, end = np.searchsorted(self.day, np.array([days.first, days.end], dtype="datetime64[D]"))
        return self.where(slice(int(first), int(end)))

    def where(self, kept: NDArray[np.bool_] | slice) -> MeasuredPeaks:
        return MeasuredPeaks(self.day[kept], self.va[kept], self.at[kept])


def measured_peaks(store: Store, meter: Meter) -> MeasuredPeaks:
    """The maximum powers known of a meter. Raises StorageError."""
    record = store.record(meter)
    return MeasuredPeaks.of(record.days if record else DayLog.empty())


@dataclass(frozen=True, slots=True)
class Reached:
    """A day's maximum: VA, and its moment in UTC ms, None where it is not said."""

    day: date
    va: int
    at: int | None


@dataclass(frozen=True, slots=True)
class Margin:
    """Maxima against a subscribed power: the highest, what it leaves (VA, negative beyond), and the days near
    (nine tenths and more, not beyond) and beyond it, of `days`; the most extreme of both, highest first."""

    highest: Reached
    margin: int
    near: int
    over: int
    days: int
    listed: tuple[Reached, ...]


def margin(peaks: MeasuredPeaks, kva: int, listed: int = 8) -> Margin | None:
    """None without any maximum."""
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
    """A smaller subscription: on how many days of those measured it would have been exceeded, the last of
    them, and what it would have saved (EUR, as shown) over `priced` days at the newest prices; None where its
    prices are not known."""

    kva: int
    over: int
    last: date | None
    saved: Decimal | None
    priced: int


def smaller(
    peaks: MeasuredPeaks, history: History, contract: Contract, market: Market, meters: int = 1
) -> tuple[Smaller, ...]:
    """Every smaller power at which the contract's option is offered, largest first. The saving is the
    difference of two bills of the last year of readings: a smaller power may have dearer kWh."""
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
    return history.during(Days(max(days.first, days.end - timedelta(days=YEAR)), days.end))


def _saving(
    history: History, contract: Contract, kva: int, market: Market, meters: int
) -> tuple[Decimal | None, int]:
    """Prices that a household entered itself are those of its own power alone."""
    if not contract.regulated:
        return None, 0
    other = replace(contract, kva=kva, prices=market.of(contract.option, kva))
    found = compare(history, (contract.at_last_prices(), other.at_last_prices()), meters)
    if not found.days or not found.offers[1].subscribed:
        return None, 0
    return found.offers[1].saving, found.days
