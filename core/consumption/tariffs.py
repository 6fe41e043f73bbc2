"""What readings cost: each is cut where register, price list or colour changes, to the minute.

Energy of a piece is watts x minutes, an exact integer; amounts are exact fractions of a euro until shown.
A bill is shown as suppliers print it: every line to the cent, and sums of what is shown.
What has no known price or colour is counted apart, never guessed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.consumption.contracts import DAY_MINUTES, REGISTERS, Contract, Option
from core.consumption.history import History, cut, day_range, to_date
from core.model import MINUTE_MS, Days
from core.paristime import DAY_MS, HOUR_MS, midnights, to_wall

UNKNOWN: Final = -1
WATT_MINUTES_PER_KWH: Final = 60_000
_TEMPO_DAY_STARTS: Final = 6 * 60
_TEMPO_OFF_PEAK: Final = 22 * 60
_EJP_STARTS: Final = 7 * 60
_EJP_ENDS: Final = 60  # 01:00 of the next day
_SCALE: Final = 10**8
"""Prices have at most 8 decimals: a day's cost is an integer of 1e-8 EUR/kWh x watt-minutes."""


@dataclass(frozen=True, slots=True, eq=False)
class Metered:
    """Pieces of readings: Paris day of the reading, register and price list (positions, UNKNOWN where
    not known), energy in watt-minutes."""

    contract: Contract
    day: NDArray[np.datetime64]
    register: NDArray[np.int64]
    price_list: NDArray[np.int64]
    energy: NDArray[np.int64]

    def energy_of(self, register: str) -> int:
        """Watt-minutes of a register."""
        at = REGISTERS[self.contract.option].index(register)
        return int(self.energy[self.register == at].sum())

    def during(self, days: Days) -> Metered:
        first, end = np.searchsorted(self.day, np.array([days.first, days.end], dtype="datetime64[D]"))
        return self.where(slice(int(first), int(end)))

    def where(self, kept: NDArray[np.bool_] | slice) -> Metered:
        return Metered(
            self.contract, self.day[kept], self.register[kept], self.price_list[kept], self.energy[kept]
        )


def meter(history: History, contract: Contract) -> Metered:
    """Which register each part of each reading falls into, and which price list was in force."""
    if not len(history):
        none = np.zeros(0, dtype=np.int64)
        return Metered(contract, history.day, none, none, none)
    pieces = cut(history.curve, _boundaries(history, contract))
    wall = to_wall(pieces.start)
    watts = history.curve.watts[pieces.reading].astype(np.int64)
    return Metered(
        contract,
        history.day[pieces.reading],
        _register(wall, contract),
        _price_list(wall, contract),
        watts * pieces.minutes,
    )


def _boundaries(history: History, contract: Contract) -> NDArray[np.int64]:
    """UTC moments at which register or price list may change: those wall minutes of every day, both times
    where the autumn clock shows them twice, midnight, and the changes of the clock themselves."""
    first, last = history.day[0] - 1, history.day[-1] + 2
    days = np.arange(first, last)
    wall = (days.astype(np.int64)[:, None] * DAY_MS + _wall_minutes(contract) * MINUTE_MS).ravel()
    both = np.concatenate([wall - HOUR_MS, wall - 2 * HOUR_MS])
    real = both[to_wall(both) == np.concatenate([wall, wall])]
    edges = midnights(np.append(days, last))
    changed = np.diff(edges) != DAY_MS
    return np.unique(np.concatenate([real, days[changed].astype(np.int64) * DAY_MS + HOUR_MS]))


def _wall_minutes(contract: Contract) -> NDArray[np.int64]:
    minutes = {0}
    if contract.option is Option.TEMPO:
        minutes |= {_TEMPO_DAY_STARTS, _TEMPO_OFF_PEAK}
    elif contract.option is Option.EJP:
        minutes |= {_EJP_STARTS, _EJP_ENDS}
    elif contract.option is Option.HPHC:
        minutes |= {edge for rule in contract.off_peak for w in rule.windows for edge in (w.start, w.end)}
    return np.array(sorted(minutes), dtype=np.int64)


def _register(wall: NDArray[np.int64], contract: Contract) -> NDArray[np.int64]:
    if contract.option is Option.BASE:
        return np.zeros(len(wall), dtype=np.int64)
    if contract.option is Option.HPHC:
        return _hphc(wall, contract)
    if contract.option is Option.TEMPO:
        return _tempo(wall, contract)
    return _ejp(wall, contract)


