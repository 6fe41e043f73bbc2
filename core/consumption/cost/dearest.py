"""What energy cost under a contract: a kWh on average, and the days and hours of the day that cost most."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

import numpy as np

from core.consumption.cost.bills import WATT_MINUTES_PER_KWH, DailyCost, costs, euros_of
from core.consumption.cost.contracts import Contract
from core.consumption.cost.registers import meter
from core.consumption.cost.yearly import YEAR_DAYS, Year, year_of
from core.consumption.readings import History, slots_of, to_date
from core.consumption.totals import Totals
from core.model import Curve


@dataclass(frozen=True, slots=True)
class DearDay:
    """A day and what its energy cost (EUR)."""

    day: date
    euros: Fraction


@dataclass(frozen=True, slots=True)
class DearHour:
    """An hour of the Paris clock (0: from midnight to one), and what its energy costs a year (EUR)."""

    hour: int
    euros: Fraction


@dataclass(frozen=True, slots=True)
class MeanPrice:
    """EUR per kWh on average, and the first of the days it is of."""

    euros: Decimal
    since: date


def mean_price(cost: DailyCost, daily: Totals) -> MeanPrice | None:
    """The mean price over the year of the days with a known price; None without any such day.

    Without a year, over the last 365 of these days at most. Both hold the same days.
    """
    usable = cost.known & (daily.energy > 0)
    year = year_of(cost.day[usable])
    rows = np.nonzero(usable & np.isin(cost.day, year.counted) if year else usable)[0][-YEAR_DAYS:]
    if not len(rows):
        return None
    kwh = Fraction(int(daily.energy[rows].sum()), WATT_MINUTES_PER_KWH)
    exact = euros_of(sum(cost.amount[rows].tolist())) / kwh
    return MeanPrice(Decimal(exact.numerator) / exact.denominator, to_date(cost.day[rows[0]]))


def priced_year(cost: DailyCost, daily: Totals) -> Year | None:
    """The year of those days that have readings, all of them with a known price. Both hold the same days."""
    return year_of(cost.day[cost.known & ~daily.empty])


def dearest_days(cost: DailyCost, year: Year, count: int) -> tuple[DearDay, ...]:
    """Days of a year, the dearest first, the earlier of equals. `cost`: of these days and of any others."""
    rows = np.nonzero(np.isin(cost.day, year.counted))[0]
    order = rows[np.lexsort((rows, -cost.amount[rows]))][:count]
    return tuple(DearDay(to_date(cost.day[at]), euros_of(int(cost.amount[at]))) for at in order)


def dearest_hours(history: History, contract: Contract, year: Year) -> tuple[DearHour, ...]:
    """All hours of the day, the dearest first: their sum is what the energy of the year costs."""
    inside = history.during(year.days)
    inside = inside.where(np.isin(inside.day, year.counted))
    pieces = slots_of(inside.curve)  # no reading of an hour hides two of them
    halves = Curve.of(pieces.start, pieces.minutes, inside.curve.watts[pieces.reading])
    metered = meter(History.of(halves), contract)
    amount = np.zeros(24, dtype=np.int64)
    np.add.at(amount, metered.hour, costs(metered)[0])
    order = np.lexsort((np.arange(24), -amount))
    return tuple(DearHour(int(hour), year.of(euros_of(int(amount[hour])))) for hour in order)
