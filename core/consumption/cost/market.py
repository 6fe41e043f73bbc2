"""Public data on electricity: the regulated prices with their dates, and the Tempo colours.

The data that come with the program, to which `kept_market` adds what a refresh brought.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import cache
from itertools import chain, pairwise
from pathlib import Path
from typing import Any, Final

from core.consumption.cost.contracts import (
    POWERS,
    USUAL_OFF_PEAK,
    Contract,
    OffPeak,
    Option,
    PriceList,
    Special,
    intervals,
)
from core.errors import InputError

_DATA: Final = Path(__file__).parent / "data"
REGULATED: Final = (Option.BASE, Option.HPHC, Option.TEMPO)
"""Options with a regulated price. EJP has no public price list any more."""
_CHANGES: Final = ((2, 1), (8, 1))
"""Month and day on which regulated prices changed, every time since February 2022."""
Prices = Mapping[tuple[Option, int], tuple[PriceList, ...]]


class Source(StrEnum):
    """Source of a price or colour. The value is stored. Texts: `cost.source.<value>`."""

    CRE = "cre"
    EDF = "edf"
    RTE = "rte"
    API_COULEUR = "api-couleur"


@dataclass(frozen=True, slots=True)
class Difference:
    """A price on which two sources differ: the one used (`stands`) and the other.

    `register` None is the subscription.
    """

    option: Option
    kva: int
    since: date
    register: str | None
    stands: Decimal
    other: Decimal


@dataclass(frozen=True, slots=True)
class Market:
    """Regulated prices by option and power, ascending, and the Tempo colours."""

    prices: Prices
    tempo: Special

    def of(self, option: Option, kva: int) -> tuple[PriceList, ...]:
        """The dated regulated prices of an option at a power (kVA); empty if none is known."""
        return self.prices.get((option, kva), ())


def regulated(
    option: Option,
    kva: int,
    off_peak: tuple[OffPeak, ...] = USUAL_OFF_PEAK,
    market: Market | None = None,
) -> Contract:
    """The regulated offer of an option with its dated prices, by default those that come with the program.

    InputError `cost-power` for a power that is not offered.
    """
    if kva not in POWERS:
        raise InputError("cost-power", kva=kva)
    market = market or on_file()
    return Contract(
        option,
        kva,
        market.of(option, kva),
        off_peak if option is Option.HPHC else (),
        market.tempo if option is Option.TEMPO else Special(),
    )


def regulated_others(contract: Contract, market: Market) -> tuple[Contract, ...]:
    """The regulated offers beside a contract, at its power and with its off-peak hours."""
    windows = contract.off_peak or USUAL_OFF_PEAK
    return tuple(
        regulated(one, contract.kva, windows, market)
        for one in REGULATED
        if not (contract.regulated and one is contract.option)
    )


@cache
def on_file() -> Market:
    """The data that come with the program."""
    data = _read("regulated.toml")
    found: dict[tuple[Option, int], list[PriceList]] = {}
    for option in REGULATED:
        for entry in data[option.value]:
            for kva, year in entry["year"].items():
                kwh = {name: Decimal(price) for name, price in entry["kwh"].items()}
                one = PriceList(entry["from"], kwh, Decimal(year), source=entry["source"])
                found.setdefault((option, int(kva)), []).append(one)
    until = data["known_until"]
    return Market({key: dated(lists, until) for key, lists in found.items()}, _tempo())


@cache
def differences_on_file() -> tuple[Difference, ...]:
    """The prices of the program on which their sources differ."""
    found = []
    for option in REGULATED:
        for entry in _read("regulated.toml")[option.value]:
            for kva, year in entry["year"].items():
                key = (option, int(kva), entry["from"])
                for name, other in entry.get("differs", {}).items():
                    found.append(Difference(*key, name, Decimal(entry["kwh"][name]), Decimal(other)))
                if other := entry.get("differs_year", {}).get(kva):
                    found.append(Difference(*key, None, Decimal(year), Decimal(other)))
    return tuple(found)


def dated(lists: list[PriceList], until: date) -> tuple[PriceList, ...]:
    """Ascending price lists of one option and power, each with its end.

    A list ends when the next begins, or at its own earlier end; the last one holds until `until`, or until
    the next usual change if it begins after that.
    """
    ordered = sorted(lists, key=lambda one: one.since)
    ends = [later.since for _, later in pairwise(ordered)]
    last = max(until, next_change(ordered[-1].since)) if ordered else until
    return tuple(
        PriceList(one.since, one.kwh, one.year, min(one.end or end, end), one.source)
        for one, end in zip(ordered, [*ends, last], strict=True)
    )


def next_change(after: date) -> date:
    """The next day on which regulated prices usually change."""
    days = chain.from_iterable(
        [date(year, *one) for one in _CHANGES] for year in (after.year, after.year + 1)
    )
    return next(day for day in days if day > after)


@cache
def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((_DATA / name).read_text(encoding="utf-8"))


def _tempo() -> Special:
    data = _read("tempo.toml")
    colours: dict[str, set[date]] = {"white": set(), "red": set()}
    for season in data["season"].values():
        for colour, found in colours.items():
            for line in season[colour]:
                month, *days = line.split()
                found.update(date.fromisoformat(f"{month}-{day}") for day in days)
    known = intervals((one["first"], one["end"]) for one in data["known"])
    return Special(known, frozenset(colours["white"]), frozenset(colours["red"]))
