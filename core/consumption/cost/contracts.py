"""Electricity contracts: their registers, when each runs, and the dated prices of a kWh.

Prices are EUR including taxes, exact Decimals. Wall times are minutes of the Paris day.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from itertools import chain, pairwise
from types import MappingProxyType
from typing import Final

DAY_MINUTES: Final = 1440
POWERS: Final = (3, 6, 9, 12, 15, 18, 24, 30, 36)
"""Subscribed powers of a household, kVA."""
EJP_DAYS_A_WINTER: Final = 22
_DAY: Final = timedelta(days=1)


class Option(StrEnum):
    """The kind of a contract: how it divides time into registers. The value is stored; never rename one."""

    BASE = "base"
    HPHC = "hphc"
    TEMPO = "tempo"
    EJP = "ejp"
    FREE = "free"
    """Registers and times defined by the contract: see `Rule`."""


REGISTERS: Final[Mapping[Option, tuple[str, ...]]] = MappingProxyType(
    {
        Option.BASE: ("base",),
        Option.HPHC: ("hc", "hp"),
        Option.TEMPO: ("blue-hc", "blue-hp", "white-hc", "white-hp", "red-hc", "red-hp"),
        Option.EJP: ("normal", "peak"),
        Option.FREE: (),
    }
)
"""The registers of each option; a free grid defines its own: see `Contract.registers`."""


@dataclass(frozen=True, slots=True)
class Window:
    """Minutes of the day, end exclusive; it passes midnight if the end is not after the start."""

    start: int
    end: int

    def holds(self, minute: int) -> bool:
        """Whether a minute of the day is in the window."""
        if self.start < self.end:
            return self.start <= minute < self.end
        return minute >= self.start or minute < self.end

    def __str__(self) -> str:
        return f"{_clock(self.start)}-{_clock(self.end)}"


def _clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"


@dataclass(frozen=True, slots=True)
class OffPeak:
    """Off-peak windows, from a day on (`since`, None: always), in some months (empty: all).

    A window that passes midnight is cut there: each part follows the rule of its own day.
    """

    windows: tuple[Window, ...]
    since: date | None = None
    months: frozenset[int] = frozenset()

    @property
    def always(self) -> bool:
        """Whether it applies to every day without another rule."""
        return self.since is None and not self.months

    def applies(self, day: date) -> bool:
        """Whether it applies to a Paris day."""
        return (self.since is None or day >= self.since) and (not self.months or day.month in self.months)


@dataclass(frozen=True, slots=True)
class Rule:
    """When a register of a free grid runs: windows of the day, weekdays (Monday is 0), months.

    An empty field does not restrict. The first rule that fits a minute gives its register; a minute that none
    fits is unknown. A window that passes midnight is cut there: each part follows its own day.
    """

    register: str
    windows: tuple[Window, ...] = ()
    weekdays: frozenset[int] = frozenset()
    months: frozenset[int] = frozenset()

    def fits_day(self, weekday: int, month: int) -> bool:
        """Whether the rule applies on a weekday (Monday is 0) of a month (1 to 12)."""
        return (not self.weekdays or weekday in self.weekdays) and (not self.months or month in self.months)

    def fits_minute(self, minute: int) -> bool:
        """Whether the rule applies at a minute of the day."""
        return not self.windows or any(window.holds(minute) for window in self.windows)


@dataclass(frozen=True, slots=True)
class PriceList:
    """Prices from a Paris day on, until the next list. None or absent: unknown, never guessed.

    `kwh`: EUR per kWh by register; `year`: subscription, EUR a year. `end`: the first day for which it is not
    known whether the prices still hold; None for ever. `source`: the value of a `market.Source`.
    """

    since: date
    kwh: Mapping[str, Decimal]
    year: Decimal | None = None
    end: date | None = None
    source: str = ""


@dataclass(frozen=True, slots=True)
class Special:
    """Days of a colour: `red` and `white` (Tempo) or `red` alone (EJP).

    `known` holds half-open intervals; days outside of them are unknown.
    """

    known: tuple[tuple[date, date], ...] = ()
    white: frozenset[date] = frozenset()
    red: frozenset[date] = frozenset()

    def knows(self, day: date) -> bool:
        """Whether the colour of a day is known."""
        return any(first <= day < end for first, end in self.known)

    def joined(self, other: Special) -> Special:
        """Its days, with the other's colours for days that it does not know."""
        white, red = ({day for day in days if not self.knows(day)} for days in (other.white, other.red))
        return Special(intervals((*self.known, *other.known)), self.white | white, self.red | red)

    def beyond(self, other: Special) -> Special:
        """The part for days that the other does not know."""
        days = chain.from_iterable(_days(*span) for span in self.known)
        mine = frozenset(day for day in days if not other.knows(day))
        return Special(intervals((day, day + _DAY) for day in mine), self.white & mine, self.red & mine)


def _days(first: date, end: date) -> Iterator[date]:
    return (first + at * _DAY for at in range((end - first).days))


def intervals(spans: Iterable[tuple[date, date]]) -> tuple[tuple[date, date], ...]:
    """Half-open intervals in order, with touching and overlapping ones merged."""
    found: list[tuple[date, date]] = []
    for first, end in sorted(spans):
        if found and first <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        elif first < end:
            found.append((first, end))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Contract:
    """The contract of a household. Raises ValueError unless the price lists ascend.

    `kva`: subscribed power; `off_peak`: the last rule that applies to a day is in force; `rules`: of a free
    grid; `name`: the household's name for it.
    """

    option: Option
    kva: int
    prices: tuple[PriceList, ...]
    off_peak: tuple[OffPeak, ...] = ()
    special: Special = field(default_factory=Special)
    regulated: bool = True
    rules: tuple[Rule, ...] = ()
    name: str = ""

    def __post_init__(self) -> None:
        if any(a.since >= b.since for a, b in pairwise(self.prices)):
            raise ValueError("price lists ascend")

    @property
    def registers(self) -> tuple[str, ...]:
        """Its registers, in the order in which they are shown."""
        if self.option is Option.FREE:
            return tuple(dict.fromkeys(rule.register for rule in self.rules))
        return REGISTERS[self.option]

    def at_last_prices(self) -> Contract:
        """The contract with its newest complete price list for every day: costs at current prices."""
        complete = [one for one in self.prices if all(name in one.kwh for name in self.registers)]
        last = tuple(replace(one, since=date.min, end=None) for one in complete[-1:])
        return replace(self, prices=last)


USUAL_OFF_PEAK: Final = (OffPeak((Window(22 * 60 + 30, 6 * 60 + 30),)),)
"""An example: the windows differ between households and are printed on the bill."""


def with_colours(base: Special, white: frozenset[date], red: frozenset[date], until: date | None) -> Special:
    """The colours of `base` and those a visitor typed; until a day (exclusive) all other days are blue."""
    known = [(day, day + _DAY) for day in white | red]
    if until is not None and base.known and until > base.known[0][1]:
        known.append((base.known[0][1], until))
    return base.joined(Special(tuple(known), white, red))


def ejp_days(days: frozenset[date]) -> Special:
    """EJP days as a household typed them; a winter (November to March) is known once it has 22 of them."""
    known = [(day, day + _DAY) for day in sorted(days)]
    for year in {day.year - (day.month < 11) for day in days}:
        winter = (date(year, 11, 1), date(year + 1, 4, 1))
        if sum(winter[0] <= day < winter[1] for day in days) >= EJP_DAYS_A_WINTER:
            known.append(winter)
    return Special(intervals(known), red=days)
