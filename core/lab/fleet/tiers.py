"""Chooses an Atlas cluster for a forecast by disk, memory and ingest; the largest need decides.

Atlas gives WiredTiger a quarter of the memory up to M30 and half from M40 on (its documentation, "Cluster
Sizing and Tier Selection"), and recommends that indexes and frequently used data fit in it.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Final

_PRICES: Final = Path(__file__).with_name("prices.toml")
NEEDS: Final = ("disk", "memory", "ingest")
_HALF_FROM_GB: Final = 16
"""Memory (GB) from which WiredTiger gets half of it."""


@dataclass(frozen=True, slots=True)
class Tier:
    """An Atlas cluster of three nodes.

    `hour`: price per hour; per node `included_gb` and `largest_gb` of disk, `ram_gb` and `processors`.
    `uncompressed`: its limit counts data before compression plus indexes, not the size on disk. `operations`:
    operations per second that it allows, if it shares a machine. `sharded`: whether it may have several
    shards.
    """

    name: str
    hour: float
    included_gb: float
    largest_gb: float
    ram_gb: float
    processors: float
    uncompressed: bool = False
    operations: float | None = None
    sharded: bool = False

    @property
    def cache_gb(self) -> float:
        """Memory (GB) for indexes and data."""
        return self.ram_gb * (0.5 if self.ram_gb >= _HALF_FROM_GB else 0.25)


@dataclass(frozen=True, slots=True)
class Prices:
    """The price list of `prices.toml`, with its date and source."""

    date: date
    source: str
    currency: str
    hours_a_month: int
    extra_gb_hour: float
    shard_gb: float
    fill: float
    tiers: tuple[Tier, ...]


@dataclass(frozen=True, slots=True)
class Needs:
    """Resources for one copy of the data.

    `disk`: bytes; `uncompressed`: bytes of data before compression and indexes; `memory`: bytes of indexes
    and frequently used data; `ingest`: readings per second while they arrive; `rate`: readings per second
    that one processor inserts. 0: no need.
    """

    disk: float
    uncompressed: float = 0.0
    memory: float = 0.0
    ingest: float = 0.0
    rate: float = 1.0


@dataclass(frozen=True, slots=True)
class Cost:
    """The cheapest clusters for some needs: tier, shards, GB of disk per node, price per month."""

    tier: str
    shards: int
    gb: float
    month: float


@dataclass(frozen=True, slots=True)
class Choice:
    """The cluster for all needs together, the cluster for each need alone, and the deciding need."""

    cost: Cost
    alone: Mapping[str, Cost]

    @property
    def decided(self) -> str:
        """The need whose own cluster is the most expensive; of equal ones, the first."""
        return max(self.alone, key=lambda need: (self.alone[need].month, -NEEDS.index(need)))


@cache
def prices() -> Prices:
    """The dated price list."""
    table = tomllib.loads(_PRICES.read_text(encoding="utf-8"))
    tiers = tuple(Tier(**tier) for tier in table.pop("tier"))
    return Prices(**table, tiers=tiers)


def choose(needs: Needs, listed: Prices) -> Choice:
    """The cheapest cluster that meets all needs. The price includes three nodes."""
    alone = {
        "disk": _cheapest(Needs(needs.disk, needs.uncompressed), listed),
        "memory": _cheapest(Needs(0, memory=needs.memory), listed),
        "ingest": _cheapest(Needs(0, ingest=needs.ingest, rate=needs.rate), listed),
    }
    return Choice(_cheapest(needs, listed), alone)


def _cheapest(needs: Needs, listed: Prices) -> Cost:
    offers = []
    for tier in listed.tiers:
        shards = _shards(needs, tier, listed)
        if shards is None:
            continue
        each = needs.disk / 1e9 / listed.fill / shards
        hour = tier.hour + max(each - tier.included_gb, 0.0) * listed.extra_gb_hour
        offers.append(Cost(tier.name, shards, each, shards * hour * listed.hours_a_month))
    return min(offers, key=lambda offer: (offer.month, offer.shards))


def _shards(needs: Needs, tier: Tier, listed: Prices) -> int | None:
    """Number of shards of a tier that meet the needs; None if it cannot."""
    gb = needs.disk / 1e9 / listed.fill
    counted = needs.uncompressed / 1e9 / listed.fill
    disk = max(gb, counted) if tier.uncompressed else gb
    takes = tier.operations if tier.operations is not None else tier.processors * needs.rate
    shards = max(
        1,
        math.ceil(disk / min(tier.largest_gb, listed.shard_gb)),
        math.ceil(needs.memory / 1e9 / tier.cache_gb),
        math.ceil(needs.ingest / takes),
    )
    return shards if shards == 1 or tier.sharded else None
