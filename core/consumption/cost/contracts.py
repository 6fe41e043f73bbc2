"""Electricity contracts: which register runs when, what a kWh of each costs and since when.

Prices are EUR including taxes; every one is an exact Decimal. Wall times are minutes of the Paris day.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from functools import cache
from itertools import pairwise
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from core.errors import InputError

_DATA: Final = Path(__file__).parent / "data"
DAY_MINUTES: Final = 1440
POWERS: Final = (3, 6, 9, 12, 15, 18, 24, 30, 36)
"""Subscribed powers of a household, kVA."""
EJP_DAYS_A_WINTER: Final = 22
_YEARS: Final = range(1980, 2100)


class Option(StrEnum):
    """How a contract tells cheap from dear. The value is stored; never rename one."""

    BASE = "base"
    HPHC = "hphc"
    TEMPO = "tempo"
    EJP = "ejp"


REGISTERS: Final[Mapping[Option, tuple[str, ...]]] = MappingProxyType(
    {
        Option.BASE: ("base",),
        Option.HPHC: ("hc", "hp"),
        Option.TEMPO: ("blue-hc", "blue-hp", "white-hc", "white-hp", "red-hc", "red-hp"),
        Option.EJP: ("normal", "peak"),
    }
)


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
class PriceList:
    """Prices from a Paris day on, until the next list. None or absent: not known, which is never guessed.

    `kwh`: EUR per kWh by register; `year`: subscription, EUR a year.
    """

    since: date
    kwh: Mapping[str, Decimal]
    year: Decimal | None = None


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


@dataclass(frozen=True, slots=True)
class Contract:
    """What a household pays by. `off_peak`: the last rule that applies to a day is in force."""

    option: Option
    kva: int
    prices: tuple[PriceList, ...]
    off_peak: tuple[OffPeak, ...] = ()
    special: Special = field(default_factory=Special)
    regulated: bool = True

    def __post_init__(self) -> None:
        if any(a.since >= b.since for a, b in pairwise(self.prices)):
            raise ValueError("price lists ascend")

    def at_last_prices(self) -> Contract:
        """The same with its newest complete price list for every day: what the history would cost now."""
        complete = [one for one in self.prices if all(name in one.kwh for name in REGISTERS[self.option])]
        last = tuple(replace(one, since=date.min) for one in complete[-1:])
        return replace(self, prices=last)


USUAL_OFF_PEAK: Final = (OffPeak((Window(22 * 60 + 30, 6 * 60 + 30),)),)
"""An example only: the windows are each household's own, printed on its bill."""


def regulated(option: Option, kva: int, off_peak: tuple[OffPeak, ...] = USUAL_OFF_PEAK) -> Contract:
    """The regulated offer of an option with its dated prices. InputError for a power there is not."""
    if kva not in POWERS:
        raise InputError("cost-power", kva=kva)
    return Contract(
        option,
        kva,
        regulated_prices(option, kva),
        off_peak if option is Option.HPHC else (),
        tempo_days() if option is Option.TEMPO else Special(),
    )


@cache
def regulated_prices(option: Option, kva: int) -> tuple[PriceList, ...]:
    """The dated regulated prices of an option at a power; empty where none is on file."""
    lists = _regulated().get(option.value, [])
    return tuple(
        PriceList(
            entry["from"],
            {name: Decimal(price) for name, price in entry.get("kwh", {}).items()},
            Decimal(entry["year"][str(kva)]) if str(kva) in entry.get("year", {}) else None,
        )
        for entry in lists
        if kva in entry.get("kva", POWERS)
    )


@cache
def _regulated() -> dict[str, list[dict[str, Any]]]:
    return tomllib.loads((_DATA / "regulated.toml").read_text(encoding="utf-8"))


@cache
def tempo_days() -> Special:
    """The Tempo colours on file."""
    data = tomllib.loads((_DATA / "tempo.toml").read_text(encoding="utf-8"))
    colours: dict[str, set[date]] = {"white": set(), "red": set()}
    for season in data["season"].values():
        for colour, found in colours.items():
            for line in season[colour]:
                month, *days = line.split()
                found.update(date.fromisoformat(f"{month}-{day}") for day in days)
    known = ((data["known"]["first"], data["known"]["end"]),)
    return Special(known, frozenset(colours["white"]), frozenset(colours["red"]))


