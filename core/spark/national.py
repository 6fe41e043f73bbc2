"""All Linky meters on paper: what one reading costs here, times how many there are. Nothing of it was run."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from core.lab.fleet.forecast import LINKY_METERS, READINGS_A_DAY

YEARS: Final = 2
_DAYS: Final = {"all": 365 * YEARS, "day": 1, "month": 30}
_US_AN_HOUR: Final = 3_600_000_000
_COSTS: Final = Path(__file__).with_name("costs.toml")
WORK: Final = (
    ("load-direct", "all", "load_direct"),
    ("load-connector", "all", "load_connector"),
    ("arrive", "day", "arrive"),
    ("rewrite", "month", "rewrite"),
    ("profile-rows", "all", "profile_rows"),
    ("profile-pushed", "all", "profile_pushed"),
)
"""Codes of work, over which period, at which cost. Texts: `spark.national.<code>`."""


@dataclass(frozen=True, slots=True)
class Work:
    """Core-hours of one piece of work: `readings x microseconds / 3.6e9`, of the client and of the server."""

    code: str
    readings: int
    client_us: float
    server_us: float

    @property
    def client_hours(self) -> float:
        return self.readings * self.client_us / _US_AN_HOUR

    @property
    def server_hours(self) -> float:
        return self.readings * self.server_us / _US_AN_HOUR


@cache
def costs() -> dict[str, Any]:
    """costs.toml as it stands."""
    return tomllib.loads(_COSTS.read_text(encoding="utf-8"))


def work(meters: int = LINKY_METERS) -> tuple[Work, ...]:
    """What `meters` meters would take."""
    found = []
    for code, period, cost in WORK:
        client, server = costs()[cost]
        found.append(Work(code, meters * READINGS_A_DAY * _DAYS[period], client, server))
    return tuple(found)


def disk(meters: int = LINKY_METERS) -> tuple[int, int]:
    """Bytes on one node: the whole history loaded in order, and what a day adds before it is rewritten."""
    readings = meters * READINGS_A_DAY
    whole = round(readings * _DAYS["all"] * costs()["bytes_in_order"])
    return whole, round(readings * costs()["bytes_daily"])
