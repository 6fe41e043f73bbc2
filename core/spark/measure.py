"""Measures a fleet loaded by Spark with the code of all other measurements."""

from __future__ import annotations

from collections.abc import Callable
from threading import Event

from core.lab.fleet.measure import Size
from core.lab.footprint import Footprint, server_version, usage
from core.lab.layouts.checkpoint import settled
from core.spark.load import Loaded
from core.spark.target import Target
from core.storage.mongo_errors import explained
from core.storage.scratch import names
from core.storage.store import Store


def measure(
    target: Target, loaded: Loaded, stop: Event | None = None, waiting: Callable[[], None] = lambda: None
) -> Size:
    """Both collections after a checkpoint; their readings were counted when they were published.

    `waiting` is called before waiting for a checkpoint that may not be forced.
    """
    readings = sum(one.readings for one in loaded.published)
    with target.open() as fleet, explained(), names() as new_name:
        store = Store(fleet.database)
        on_disk = all(
            settled(store, side, new_name("probe"), stop or Event(), waiting)
            for side in (fleet.ordinary, fleet.series)
        )
        both = Footprint(
            server_version(store), on_disk, usage(fleet.ordinary, readings), usage(fleet.series, readings)
        )
    return Size(len(loaded.published), loaded.census.days, both, (loaded.ordinary, loaded.series))
