"""Electricity contracts: which register runs when, what a kWh of each costs and since when.

Prices are EUR including taxes; every one is an exact Decimal. Wall times are minutes of the Paris day.
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
    """How a contract tells cheap from dear. The value is stored; never rename one."""

    BASE = "base"
    HPHC = "hphc"
    TEMPO = "tempo"
    EJP = "ejp"
    FREE = "free"
    """A grid of the contract's own: see `Rule`."""


REGISTERS: Final[Mapping[Option, tuple[str, ...]]] = MappingProxyType(
    {
        Option.BASE: ("base",),
        Option.HPHC: ("hc", "hp"),
        Option.TEMPO: ("blue-hc", "blue-hp", "white-hc", "white-hp", "red-hc", "red-hp"),
        Option.EJP: ("normal", "peak"),
        Option.FREE: (),
    }
)
"""The registers of each option; those of a free grid are the contract's: see `Contract.registers`."""


@dataclass(frozen=True, slots=True)
class Window:
    """Minutes of the day, end exclusive; past midnight where the end is not after the start."""

    start: int
    end: int

    def holds(self, minute: int) -> bool:
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
        """Whether it holds for every day no other rule is about."""
        return self.since is None and not self.months

    def applies(self, day: date) -> bool:
        return (self.since is None or day >= self.since) and (not self.months or day.month in self.months)


@dataclass(frozen=True, slots=True)
class Rule:
    """When a register of a free grid runs: in windows of the day, on weekdays (Monday is 0), in months. What
    is empty does not restrict. The first rule that fits a minute says its register; a minute that none fits
    is unknown. A window that passes midnight is cut there: each part follows its own day."""

    register: str
    windows: tuple[Window, ...] = ()
    weekdays: frozenset[int] = frozenset()
    months: frozenset[int] = frozenset()

    def fits_day(self, weekday: int, month: int) -> bool:
        return (not self.weekdays or weekday in self.weekdays) and (not self.months or month in self.months)

    def fits_minute(self, minute: int) -> bool:
        return not self.windows or any(window.holds(minute) for window in self.windows)


@dataclass(frozen=True, slots=True)
class PriceList:
    """Prices from a Paris day on, until the next list. None or absent: not known, which is never guessed.

    `kwh`: EUR per kWh by register; `year`: subscription, EUR a year. `end`: the first day on which it is not
    known any more whether they hold; None for ever. `source`: who says so, see `market.Source`.
    """

    since: date
    kwh: Mapping[str, Decimal]
    year: Decimal | None = None
    end: date | None = None
    source: str = ""


@dataclass(frozen=True, slots=True)
class Special:
    """Days of a colour: `red` and `white` (Tempo) or `red` alone (EJP). Days outside `known` are unknown.

    `known` holds half-open intervals.
    """

    known: tuple[tuple[date, date], ...] = ()
    white: frozenset[date] = frozenset()
    red: frozenset[date] = frozenset()

    def knows(self, day: date) -> bool:
        return any(first <= day < end for first, end in self.known)

    def joined(self, other: Special) -> Special:
        """With what another knows of days that this one does not."""
        white, red = ({day for day in days if not self.knows(day)} for days in (other.white, other.red))
        return Special(intervals((*self.known, *other.known)), self.white | white, self.red | red)

    def beyond(self, other: Special) -> Special:
        """What it knows of days that another does not."""
        days = chain.from_iterable(_days(*span) for span in self.known)
        mine = frozenset(day for day in days if not other.knows(day))
        return Special(intervals((day, day + _DAY) for day in mine), self.white & mine, self.red & mine)


def _days(first: date, end: date) -> Iterator[date]:
    return (first + at * _DAY for at in range((end - first).days))


def intervals(spans: Iterable[tuple[date, date]]) -> tuple[tuple[date, date], ...]:
    """Half-open intervals in order, those that touch or overlap as one."""
    found: list[tuple[date, date]] = []
    for first, end in sorted(spans):
        if found and first <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        elif first < end:
            found.append((first, end))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Contract:
    """What a household pays by. `off_peak`: the last rule that applies to a day is in force. `rules`: of a
    free grid. `name`: what its owner calls it."""

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
        """The same with its newest complete price list for every day: what the history would cost now."""
        complete = [one for one in self.prices if all(name in one.kwh for name in self.registers)]
        last = tuple(replace(one, since=date.min, end=None) for one in complete[-1:])
        return replace(self, prices=last)


USUAL_OFF_PEAK: Final = (OffPeak((Window(22 * 60 + 30, 6 * 60 + 30),)),)
"""An example only: the windows are each household's own, printed on its bill."""


def with_colours(base: Special, white: frozenset[date], red: frozenset[date], until: date | None) -> Special:
    """Colours on file, and those a visitor knows besides: until a day (exclusive) every other one is blue."""
    known = [(day, day + _DAY) for day in white | red]
    if until is not None and base.known and until > base.known[0][1]:
        known.append((base.known[0][1], until))
    return base.joined(Special(tuple(known), white, red))


def ejp_days(days: frozenset[date]) -> Special:
    """EJP days as a household knows them. A winter (November to March) is known with its 22 days."""
    known = [(day, day + _DAY) for day in sorted(days)]
    for year in {day.year - (day.month < 11) for day in days}:
        winter = (date(year, 11, 1), date(year + 1, 4, 1))
        if sum(winter[0] <= day < winter[1] for day in days) >= EJP_DAYS_A_WINTER:
            known.append(winter)
    return Special(intervals(known), red=days)
