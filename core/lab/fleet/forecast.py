"""From measured fleets to millions of meters: a fixed part, bytes per reading as a range, and cost."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Final

import numpy as np

_PRICES: Final = Path(__file__).with_name("prices.toml")
LINKY_METERS: Final = 37_000_000
READINGS_A_DAY: Final = 48
MARGIN: Final = 0.02
"""The least doubt of an extrapolation, whatever the residuals say."""
_GRAIN: Final = 16_384
"""Bytes by which the difference of two sizes may be off: two files each, which grow by 4 kB."""
INGEST_HOURS: Final = 4
"""A day of readings arrives between 6 and 10 in the morning."""


@dataclass(frozen=True, slots=True)
class Range:
    """A size in bytes that is not known exactly."""

    low: float
    likely: float
    high: float

    def times(self, factor: float) -> Range:
        return Range(self.low * factor, self.likely * factor, self.high * factor)


@dataclass(frozen=True, slots=True)
class Model:
    """`bytes = fixed + per_reading x readings`, fitted on measured sizes.

    `residual`: the largest relative distance of a measurement. `slopes`: least and largest bytes per reading
    between neighbouring measurements, as far as files that grow by whole units let them be known;
    `measured`: the most readings that were; `average`: bytes per reading of these, the fixed part included.
    """

    fixed: float
    per_reading: float
    residual: float
    slopes: tuple[float, float]
    measured: int
    average: float

    def predict(self, readings: float) -> Range:
        """One node's bytes. Beyond what was measured the range opens by the slopes and the residual, and up
        to what a reading took in the largest fleet, fixed part included."""
        likely = self.fixed + self.per_reading * readings
        doubt = max(self.residual, MARGIN)
        low = max(min(self.slopes[0], self.per_reading), 0.0) * readings
        high = self.fixed + max(self.slopes[1], self.per_reading, self.average) * readings
        return Range(min(low, likely) * (1 - doubt), likely, max(high, likely) * (1 + doubt))


def fit(readings: Sequence[int], sizes: Sequence[int]) -> Model:
    """Least squares of relative errors, so that small fleets count as much. ValueError below two sizes."""
    if len(readings) < 2 or len(set(readings)) < 2:
        raise ValueError("a line needs two measurements")
    x, y = np.array(readings, dtype=np.float64), np.array(sizes, dtype=np.float64)
    order = np.argsort(x)
    x, y = x[order], y[order]
    weighted = np.column_stack([1 / y, x / y])
    (fixed, slope), *_ = np.linalg.lstsq(weighted, np.ones(len(y)), rcond=None)
    if fixed < 0:  # a file has no negative floor
        fixed, slope = 0.0, float(np.dot(x / y, np.ones(len(y))) / np.dot(x / y, x / y))
    # the slopes between the largest fleets say most about still larger ones
    slopes, grain = (np.diff(y) / np.diff(x))[-2:], _GRAIN / float(x[-1] - x[-2])
    between = float(slopes.min()) - grain, float(slopes.max()) + grain
    residual = float(np.max(np.abs((fixed + slope * x) / y - 1)))
    return Model(float(fixed), float(slope), residual, between, int(x[-1]), float(y[-1] / x[-1]))


@dataclass(frozen=True, slots=True)
class Tier:
    """An Atlas cluster of three nodes: price an hour, disk it comes with and may grow to, in GB a node.

    `uncompressed`: its limit counts data before compression, plus indexes, and not what lies on the disk.
    """

    name: str
    hour: float
    included_gb: float
    largest_gb: float
    uncompressed: bool = False


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
class Cost:
    """The cheapest clusters that hold so many bytes: tier, shards, GB a node, price a month."""

    tier: str
    shards: int
    gb: float
    month: float


@cache
def prices() -> Prices:
    """The dated price list."""
    table = tomllib.loads(_PRICES.read_text(encoding="utf-8"))
    tiers = tuple(Tier(**tier) for tier in table.pop("tier"))
    return Prices(**table, tiers=tiers)


def cost(node_bytes: float, listed: Prices, uncompressed_bytes: float = 0.0) -> Cost:
    """What the storage asks for and costs a month; computing power is not in it. Three nodes are in the
    price. Beyond the largest disk, as many shards as it takes. `uncompressed_bytes`: data before compression
    and indexes, which the smallest tiers count instead."""
    gb = node_bytes / 1e9 / listed.fill
    counted = max(gb, uncompressed_bytes / 1e9 / listed.fill)
    shards = max(1, math.ceil(gb / listed.shard_gb))
    each = gb / shards
    offers = []
    for tier in listed.tiers:
        asked = counted if tier.uncompressed else each
        if asked > tier.largest_gb or (shards > 1 and tier.largest_gb < listed.shard_gb):
            continue
        hour = tier.hour + max(each - tier.included_gb, 0.0) * listed.extra_gb_hour
        offers.append(Cost(tier.name, shards, each, shards * hour * listed.hours_a_month))
    return min(offers, key=lambda offer: offer.month)


def ingest_per_second(meters: int) -> float:
    """Readings a second while a day's readings arrive."""
    return meters * READINGS_A_DAY / (INGEST_HOURS * 3600)


def readings_of(meters: int, years: float) -> float:
    """Half-hourly readings kept."""
    return meters * READINGS_A_DAY * 365.25 * years
