"""What differs from language to language besides the texts: one row each.

A new language is a row here and a folder of texts beside this file, named by its code.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Self

THIN: Final = "\u202f"
"""A narrow space at which no line breaks."""
WIDE: Final = "\u00a0"
"""A space of usual width at which no line breaks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Locale:
    """How a language writes numbers, dates and punctuation."""

    name: str
    """What the language calls itself."""
    decimal: str
    thousands: str
    byte: str
    """The letter of the unit."""
    singular: frozenset[int]
    """Counts that take the singular."""
    months: tuple[str, ...]
    """January to December, as dates abbreviate them."""
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
    """Marks with a narrow no-break space before them, where the catalogue has a space."""
    wide_before: str = ""
    wide_after: str = ""
    """Marks with a no-break space of usual width before or after them."""


class Language(StrEnum):
    """Languages of the interface; the value is the ISO 639-1 code, also in the URL as `lang`."""

    locale: Locale

    def __new__(cls, code: str, *row: Locale) -> Self:
        """With its row. `Language(code)` finds a member and does not come here: so `row` may be missing."""
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