def _hphc(wall: NDArray[np.int64], contract: Contract) -> NDArray[np.int64]:
    """0 off-peak, 1 peak; a day without any rule is unknown."""
    masks = [
        [0 if any(window.holds(minute) for window in rule.windows) else 1 for minute in range(DAY_MINUTES)]
        for rule in contract.off_peak
    ]
    table = np.array([*masks, [UNKNOWN] * DAY_MINUTES], dtype=np.int64)
    number = wall // DAY_MS
    first = int(number.min())
    rules = [
        _rule(date(1970, 1, 1) + timedelta(days=day), contract) for day in range(first, number.max() + 1)
    ]
    found: NDArray[np.int64] = table[np.array(rules)[number - first], wall % DAY_MS // MINUTE_MS]
    return found


def _rule(day: date, contract: Contract) -> int:
    """The last rule that applies to a day; UNKNOWN (the table's last row) without one."""
    fitting = [at for at, rule in enumerate(contract.off_peak) if rule.applies(day)]
    return fitting[-1] if fitting else UNKNOWN


def _tempo(wall: NDArray[np.int64], contract: Contract) -> NDArray[np.int64]:
    """Peak from 6 to 22 h; before 6 h the colour is that of the day before."""
    colour = _colours((wall - _TEMPO_DAY_STARTS * MINUTE_MS) // DAY_MS, contract)
    minute = wall % DAY_MS // MINUTE_MS
    peak = (minute >= _TEMPO_DAY_STARTS) & (minute < _TEMPO_OFF_PEAK)
    return np.where(colour == UNKNOWN, UNKNOWN, 2 * colour + peak)


def _colours(number: NDArray[np.int64], contract: Contract) -> NDArray[np.int64]:
    """0 blue, 1 white, 2 red, UNKNOWN, by day number since 1970."""
    special, first = contract.special, int(number.min())
    table = []
    for at in range(first, int(number.max()) + 1):
        day = date(1970, 1, 1) + timedelta(days=at)
        known = 2 if day in special.red else 1 if day in special.white else 0
        table.append(known if special.knows(day) else UNKNOWN)
    return np.array(table, dtype=np.int64)[number - first]


def _ejp(wall: NDArray[np.int64], contract: Contract) -> NDArray[np.int64]:
    """Peak from 7 h to 1 h of the next day, on red days; from April to October there are none."""
    moved = wall - _EJP_ENDS * MINUTE_MS
    number = moved // DAY_MS
    month = number.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64) % 12 + 1
    late = moved % DAY_MS // MINUTE_MS >= _EJP_STARTS - _EJP_ENDS
    colour = _colours(number, contract)
    peak = np.where(colour == UNKNOWN, UNKNOWN, (colour == 2).astype(np.int64))
    return np.where(~late | ((month >= 4) & (month <= 10)), 0, peak)


def _price_list(wall: NDArray[np.int64], contract: Contract) -> NDArray[np.int64]:
    """The list in force at the Paris midnight before; UNKNOWN before the first."""
    since = np.array([one.since for one in contract.prices], dtype="datetime64[D]")
    days = (wall // DAY_MS).astype("datetime64[D]")
    return np.searchsorted(since, days, side="right").astype(np.int64) - 1


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a bill: the energy (watt-minutes) of a register under a price (EUR/kWh)."""

    register: str
    since: date
    energy: int
    price: Decimal

    @property
    def euros(self) -> Fraction:
        return Fraction(self.price) * self.energy / WATT_MINUTES_PER_KWH


@dataclass(frozen=True, slots=True)
class Shown:
    """The amounts of a bill as they are read, EUR to the cent: each line and the subscription are rounded
    (half to even), and the sums are sums of these, so that every part adds up to its total. A sum may differ
    from the exact one by half a cent a line."""

    lines: tuple[Decimal, ...]
    subscription: Decimal

    @property
    def energy(self) -> Decimal:
        return sum(self.lines, Decimal())

    @property
    def total(self) -> Decimal:
        return self.energy + self.subscription


def to_the_cent(euros: Fraction) -> Decimal:
    """EUR rounded half to even."""
    exact = Decimal(euros.numerator) / euros.denominator
    return exact.quantize(Decimal("0.01"), rounding=ROUND_HALF_EVEN)


@dataclass(frozen=True, slots=True)
class Bill:
    """Lines, subscription (EUR), and what could not be priced: watt-minutes and days of energy without a
    colour or a price, days without a known subscription."""

    lines: tuple[Line, ...]
    subscription: Fraction
    unpriced: int
    unpriced_days: int
    unsubscribed_days: int

    @property
    def energy_euros(self) -> Fraction:
        return sum((line.euros for line in self.lines), Fraction())

    @property
    def euros(self) -> Fraction:
        return self.energy_euros + self.subscription

    @property
    def shown(self) -> Shown:
        return Shown(tuple(to_the_cent(line.euros) for line in self.lines), to_the_cent(self.subscription))

    @property
    def watt_minutes(self) -> int:
        """All the energy of the bill, priced or not."""
        return sum(line.energy for line in self.lines) + self.unpriced


def bill(metered: Metered, days: Days | NDArray[np.datetime64], meters: int = 1) -> Bill:
    """The bill of the pieces given, with the subscription of each of the `meters` for every day named, a day
    being its share of the calendar year."""
    named = day_range(days) if isinstance(days, Days) else days
    contract = metered.contract
    registers = REGISTERS[contract.option]
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
    """EUR of the days, and how many have no known subscription."""
    since = np.array([one.since for one in contract.prices], dtype="datetime64[D]")
    at = np.searchsorted(since, days, side="right") - 1
    year = days.astype("datetime64[Y]").astype(np.int64) + 1970
    total, unknown = Fraction(), 0
    groups, counts = np.unique(np.stack([at, year]), axis=1, return_counts=True)
    for (number, of_year), count in zip(groups.T.tolist(), counts.tolist(), strict=True):
        amount = contract.prices[number].year if number >= 0 else None
        if amount is None:
            unknown += count
        else:
            length = (date(of_year + 1, 1, 1) - date(of_year, 1, 1)).days
            total += Fraction(amount) * count / length
    return total, unknown


@dataclass(frozen=True, slots=True, eq=False)
class DailyCost:
    """Cost of the energy of every day, without subscription: integers of 1e-8 EUR/kWh x watt-minutes.
    `known` is False where part of the day's energy has no price."""

    day: NDArray[np.datetime64]
    amount: NDArray[np.int64]
    known: NDArray[np.bool_]

    @property
    def euros(self) -> NDArray[np.float64]:
        """For drawing only; NaN where not known."""
        return np.where(self.known, self.amount / (_SCALE * WATT_MINUTES_PER_KWH), np.nan)

    @property
    def total(self) -> Fraction:
        """Exact sum of the known days."""
        return Fraction(sum(self.amount[self.known].tolist()), _SCALE * WATT_MINUTES_PER_KWH)


def daily_cost(metered: Metered, days: Days) -> DailyCost:
    """What the energy of each day cost."""
    named = day_range(days)
    inside = metered.during(days)
    registers = REGISTERS[metered.contract.option]
    table = np.full((len(metered.contract.prices) + 1, len(registers) + 1), UNKNOWN, dtype=np.int64)
    for at, prices in enumerate(metered.contract.prices):
        for number, register in enumerate(registers):
            if register in prices.kwh:
                table[at, number] = int(prices.kwh[register] * _SCALE)
    price = table[inside.price_list, inside.register]
    row = (inside.day - np.datetime64(days.first, "D")).astype(np.int64)
    amount, missing = np.zeros(len(named), dtype=np.int64), np.zeros(len(named), dtype=np.int64)
    np.add.at(amount, row, np.where(price == UNKNOWN, 0, price) * inside.energy)
    np.add.at(missing, row, price == UNKNOWN)
    return DailyCost(named, amount, missing == 0)


@dataclass(frozen=True, slots=True)
class Offer:
    """A contract in a comparison: its bill over the common days, what it comes to, and the saving against
    the first, both in EUR as shown, so that a saving is the difference of the totals one reads.

    The subscription counts only where `subscribed`: it is known for every offer and every day."""

    contract: Contract
    bill: Bill
    euros: Decimal
    saving: Decimal
    subscribed: bool


@dataclass(frozen=True, slots=True)
class Comparison:
    """Offers over the days on which every one knows all prices and colours; `of` days have readings.
    `priceable` is, for each offer, on how many of them it alone could be priced."""

    offers: tuple[Offer, ...]
    days: int
    of: int
    priceable: tuple[int, ...]
    first: date | None
    last: date | None


def compare(history: History, contracts: tuple[Contract, ...], meters: int = 1) -> Comparison:
    """Bills of one history, or of the sum of several `meters`, under several contracts, like with like: only
    days all can be priced on."""
    span = history.days
    if span is None or not contracts:
        return Comparison((), 0, 0, tuple(0 for _ in contracts), None, None)
    measured = [meter(history, contract) for contract in contracts]
    used = np.isin(day_range(span), history.day)
    known = [daily_cost(one, span).known & used for one in measured]
    common = np.logical_and.reduce(known)
    days = day_range(span)[common]
    bills = [bill(one.where(np.isin(one.day, days)), days, meters) for one in measured]
    subscribed = all(one.unsubscribed_days == 0 for one in bills)
    totals = [one.shown.total if subscribed else one.shown.energy for one in bills]
    offers = tuple(
        Offer(contract, one, total, totals[0] - total, subscribed)
        for contract, one, total in zip(contracts, bills, totals, strict=True)
    )
    ends = (to_date(days[0]), to_date(days[-1])) if len(days) else (None, None)
    return Comparison(offers, len(days), int(used.sum()), tuple(int(one.sum()) for one in known), *ends)
