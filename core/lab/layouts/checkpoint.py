"""Waits for final sizes on disk if a checkpoint may not be forced."""

from __future__ import annotations

import time
from collections.abc import Callable
from threading import Event
from typing import Any, Final

from pymongo.collection import Collection

from core.lab.footprint import statistics
from core.storage.store import Store

_PATIENCE_SECONDS: Final = 180
"""Longest wait: a checkpoint starts 60 s after the last one ended, later on a busy server."""
_POLL_SECONDS: Final = 0.5


def settled(
    store: Store, collection: Collection[Any], probe: str, stop: Event, waiting: Callable[[], None]
) -> bool:
    """Whether a checkpoint was taken after the last write to `collection`, either forced or awaited.

    Until then the server reports 4 kB for the file of a new collection, whatever it contains. `waiting` is
    called when the wait begins; `probe` names a collection that is created for it and dropped. False when
    stopped or after the longest wait.
    """
    return store.settle() or _waited(collection, store.database[probe], stop, waiting)


def _waited(
    collection: Collection[Any], probe: Collection[Any], stop: Event, waiting: Callable[[], None]
) -> bool:
    """Wait for the checkpoint of a write to the probe, which includes all earlier writes."""
    deadline = time.monotonic() + _PATIENCE_SECONDS

    def resumed() -> bool:
        return not stop.wait(_POLL_SECONDS) and time.monotonic() < deadline

    try:
        probe.database.create_collection(probe.name)
        empty = _on_disk(probe)
        probe.insert_one({"_id": 0})
        waiting()
        while _on_disk(probe) == empty:
            if not resumed():
                return False
        before = 0
        while (now := _on_disk(collection)) != before:  # this checkpoint may still be writing the file
            before = now
            if not resumed():
                return False
        return True
    finally:
        probe.drop()


def _on_disk(collection: Collection[Any]) -> int:
    stats = statistics(collection)["storageStats"]
    return int(stats["storageSize"]) + int(stats["totalIndexSize"])
