"""Tempo colours, from RTE's public calendar or, if that fails, from a volunteer's server.

RTE answers a season with `{"values": {"2026-01-05": "RED", ...}}`; for a colour that it does not know yet it
adds `"<date>-fallback": "true"`. The second source lists `{dateJour, codeJour, periode}`, a code of 1 blue, 2
white, 3 red, 0 not known yet. Both as seen in November 2026.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from core.sources.open_data.fetch import Publisher


class Colour(StrEnum):
    """Colour of a Tempo day. The value is stored."""

    BLUE = "blue"
    WHITE = "white"
    RED = "red"


_RTE: Final = {"BLUE": Colour.BLUE, "WHITE": Colour.WHITE, "RED": Colour.RED}
_SECOND: Final = {1: Colour.BLUE, 2: Colour.WHITE, 3: Colour.RED}
_FALLBACK: Final = "-fallback"
Colours = Mapping[date, Colour]


@dataclass(frozen=True, slots=True)
class Season:
    """A Tempo season, from 1 September of `year` to 31 August of the next."""

    year: int

    @classmethod
    def of(cls, day: date) -> Season:
        """The season of a day."""
        return cls(day.year - (day.month < 9))

    @property
    def first(self) -> date:
        """The first day."""
        return date(self.year, 9, 1)

    @property
    def end(self) -> date:
        """The first day of the next season."""
        return date(self.year + 1, 9, 1)

    def __str__(self) -> str:
        return f"{self.year}-{self.year + 1}"


def from_rte(publisher: Publisher, season: Season) -> Colours:
    """The colours of a season that RTE knows. SourceError `public-…`."""
    body = publisher.fetch("tempo", {"season": str(season)})
    return publisher.understood(lambda: read_rte(body))


def from_second(publisher: Publisher, season: Season) -> Colours:
    """The colours of a season that the second source knows. SourceError `public-…`."""
    body = publisher.fetch("joursTempo", {"periode[]": str(season)})
    return publisher.understood(lambda: read_second(body))


def read_rte(body: bytes) -> Colours:
    """The known colours in a calendar of RTE. ValueError for anything else."""
    try:
        values = json.loads(body)["values"]
        told = {key: value for key, value in values.items() if not key.endswith(_FALLBACK)}
        guessed = {key.removesuffix(_FALLBACK) for key in values if key.endswith(_FALLBACK)}
        return {date.fromisoformat(day): _RTE[told[day]] for day in told if day not in guessed}
    except (KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError("no calendar of RTE") from error


def read_second(body: bytes) -> Colours:
    """The known colours in a list of the second source. ValueError for anything else."""
    try:
        rows = [(date.fromisoformat(one["dateJour"]), one["codeJour"]) for one in json.loads(body)]
        return {day: _SECOND[code] for day, code in rows if code != 0}
    except (KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError("no list of days") from error
