"""Texts, numbers, dates and sizes in one language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction
from typing import Final

from core.model import DEMO_PRM, Assumption, Days, Meter, RefusalReason, Span
from core.paristime import local
from core.texts.catalogue import catalogue
from core.texts.languages import THIN, Language, Locale

MINUS: Final = "\u2212"
_NAMES: Final = frozenset({"code", "exit"})
"""Details whose number is an identifier, written without thousands separators."""

Number = float | Fraction | Decimal


@dataclass(frozen=True, slots=True)
class Words:
    """One language. What differs between languages is in its row (`Language.locale`)."""

    language: Language = Language.ENGLISH

    @property
    def locale(self) -> Locale:
        """The formats of the language."""
        return self.language.locale

    def text(self, key: str, /, **values: str | int) -> str:
        """The text of a key with its placeholders filled. KeyError for an unknown key."""
        return catalogue(self.language)[key].format_map(values)

    def has(self, key: str) -> bool:
        """Whether there is a text with this key."""
        return key in catalogue(self.language)

    def counted(self, key: str, count: int, /, **more: str) -> str:
        """The text of a key with `{count}`; `<key>.one` for counts with the singular form."""
        one = count in self.locale.singular
        return self.text(f"{key}.one" if one else key, count=self.number(count), **more)

    def number(self, value: Number, decimals: int = 0) -> str:
        """`12 345.6` or `−12 345,6`: rounded half to even, with thousands separators and a true minus sign.

        Zero never has a minus sign.
        """
        exact = (
            Decimal(value.numerator) / value.denominator if isinstance(value, Fraction) else Decimal(value)
        )
        rounded = exact.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_EVEN) + 0
        whole, point, part = f"{rounded:,.{decimals}f}".replace("-", MINUS).partition(".")
        return whole.replace(",", self.locale.thousands) + (self.locale.decimal + part if point else "")

    def typed(self, value: float | Decimal) -> str:
        """All decimals and no thousands separators, as typed by a person and read by a spreadsheet."""
        return str(value).replace(".", self.locale.decimal)

    def quantity(self, value: Number, unit: str, decimals: int = 0) -> str:
        """A number with its unit, joined by a narrow no-break space."""
        return f"{self.number(value, decimals)}{THIN}{unit}"

    def percent(self, share: float, decimals: int = 1) -> str:
        """A share of 1 as a percentage."""
        return self.quantity(share * 100, "%", decimals)

    def kwh(self, watt_minutes: int, decimals: int = 1) -> str:
        """Energy in kWh, from exact watt-minutes."""
        return self.quantity(Fraction(watt_minutes, 60_000), "kWh", decimals)

    def watts(self, value: float) -> str:
        """Power in W."""
        return self.quantity(value, "W")

    def kw(self, watts: float, decimals: int = 1) -> str:
        """Power in kW, from watts."""
        return self.quantity(watts / 1000, "kW", decimals)

    def euros(self, value: Number, decimals: int = 2) -> str:
        """An amount in EUR."""
        return self.quantity(value, "€", decimals)

    def size(self, count: float) -> str:
        """A number of bytes with a decimal unit: B, kB, MB, GB, TB, PB (French: o, ko ...)."""
        value, prefix = float(count), ""
        for larger in ("k", "M", "G", "T", "P"):
            if abs(value) < 1000:
                break
            value, prefix = value / 1000, larger
        decimals = 0 if not prefix or abs(value) >= 100 else 1 if abs(value) >= 10 else 2
        return self.quantity(value, f"{prefix}{self.locale.byte}", decimals)

    def day(self, value: date) -> str:
        """`24 Oct 2022`, `24 oct. 2022`; the first of a month is an ordinal in French: `1er août 2025`."""
        return self._dated(self.locale.day, value)

    def short_day(self, value: date) -> str:
        """A day without its year: `24 Oct`."""
        return self._dated(self.locale.short_day, value)

    def month(self, value: date) -> str:
        """The month of a day: `Oct 2022`."""
        return self._dated(self.locale.month, value)

    def short_month(self, value: date) -> str:
        """The month of a day without its year: `Oct`."""
        return self.locale.months[value.month - 1]

    def _dated(self, pattern: str, value: date) -> str:
        number = self.locale.first_of_month if value.day == 1 else value.day
        return pattern.format(day=number, month=self.short_month(value), year=value.year)

    def weekday(self, number: int) -> str:
        """Name of a weekday; Monday is 0."""
        return self.locale.weekdays[number]

    def time(self, value: datetime) -> str:
        """`18:30`, in the time zone of the value (Paris at the edges)."""
        # the pattern is also Plotly's; Windows has no %-H
        return value.strftime(self.locale.time.replace("%-H", str(value.hour)))

    def moment(self, value: datetime) -> str:
        """`24 Oct 2022, 18:30`, in the time zone of the value."""
        return self.locale.moment.format(day=self.day(value), time=self.time(value))

    def days(self, first: date, last: date, *, capital: bool = False) -> str:
        """From one day to another, both included; a single day alone. `capital`: at the begin of a text."""
        if first == last:
            told = self.day(first)
        else:
            told = self.text("common.days", first=self.day(first), last=self.day(last))
        return told[:1].upper() + told[1:] if capital else told

    def period(self, start: datetime, end: datetime) -> str:
        """A half-open period: whole days by their dates, a part of one day by its times."""
        if start.time() == end.time() == time(0) and start < end:
            return self.days(start.date(), end.date() - timedelta(days=1))
        if start.date() == end.date():
            times = {"first": self.time(start), "last": self.time(end)}
            return self.text("common.times", day=self.day(start), **times)
        return self.text("common.days", first=self.moment(start), last=self.moment(end))

    def hours(self, minutes: int) -> str:
        """Minutes as hours, without unit; with one decimal if they are not whole."""
        return self.number(Fraction(minutes, 60), 1 if minutes % 60 else 0)

    def assumed(self, one: Assumption) -> str:
        """How an ambiguous file was read."""
        return self.text(
            f"assumed.{one.what}",
            rows=self.counted("history.rows", one.count),
            at=self.moment(local(one.at)),
            apart=one.apart,
            minutes=one.minutes,
        )

    def gaps(self, spans: Sequence[Span]) -> str:
        """The number of gaps and their total hours."""
        minutes = sum(gap.end - gap.start for gap in spans) // 60_000
        return self.counted("history.gaps", len(spans), hours=self.hours(minutes))

    def meter(self, meter: Meter) -> str:
        """Name of a meter on screen: the demo household, or the last digits of its PRM, and the flow."""
        name = self.text("common.demo_meter") if meter.prm == DEMO_PRM else meter.masked
        return f"{name} · {self.text(f'common.flow.{meter.flow.value}')}"

    def details(self, values: Mapping[str, str | int | Days]) -> dict[str, str]:
        """The details of an error or a check, formatted for their texts."""

        def told(name: str, value: str | int | Days) -> str:
            if isinstance(value, Days):
                return self.days(value.first, value.last)
            if isinstance(value, RefusalReason):
                return self.text(f"refusal.{value}")
            return str(value) if isinstance(value, str) or name in _NAMES else self.number(value)

        return {name: told(name, value) for name, value in values.items()}

    def labelled(self, name: str | int, value: str) -> str:
        """`name: value`, with the space the language puts before a colon."""
        return f"{name}{self.locale.colon}{value}"

    def listed(self, items: Iterable[str]) -> str:
        """`one; other`, with the space the language puts before a semicolon."""
        return self.locale.semicolon.join(items)


ENGLISH: Final = Words()
"""Default language, also of logs."""
