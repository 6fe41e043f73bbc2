"""What differs between languages besides the texts: one row each.

A new language is a row here and a folder of texts beside this file, named by its code.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Self

THIN: Final = "\u202f"
"""Narrow no-break space."""
WIDE: Final = "\u00a0"
"""No-break space of usual width."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Locale:
    """Formats of numbers, dates and punctuation in a language."""

    name: str
    """Name of the language in that language."""
    decimal: str
    thousands: str
    byte: str
    """Symbol of the byte."""
    singular: frozenset[int]
    """Counts with the singular form."""
    months: tuple[str, ...]
    """January to December, as abbreviated in dates."""
    weekdays: tuple[str, ...]
    """Monday to Sunday."""
    first_of_month: str = "1"
    short_day: str = "{day} {month}"
    day: str = "{day} {month} {year}"
    month: str = "{month} {year}"
    time: str = "%H:%M"
    moment: str = "{day}, {time}"
    colon: str = ": "
    semicolon: str = "; "
    thin_before: str = ""
    """Punctuation with a narrow no-break space before it, where the catalogue has a space."""
    wide_before: str = ""
    wide_after: str = ""
    """Punctuation with a no-break space of usual width before (or after) it."""


class Language(StrEnum):
    """Languages of the interface; the value is the ISO 639-1 code, also in the URL as `lang`."""

    locale: Locale

    def __new__(cls, code: str, *row: Locale) -> Self:
        """A member with its row, which `Language(code)` does not need, as it only looks a member up."""
        one = str.__new__(cls, code)
        one._value_ = code
        (one.locale,) = row
        return one

    ENGLISH = (
        "en",
        Locale(
            name="English",
            decimal=".",
            thousands=THIN,
            byte="B",
            singular=frozenset({1}),
            months=("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
            weekdays=("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
        ),
    )
    FRENCH = (
        "fr",
        Locale(
            name="Français",
            decimal=",",
            thousands=THIN,
            byte="o",
            singular=frozenset({0, 1}),
            months=(
                *("janv.", "févr.", "mars", "avr.", "mai", "juin"),
                *("juil.", "août", "sept.", "oct.", "nov.", "déc."),
            ),
            weekdays=("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"),
            first_of_month="1er",
            time=f"%-H{THIN}h{THIN}%M",
            colon=f"{WIDE}: ",
            semicolon=f"{THIN}; ",
            thin_before=";!?%",
            wide_before=":»",
            wide_after="«",
        ),
    )
