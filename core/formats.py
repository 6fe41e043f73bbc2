"""Numbers, dates and sizes as a person reads them, in English or French.

Thousands are set with a narrow no-break space in both languages; the decimal mark is the language's.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction
from typing import Final

from core.model import Days, RefusalReason, Span
from core.texts import Language, text

THIN: Final = "\u202f"
MINUS: Final = "\u2212"
_NAMES: Final = frozenset({"code", "exit"})
"""Details whose number is a name: without thousands."""
_MONTHS: Final = {
    Language.ENGLISH: ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
    Language.FRENCH: (
        *("janv.", "févr.", "mars", "avr.", "mai", "juin"),
        *("juil.", "août", "sept.", "oct.", "nov.", "déc."),
    ),
}


def number(value: float | Fraction | Decimal, language: Language, decimals: int = 0) -> str:
    """`12 345.6` or `−12 345,6`: rounded half to even, thousands set with a narrow no-break space, a true
    minus sign and never one before zero."""
    exact = Decimal(value.numerator) / value.denominator if isinstance(value, Fraction) else Decimal(value)
    rounded = exact.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_EVEN) + 0
    shown = f"{rounded:,.{decimals}f}".replace(",", THIN).replace("-", MINUS)
    return shown.replace(".", ",") if language is Language.FRENCH else shown


def kwh(watt_minutes: int, language: Language, decimals: int = 1) -> str:
    """Energy in kWh with its unit, from exact watt-minutes."""
    return f"{number(Fraction(watt_minutes, 60_000), language, decimals)}{THIN}kWh"


def size(count: float, language: Language) -> str:
    """A number of bytes with a decimal unit: B, kB, MB, GB, TB, PB (French: o, ko ...)."""
    letter = "o" if language is Language.FRENCH else "B"
    value, prefix = float(count), ""
    for larger in ("k", "M", "G", "T", "P"):
        if abs(value) < 1000:
            break
        value, prefix = value / 1000, larger
    decimals = 0 if not prefix or abs(value) >= 100 else 1 if abs(value) >= 10 else 2
    return f"{number(value, language, decimals)}{THIN}{prefix}{letter}"


def percent(share: float, language: Language, decimals: int = 1) -> str:
    """A share of 1 as a percentage."""
    return f"{number(share * 100, language, decimals)}{THIN}%"


def day(value: date, language: Language) -> str:
    """`24 Oct 2022`, `24 oct. 2022`; French counts the first of a month: `1er août 2025`."""
    number = "1er" if value.day == 1 and language is Language.FRENCH else value.day
    return f"{number} {_MONTHS[language][value.month - 1]} {value.year}"


def moment(value: datetime, language: Language) -> str:
    """`24 Oct 2022, 18:30`; the zone is the value's own (Paris at the edges)."""
    return f"{day(value, language)}, {value:%H:%M}"


def days(first: date, last: date, language: Language) -> str:
    """From one day to another, both in it; one day is told by itself."""
    if first == last:
        return day(first, language)
    return text("common.days", language, first=day(first, language), last=day(last, language))


def details(values: Mapping[str, str | int | Days], language: Language) -> dict[str, str]:
    """The details of an error or a check, ready for their texts: numbers and days as they are read."""

    def told(name: str, value: str | int | Days) -> str:
        if isinstance(value, Days):
            return days(value.first, value.end - timedelta(days=1), language)
        if isinstance(value, RefusalReason):
            return text(f"refusal.{value}", language)
        return str(value) if isinstance(value, str) or name in _NAMES else number(value, language)

    return {name: told(name, value) for name, value in values.items()}


def period(start: datetime, end: datetime, language: Language) -> str:
    """A half-open period: whole days by their dates, a part of one day by its times."""
    if start.time() == end.time() == time(0) and start < end:
        return days(start.date(), end.date() - timedelta(days=1), language)
    if start.date() == end.date():
        times = {"first": f"{start:%H:%M}", "last": f"{end:%H:%M}"}
        return text("common.times", language, day=day(start, language), **times)
    return text("common.days", language, first=moment(start, language), last=moment(end, language))


def counted(key: str, count: int, language: Language, **more: str) -> str:
    """The text of a key with `{count}`, in its singular `<key>.one` where there is one, in French also where
    there is none."""
    one = count == 1 or (count == 0 and language is Language.FRENCH)
    return text(f"{key}.one" if one else key, language, count=number(count, language), **more)


def gaps(spans: Sequence[Span], language: Language) -> str:
    """How many gaps, and how long together."""
    minutes = sum(gap.end - gap.start for gap in spans) // 60_000
    return counted("history.gaps", len(spans), language, hours=hours(minutes, language))


def hours(minutes: int, language: Language) -> str:
    """Minutes as hours, without their unit; a decimal only where they are not whole."""
    return number(Fraction(minutes, 60), language, 1 if minutes % 60 else 0)


def labelled(name: str | int, value: str, language: Language) -> str:
    """`name: value`; French sets a no-break space before the colon."""
    return f"{name}\u00a0: {value}" if language is Language.FRENCH else f"{name}: {value}"


def listed(items: Iterable[str], language: Language) -> str:
    """`one; other`; French sets a thin space before the semicolon."""
    return (f"{THIN}; " if language is Language.FRENCH else "; ").join(items)
