"""Fleets kept to be explored: how large they are, and dropping them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final

from pymongo.database import Database

from core.lab.footprint import statistics
from core.lab.layouts.catalogue import ORDINARY, ORDINARY_SMALL, TS_HOURS, TS_SMALL, Layout
from core.storage.mongo_errors import explained

FAMILIES: Final = {"plain": (ORDINARY, TS_HOURS), "small": (ORDINARY_SMALL, TS_SMALL)}
"""Creation options, the same on both sides: the server's defaults, or small allocation units with zstd."""
_CODES: Final = "|".join(re.escape(layout.code) for pair in FAMILIES.values() for layout in pair)
_PATTERN: Final = rf"^fleet_([0-9]+)_({_CODES})$"
"""Exactly the names given below: a collection of somebody else's is never taken for a fleet."""


@dataclass(frozen=True, slots=True)
class Kept:
    """One collection of a kept fleet. `bytes`: data and indexes on disk, as at the last checkpoint."""

    collection: str
    layout: str
    meters: int
    bytes: int


def name_of(meters: int, layout: Layout) -> str:
    """The collection that keeps one side of a fleet."""
    return f"fleet_{meters}_{layout.code}"


def kept(database: Database[Any]) -> tuple[Kept, ...]:
    """What kept fleets take, smallest fleet first; also half a fleet whose load was killed."""
    with explained():
        names = database.list_collection_names(filter={"name": {"$regex": _PATTERN}})
        return tuple(
            sorted((_measured(database, name) for name in names), key=lambda one: (one.meters, one.layout))
        )


def drop(database: Database[Any]) -> tuple[Kept, ...]:
    """Drop all kept fleets and nothing else; what they were."""
    found = kept(database)
    with explained():
        for one in found:
            database.drop_collection(one.collection)
    return found


def _measured(database: Database[Any], name: str) -> Kept:
    meters, layout = re.match(_PATTERN, name).groups()  # type: ignore[union-attr]
    stats = statistics(database[name])["storageStats"]
    return Kept(name, layout, int(meters), int(stats["storageSize"]) + int(stats["totalIndexSize"]))
