"""Compares ways of inserting: the same batches into both collections, in turn."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from threading import Event
from typing import Any, Final

import bson
import numpy as np
from pymongo.collection import Collection

from core.jobs import Progress
from core.lab.layouts.build import LOAD
from core.lab.layouts.catalogue import ORDINARY, OWN, Layout
from core.model import Curve, Meter
from core.storage import bson_columns
from core.storage.mongo_errors import explained
from core.storage.scratch import names
from core.storage.store import Store

BATCHES: Final = 16
BATCH: Final = 2_000
WAYS: Final = ("dictionaries", "columns")
"""insert_many of dictionaries, or BSON assembled from columns. Texts: `speed.way.<code>`."""


@dataclass(frozen=True, slots=True)
class Inserted:
    """Readings per second of each batch, inserted in one way into both collections."""

    way: str
    ordinary: tuple[float, ...]
    time_series: tuple[float, ...]

    def as_json(self) -> dict[str, Any]:
        """The medians as JSON values."""
        return {
            "way": self.way,
            "ordinary_per_second": round(float(np.median(self.ordinary))),
            "time_series_per_second": round(float(np.median(self.time_series))),
        }


def compare(
    store: Store,
    meter: Meter,
    curve: Curve,
    *,
    stop: Event,
    progress: Callable[[Progress], None] = lambda _: None,
    batches: int = BATCHES,
    batch: int = BATCH,
) -> list[Inserted]:
    """Insert in each way into two new collections, batch by batch in alternating order.

    Uses as many readings of the curve as the batches need, or fewer if it has fewer. The collections are
    dropped.
    """
    parts = [curve.select(slice(at, at + batch)) for at in range(0, min(len(curve), batches * batch), batch)]
    results: list[Inserted] = []
    for way in WAYS:
        if stop.is_set():
            break
        progress(Progress(len(results) * len(curve), len(WAYS) * len(curve), source=f"insert-{way}"))
        with explained(), names() as new_name:
            results.append(_compare(store, meter, parts, way, new_name))
    return results


def _compare(
    store: Store, meter: Meter, parts: list[Curve], way: str, new_name: Callable[[str], str]
) -> Inserted:
    layouts = (ORDINARY, OWN)
    collections = [layout.create(store.database, new_name(layout.code)) for layout in layouts]
    speeds: tuple[list[float], list[float]] = ([], [])
    try:
        for number, part in enumerate(parts):
            for side in (0, 1) if number % 2 else (1, 0):
                seconds = _insert(collections[side], layouts[side], meter, part, way)
                speeds[side].append(len(part) / seconds)
    finally:
        for collection in collections:
            collection.drop()
    return Inserted(way, tuple(speeds[0]), tuple(speeds[1]))


def _insert(collection: Collection[Any], layout: Layout, meter: Meter, part: Curve, way: str) -> float:
    """Seconds from values in memory to the server's acknowledgement."""
    if way == "columns":
        begun = time.perf_counter()
        bson_columns.insert(collection, layout.shape(meter, 1, part), concern=LOAD)
        return time.perf_counter() - begun
    documents = dictionaries(layout, meter, part)
    begun = time.perf_counter()
    collection.with_options(write_concern=LOAD).insert_many(documents, ordered=False)
    return time.perf_counter() - begun


def dictionaries(layout: Layout, meter: Meter, curve: Curve) -> list[dict[str, Any]]:
    """The documents of a layout as Python dictionaries."""
    return [
        document for payload in layout.shape(meter, 1, curve) for document in bson.decode_all(payload.raw)
    ]
