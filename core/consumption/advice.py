"""Advice on the bill in figures of a year.

Another contract, another power, what is always on, what heats, and when energy costs most.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction

from core.consumption.base_load import base_load, base_parts
from core.consumption.cost.bills import DailyCost, daily_cost
from core.consumption.cost.comparison import Comparison, compare
from core.consumption.cost.contracts import Contract
from core.consumption.cost.dearest import (
    DearDay,
    DearHour,
    MeanPrice,
    dearest_days,
    dearest_hours,
    mean_price,
    priced_year,
)
from core.consumption.cost.market import Market, regulated_others
from core.consumption.cost.yearly import Year, year_of
from core.consumption.heating import YearParts, year_parts
from core.consumption.household import Household
from core.consumption.power import Margin, MeasuredPeaks, Smaller, margin, smaller


@dataclass(frozen=True, slots=True)
class Power:
    """Maxima against the subscribed power.

    `measured`: by the meter, otherwise the highest readings, which are means. `smaller`: the subscriptions
    below it, the largest first.
    """

    margin: Margin
    measured: bool
    smaller: tuple[Smaller, ...]

    @property
    def enough(self) -> Smaller | None:
        """The smallest that would have been enough on every day measured and saves money."""
        fits = [one for one in self.smaller if self.measured and not one.over and (one.a_year or 0) > 0]
        return min(fits, key=lambda one: one.kva, default=None)


@dataclass(frozen=True, slots=True, eq=False)
class Spent:
    """A year under a contract: the cost of its energy (EUR), its dearest days and hours.

    Days and hours are ordered, the dearest first; the hours are all 24.
    """

    year: Year
    euros: Fraction
    days: tuple[DearDay, ...]
    hours: tuple[DearHour, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Advice:
    """The advice for a household with a contract; None for what is not known.

    `price`: the mean price (EUR/kWh). `offers`: the contract and the regulated ones at the newest prices,
    over `year` if there is one, otherwise over all days that each of them can price (`known`); empty if the
    contract itself can price no day.
    """

    always: float | None
    parts: YearParts | None
    offers: Comparison
    year: Year | None
    power: Power | None
    spent: Spent | None
    price: MeanPrice | None
    known: Comparison = field(repr=False)


def advice(
    home: Household, contract: Contract, market: Market, measured: MeasuredPeaks | None, days: int = 5
) -> Advice:
    """`measured`: the maxima of the meter, where there are any. `days`: so many of the dearest."""
    always = base_parts(home.carpet, base_load(home.carpet)).always
    parts = year_parts(home.daily, always)
    known = _compared(home, contract, market)
    year = year_of(known.on)
    offers = known
    if year:
        contracts = tuple(one.contract for one in known.offers)
        offers = compare(home.history.during(year.days), contracts, home.meters)
    power = _power(home, contract, market, measured)
    cost = daily_cost(home.metered(contract), home.days)
    spent = _spent(home, contract, cost, days)
    return Advice(always, parts, offers, year, power, spent, mean_price(cost, home.daily), known)


def _compared(home: Household, contract: Contract, market: Market) -> Comparison:
    """With the regulated offers that can be priced on some day."""
    others = regulated_others(contract, market)
    contracts = tuple(one.at_last_prices() for one in (contract, *others))
    found = compare(home.history, contracts, home.meters)
    if all(found.priceable):
        return found
    if not found.priceable[0]:
        return compare(home.history, ())
    priced = tuple(one for one, days in zip(contracts, found.priceable, strict=True) if days)
    return compare(home.history, priced, home.meters)


def _power(
    home: Household, contract: Contract, market: Market, measured: MeasuredPeaks | None
) -> Power | None:
    """None for several meters: their maxima are not at one time, so they do not add up."""
    if home.meters > 1:
        return None
    peaks = measured or MeasuredPeaks.of_means(home.history)
    found = margin(peaks, contract.kva)
    if found is None:
        return None
    return Power(found, measured is not None, smaller(peaks, home.history, contract, market))


def _spent(home: Household, contract: Contract, cost: DailyCost, count: int) -> Spent | None:
    year = priced_year(cost, home.daily)
    if year is None:
        return None
    hours = dearest_hours(home.history, contract, year)
    euros = sum((one.euros for one in hours), Fraction())
    return Spent(year, euros, dearest_days(cost, year, count), hours)