def with_colours(base: Special, white: frozenset[date], red: frozenset[date], until: date | None) -> Special:
    """Colours on file, and those a visitor knows besides: until a day (exclusive) every other one is blue."""
    known = base.known
    if until is not None and known and until > known[-1][1]:
        known = (*known[:-1], (known[-1][0], until))
    single = tuple((day, day + timedelta(days=1)) for day in sorted(white | red))
    return Special((*known, *single), base.white | white, base.red | red)


_WINDOW: Final = re.compile(r"(\d{1,2})(?:[:hH](\d{2})?)?\s*(?:-|–|à|to)\s*(\d{1,2})(?:[:hH](\d{2})?)?")


def read_windows(typed: str) -> tuple[Window, ...]:
    """`22:36-6:36, 12h30-14h30` as windows. InputError where one cannot be read."""
    windows = []
    for part in filter(None, (part.strip() for part in re.split(r"[,;]", typed))):
        found = _WINDOW.fullmatch(part)
        start, end = _minutes(found, 1), _minutes(found, 3)
        if start is None or end is None or (start - end) % DAY_MINUTES == 0:
            raise InputError("cost-window", typed=part[:40])
        windows.append(Window(start % DAY_MINUTES, end % DAY_MINUTES))
    return tuple(windows)


def _minutes(found: re.Match[str] | None, group: int) -> int | None:
    if found is None:
        return None
    hours, minutes = int(found[group]), int(found[group + 1] or 0)
    return hours * 60 + minutes if minutes < 60 and hours * 60 + minutes <= DAY_MINUTES else None


def read_price(typed: str) -> Decimal | None:
    """A typed price, comma or point; None when empty. InputError beyond 4 digits and 8 decimals."""
    text = typed.strip().replace(",", ".").replace("\u202f", "").replace(" ", "")
    if not text:
        return None
    if not re.fullmatch(r"\d{1,4}(\.\d{1,8})?", text):
        raise InputError("cost-price", typed=typed[:40])
    return Decimal(text)


def read_days(typed: str) -> frozenset[date]:
    """Dates written 2026-01-31 or 31/01/2026, any separator. InputError where one cannot be read, or is none
    of a contract: a typing error in the year."""
    days = set()
    for word in re.split(r"[\s,;]+", typed.strip()):
        if not word:
            continue
        parts = re.fullmatch(r"(\d{4})-(\d{2})-(\d{2})|(\d{1,2})/(\d{1,2})/(\d{4})", word)
        try:
            if parts is None:
                raise ValueError(word)
            year, month, day = parts[1] or parts[6], parts[2] or parts[5], parts[3] or parts[4]
            read = date(int(year), int(month), int(day))
            if read.year not in _YEARS:
                raise ValueError(word)
            days.add(read)
        except ValueError:
            raise InputError("cost-day", typed=word[:40]) from None
    return frozenset(days)


_MONTH: Final = re.compile(r"0?[1-9]|1[0-2]")


def read_months(typed: str) -> frozenset[int]:
    """`4, 5, 6` or `4-10`, also over the new year (`11-3`); none when empty. InputError for anything else."""
    months: set[int] = set()
    for part in filter(None, (one.strip() for one in re.split(r"[,;]", typed))):
        ends = [one.strip() for one in part.split("-")]
        if len(ends) > 2 or not all(map(_MONTH.fullmatch, ends)):
            raise InputError("cost-month", typed=part[:40])
        first, last = int(ends[0]), int(ends[-1])
        months |= set(range(first, last + 1)) if first <= last else {*range(first, 13), *range(1, last + 1)}
    return frozenset(months)


def _clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"


def ejp_days(days: frozenset[date]) -> Special:
    """EJP days as a household knows them. A winter (November to March) is known with its 22 days."""
    known = [(day, day + timedelta(days=1)) for day in sorted(days)]
    for year in {day.year - (day.month < 11) for day in days}:
        winter = (date(year, 11, 1), date(year + 1, 4, 1))
        if sum(winter[0] <= day < winter[1] for day in days) >= EJP_DAYS_A_WINTER:
            known.append(winter)
    return Special(tuple(known), red=days)
