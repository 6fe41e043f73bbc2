"""Fleets kept for exploration: their sizes, and dropping them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final

from pymongo.database import Database

from core.lab.footprint import statistics
from core.lab.layouts.catalogue import ORDINARY, ORDINARY_SMALL, TS_HOURS, TS_SMALL, Layout
from core.storage.mongo_errors import explained

FAMILIES: Final = {"plain": (ORDINARY, TS_HOURS), "small": (ORDINARY_SMALL, TS_SMALL)}
"""Layouts by creation options, which are the same on both sides: defaults, or small units with zstd."""
_CODES: Final = "|".join(re.escape(layout.code) for pair in FAMILIES.values() for layout in pair)
_PATTERN: Final = rf"^fleet_([0-9]+)_({_CODES})$"
"""Only the names of `name_of`, so that a foreign collection is never taken for a fleet."""


@dataclass(frozen=True, slots=True)
class Kept:
    """One collection of a kept fleet. `bytes`: data and indexes on disk, as at the last checkpoint."""

    collection: str
    layout: str
    meters: int
    bytes: int


def name_of(meters: int, layout: Layout) -> str:
    """Name of the collection that keeps one side of a fleet."""
    return f"fleet_{meters}_{layout.code}"


def kept(database: Database[Any]) -> tuple[Kept, ...]:
    """The kept fleets, smallest first; also incomplete ones whose load was killed. Raises StorageError."""
    with explained():
        names = database.list_collection_names(filter={"name": {"$regex": _PATTERN}})
        return tuple(
            sorted((_measured(database, name) for name in names), key=lambda one: (one.meters, one.layout))
        )


def drop(database: Database[Any]) -> tuple[Kept, ...]:
    """Drop all kept fleets and nothing else; returns what was dropped. Raises StorageError."""
    found = kept(database)
    with explained():
        for one in found:
            database.drop_collection(one.collection)
    return found


def _measured(database: Database[Any], name: str) -> Kept:
    meters, layout = re.match(_PATTERN, name).groups()  # type: ignore[union-attr]
    stats = statistics(database[name])["storageStats"]
    return Kept(name, layout, int(meters), int(stats["storageSize"]) + int(stats["totalIndexSize"]))
