"""What a household can do about its bill, in words for page and printed sheet; `**` marks a figure."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Final

from core.consumption.advice import Advice, Power, Spent
from core.consumption.cost.bills import WATT_MINUTES_PER_KWH
from core.consumption.cost.comparison import Comparison
from core.consumption.cost.contracts import Contract
from core.consumption.cost.dearest import MeanPrice
from core.consumption.cost.yearly import FEWEST_DAYS, YEAR_DAYS, Year, amounts
from core.consumption.profiles import Season
from core.texts import Words

_HOURS: Final = 3


def verdict(words: Words, found: Comparison, names: list[str], year: Year | None) -> str:
    """The cheapest offer, and what it saves. `year`: a year, and the days compared are its."""
    told = amounts(found, year)
    best = max(range(len(names)), key=lambda at: told[at].saving)
    first, offer = names[0], names[best]
    if best:
        key = "cost.compare.best_year" if year else "cost.compare.best"
        said = words.text(key, offer=offer, saving=words.euros(told[best].saving), first=first)
    else:
        said = words.text("cost.compare.first", offer=first)
    return said if found.offers[0].subscribed else words.text("cost.compare.energy_only", verdict=said)


def year_told(words: Words, year: Year) -> str:
    """Which days a year is made of, and that its amounts are scaled where some of them are missing."""
    key = "cost.year.all" if len(year.counted) == YEAR_DAYS else "cost.year.some"
    span = words.days(year.first, year.last)
    return words.text(key, span=span, days=words.number(len(year.counted)))


def no_year_told(words: Words) -> str:
    """Why an amount of a year is not told."""
    return words.text("cost.compare.no_year", days=FEWEST_DAYS)


def always_told(words: Words, found: Advice) -> list[str]:
    """What is always on, and what follows the cold, a sentence each."""
    parts = found.parts
    if parts is None:
        return [words.text("consumption.act.always.short", days=FEWEST_DAYS)]
    told = []
    if parts.always is None:
        told.append(words.text("consumption.act.always.always_unknown"))
    else:
        watts = words.watts(found.always or 0)
        told.append(_share(words, "always", parts.always, parts.whole, found.price, watts=watts))
    if parts.cold:
        days = {
            name: words.kwh(round(parts.seasons[one])) if one in parts.seasons else "–"
            for name, one in (("winter", Season.WINTER), ("summer", Season.SUMMER))
        }
        told.append(_share(words, "cold", parts.cold, parts.whole, found.price, **days))
    elif parts.cold is not None:
        told.append(words.text("consumption.act.always.no_cold"))
    return told


def _share(
    words: Words, name: str, energy: Fraction, whole: Fraction, price: MeanPrice | None, **more: str
) -> str:
    """An energy a year, in EUR where there is a price."""
    told = {"energy": words.kwh(round(energy), 0), "share": words.percent(float(energy / whole), 0)} | more
    if price is None:
        return words.text(f"consumption.act.always.{name}_kwh", **told)
    euros = words.euros(Fraction(price.euros) * energy / WATT_MINUTES_PER_KWH, 0)
    return words.text(f"consumption.act.always.{name}", euros=euros, **told)


def power_told(words: Words, found: Power, contract: Contract) -> list[str]:
    """The margin, and what a smaller subscription would save, a sentence each."""
    side = "above" if found.margin.margin < 0 else "below"
    unit = "kVA" if found.measured else "kW"
    told = [
        words.text(
            f"consumption.act.power.{side if found.measured else f'mean_{side}'}",
            power=words.quantity(Fraction(found.margin.highest.va, 1000), unit, 2),
            kva=contract.kva,
            margin=words.quantity(Fraction(abs(found.margin.margin), 1000), "kVA", 2),
        )
    ]
    if found.margin.margin < 0:
        return told
    if not found.smaller:
        told.append(words.text("consumption.act.power.smallest"))
    elif not contract.regulated:
        told.append(words.text("consumption.act.power.own"))
    else:
        told += _smaller(words, found)
    return told


def _smaller(words: Words, found: Power) -> list[str]:
    one = found.enough or found.smaller[0]
    if one.a_year is None:
        return [no_year_told(words)]
    if one.a_year <= 0:
        key = "dearer"
    elif found.enough:
        key = "enough"
    else:
        key = "exceeded" if one.over else "means_fit"
    return [
        words.text(
            f"consumption.act.power.{key}",
            smaller=one.kva,
            saved=words.euros(one.a_year),
            over=words.number(one.over),
            days=words.number(found.margin.days),
        )
    ]


def hours_told(words: Words, found: Spent) -> str:
    """The dearest hours of the day."""
    first, *others = found.hours[:_HOURS]
    together = sum((one.euros for one in found.hours[:_HOURS]), Fraction())
    listed = (
        words.text("consumption.act.spent.hour", hour=clock(words, one.hour), euros=_euros(words, one.euros))
        for one in others
    )
    return words.text(
        "consumption.act.spent.hours",
        first=clock(words, first.hour),
        euros=_euros(words, first.euros),
        others=words.listed(listed),
        share=words.percent(float(together / found.euros) if found.euros else 0.0, 0),
        total=_euros(words, found.euros),
    )


def clock(words: Words, hour: int) -> str:
    """`19:00–20:00`, `19 h 00 – 20 h 00`."""
    ends = [words.time(datetime(2000, 1, 1, at % 24, tzinfo=UTC)) for at in (hour, hour + 1)]
    return words.text("consumption.act.spent.clock", **{"from": ends[0], "to": ends[1]})


def _euros(words: Words, euros: Fraction | Decimal) -> str:
    return words.euros(euros, 0)
