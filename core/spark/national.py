"""Estimates the cost of all Linky meters from the measured cost per reading; nothing of it was run."""

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
"""Code, period and key of the cost of each work. Texts: `spark.national.<code>`."""


@dataclass(frozen=True, slots=True)
class Work:
    """Core-hours of one piece of work: `readings x microseconds / 3.6e9`, for client and server."""

    code: str
    readings: int
    client_us: float
    server_us: float

    @property
    def client_hours(self) -> float:
        """Core-hours of the client."""
        return self.readings * self.client_us / _US_AN_HOUR

    @property
    def server_hours(self) -> float:
        """Core-hours of the server."""
        return self.readings * self.server_us / _US_AN_HOUR


@cache
def costs() -> dict[str, Any]:
    """The contents of costs.toml."""
    return tomllib.loads(_COSTS.read_text(encoding="utf-8"))


def work(meters: int = LINKY_METERS) -> tuple[Work, ...]:
    """The work for `meters` meters."""
    found = []
    for code, period, cost in WORK:
        client, server = costs()[cost]
        found.append(Work(code, meters * READINGS_A_DAY * _DAYS[period], client, server))
    return tuple(found)


def disk(meters: int = LINKY_METERS) -> tuple[int, int]:
    """Bytes on one node: the whole history loaded in order, and the daily growth before rewriting."""
    readings = meters * READINGS_A_DAY
    whole = round(readings * _DAYS["all"] * costs()["bytes_in_order"])
    return whole, round(readings * costs()["bytes_daily"])
