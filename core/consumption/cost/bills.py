"""Bills: the cost of readings under one contract. Amounts are exact fractions of a euro until shown.

A bill is shown as suppliers print it: every line to the cent, and sums of the shown amounts. Energy without a
known price or colour is counted apart, never guessed. `comparison` compares contracts.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.consumption.cost.contracts import Contract
from core.consumption.cost.registers import UNKNOWN, Metered, price_list_of
from core.model import Days
from core.paristime import each_day

WATT_MINUTES_PER_KWH: Final = 60_000
_SCALE: Final = 10**8
"""Prices have at most 8 decimals, so a day's cost is an integer of 1e-8 EUR/kWh x watt-minutes."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a bill: the energy (watt-minutes) of a register under a price (EUR/kWh)."""

    register: str
    since: date
    energy: int
    price: Decimal

    @property
    def euros(self) -> Fraction:
        """Cost of the line in EUR, exact."""
        return Fraction(self.price) * self.energy / WATT_MINUTES_PER_KWH


@dataclass(frozen=True, slots=True)
class Shown:
    """The amounts of a bill as they are shown, in EUR to the cent.

    Each line and the subscription are rounded (half to even), and the sums are sums of these, so that every
    part adds up to its total. A sum may differ from the exact one by half a cent per line.
    """

    lines: tuple[Decimal, ...]
    subscription: Decimal

    @property
    def energy(self) -> Decimal:
        """Sum of the shown lines in EUR."""
        return sum(self.lines, Decimal())

    @property
    def total(self) -> Decimal:
        """Sum of the shown energy and subscription in EUR."""
        return self.energy + self.subscription


def to_the_cent(euros: Fraction) -> Decimal:
    """EUR rounded to the cent, half to even."""
    exact = Decimal(euros.numerator) / euros.denominator
    return exact.quantize(Decimal("0.01"), rounding=ROUND_HALF_EVEN)


@dataclass(frozen=True, slots=True)
class Bill:
    """Lines, subscription (EUR), and what has no price.

    `unpriced` (watt-minutes) and `unpriced_days`: energy without a known colour or price;
    `unsubscribed_days`: days without a known subscription.
    """

    lines: tuple[Line, ...]
    subscription: Fraction
    unpriced: int
    unpriced_days: int
    unsubscribed_days: int

    @property
    def energy_euros(self) -> Fraction:
        """Cost of all lines in EUR, exact."""
        return sum((line.euros for line in self.lines), Fraction())

    @property
    def euros(self) -> Fraction:
        """Cost of energy and subscription in EUR, exact."""
        return self.energy_euros + self.subscription

    @property
    def shown(self) -> Shown:
        """The amounts to show, rounded to the cent."""
        return Shown(tuple(to_the_cent(line.euros) for line in self.lines), to_the_cent(self.subscription))

    @property
    def watt_minutes(self) -> int:
        """All the energy of the bill, priced or not."""
        return sum(line.energy for line in self.lines) + self.unpriced


def bill(metered: Metered, days: Days | NDArray[np.datetime64], meters: int = 1) -> Bill:
    """The bill of the given pieces, with the subscription of each of the `meters` for every given day.

    A day costs its share of the calendar year.
    """
    named = each_day(days) if isinstance(days, Days) else days
    contract = metered.contract
    registers = contract.registers
    lines, priced = [], np.zeros(len(metered.energy), dtype=np.bool_)
    for at, prices in enumerate(contract.prices):
        for number, register in enumerate(registers):
            mine = (metered.price_list == at) & (metered.register == number)
            if register in prices.kwh and mine.any():
                priced |= mine
                energy = int(metered.energy[mine].sum())
                lines.append(Line(register, prices.since, energy, prices.kwh[register]))
    subscription, unknown = _subscription(contract, named)
    left = metered.where(~priced)
    unpriced_days = len(np.unique(left.day))
    return Bill(tuple(lines), meters * subscription, int(left.energy.sum()), unpriced_days, unknown)


def _subscription(contract: Contract, days: NDArray[np.datetime64]) -> tuple[Fraction, int]:
    """EUR for the days, and the number of days without a known subscription."""
    at = price_list_of(days, contract)
    year = days.astype("datetime64[Y]").astype(np.int64) + 1970
    total, unknown = Fraction(), 0
    groups, counts = np.unique(np.stack([at, year]), axis=1, return_counts=True)
    for (number, of_year), count in zip(groups.T.tolist(), counts.tolist(), strict=True):
        amount = contract.prices[number].year if number != UNKNOWN else None
        if amount is None:
            unknown += count
        else:
            length = (date(of_year + 1, 1, 1) - date(of_year, 1, 1)).days
            total += Fraction(amount) * count / length
    return total, unknown


@dataclass(frozen=True, slots=True, eq=False)
class DailyCost:
    """Cost of the energy of every day, without subscription: integers of 1e-8 EUR/kWh x watt-minutes.

    `known` is False if part of the day's energy has no price.
    """

    day: NDArray[np.datetime64]
    amount: NDArray[np.int64]
    known: NDArray[np.bool_]

    @property
    def euros(self) -> NDArray[np.float64]:
        """EUR of each day as floats, for charts only; NaN if not known."""
        return np.where(self.known, self.amount / (_SCALE * WATT_MINUTES_PER_KWH), np.nan)

    @property
    def total(self) -> Fraction:
        """Exact sum of the known days."""
        return euros_of(sum(self.amount[self.known].tolist()))


def daily_cost(metered: Metered, days: Days) -> DailyCost:
    """Cost of the energy of each day."""
    named = each_day(days)
    inside = metered.during(days)
    cost, unknown = costs(inside)
    row = (inside.day - np.datetime64(days.first, "D")).astype(np.int64)
    amount, missing = np.zeros(len(named), dtype=np.int64), np.zeros(len(named), dtype=np.int64)
    np.add.at(amount, row, cost)
    np.add.at(missing, row, unknown)
    return DailyCost(named, amount, missing == 0)


def costs(metered: Metered) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Cost of the energy of each piece, and a mask of the pieces without a known price.

    Costs are integers of 1e-8 EUR/kWh x watt-minutes; 0 without a known price.
    """
    registers = metered.contract.registers
    table = np.full((len(metered.contract.prices) + 1, len(registers) + 1), UNKNOWN, dtype=np.int64)
    for at, prices in enumerate(metered.contract.prices):
        for number, register in enumerate(registers):
            if register in prices.kwh:
                table[at, number] = int(prices.kwh[register] * _SCALE)
    price = table[metered.price_list, metered.register]
    return np.where(price == UNKNOWN, 0, price) * metered.energy, price == UNKNOWN


def euros_of(amount: int) -> Fraction:
    """Exact EUR of integers of 1e-8 EUR/kWh x watt-minutes."""
    return Fraction(amount, _SCALE * WATT_MINUTES_PER_KWH)
