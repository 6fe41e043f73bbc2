"""Which Atlas cluster a forecast asks for: by disk, by memory and by ingest; the largest need decides.

Atlas gives WiredTiger a quarter of the memory up to M30 and half from M40 on (its documentation, "Cluster
Sizing and Tier Selection"), and names indexes plus what is used often as what should fit there.
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
"""Memory from which half of it is WiredTiger's."""


@dataclass(frozen=True, slots=True)
class Tier:
    """An Atlas cluster of three nodes: price an hour; disk it comes with and may grow to, memory, in GB a
    node; processors a node.

    `uncompressed`: its limit counts data before compression, plus indexes, and not what lies on the disk.
    `operations`: those a second it allows, where it shares a machine. `sharded`: whether a cluster of it may
    have several shards.
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
        """Memory in which indexes and data are kept."""
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
    """What one copy of the data asks of its nodes.

    `disk`: bytes; `uncompressed`: data before compression and indexes; `memory`: bytes of indexes and of the
    data that are used often; `ingest`: readings a second while they arrive; `rate`: those one processor
    takes. A need of 0 is none.
    """

    disk: float
    uncompressed: float = 0.0
    memory: float = 0.0
    ingest: float = 0.0
    rate: float = 1.0


@dataclass(frozen=True, slots=True)
class Cost:
    """The cheapest clusters for some needs: tier, shards, GB of disk a node, price a month."""

    tier: str
    shards: int
    gb: float
    month: float


@dataclass(frozen=True, slots=True)
class Choice:
    """The cluster for all needs together, what each of them alone would take, and which one decides."""

    cost: Cost
    alone: Mapping[str, Cost]

    @property
    def decided(self) -> str:
        """The need whose own cluster is the dearest; of equal ones, the first."""
        return max(self.alone, key=lambda need: (self.alone[need].month, -NEEDS.index(need)))


@cache
def prices() -> Prices:
    """The dated price list."""
    table = tomllib.loads(_PRICES.read_text(encoding="utf-8"))
    tiers = tuple(Tier(**tier) for tier in table.pop("tier"))
    return Prices(**table, tiers=tiers)


def choose(needs: Needs, listed: Prices) -> Choice:
    """The cheapest cluster that meets all needs. Three nodes are in the price."""
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
    """How many of a tier meet the needs; None where it cannot."""
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
