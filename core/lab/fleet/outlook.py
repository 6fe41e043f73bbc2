"""Extrapolates both sides to a number of meters and years: bytes, cluster and price."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from core.lab.fleet.forecast import READINGS_A_DAY, Range, ingest_per_second, readings_of
from core.lab.fleet.measure import Fleet
from core.lab.fleet.tiers import Choice, Needs, choose, prices
from core.lab.sides import SIDES, Side

YEARS: Final = 3
COPIES: Final = 3
INDEX_PAGE: Final = 16_384
"""Bytes of an index leaf page, as MongoDB creates it (`leaf_page_max=16k`)."""
RATE: Final = 100_000.0
"""Readings per second that one processor inserts, if that was not measured."""


@dataclass(frozen=True, slots=True)
class Outlook:
    """One side. `node`: bytes of one copy; `memory`: bytes that should stay in memory.

    `low`, `likely` and `high`: the clusters for the ends and the middle of the range.
    """

    side: Side
    readings: float
    node: Range
    memory: float
    ingest: float
    low: Choice
    likely: Choice
    high: Choice


def outlook(fleet: Fleet, meters: int, years: float, rate: float = RATE) -> tuple[Outlook, ...]:
    """Ordinary and time series; empty if the fleet has too few settled sizes.

    `rate`: measured readings per second that one processor inserts. In memory belong the readings of the last
    day, before compression, and the index pages of the next inserts: each meter of an ordinary collection
    adds its keys to a page of its own, unless the whole index is smaller than that; the index of a time
    series collection has one key per bucket and is used as a whole.
    """
    models, counted, indexes = fleet.models(), fleet.uncompressed(), fleet.indexes()
    if models is None or counted is None or indexes is None:
        return ()
    readings, ingest = readings_of(meters, years), ingest_per_second(meters)
    found = []
    for side, on_disk, before, index in zip(SIDES, models, counted, indexes, strict=True):
        node, whole, keys = (one.predict(readings) for one in (on_disk, before, index))
        data = max(before.per_reading - index.per_reading, 0) * meters * READINGS_A_DAY
        memory = min(keys.likely, meters * INDEX_PAGE) + data
        choices = [
            choose(Needs(disk, counts, memory, ingest, rate), prices())
            for disk, counts in (
                (node.low, whole.low),
                (node.likely, whole.likely),
                (node.high, whole.high),
            )
        ]
        found.append(Outlook(side, readings, node, memory, ingest, *choices))
    return tuple(found)
