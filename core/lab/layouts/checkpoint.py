"""Sizes as on disk, also where a checkpoint may not be forced: then the server's own is waited for."""

from __future__ import annotations

import time
from collections.abc import Callable
from threading import Event
from typing import Any, Final

from pymongo.collection import Collection

from core.lab.footprint import statistics
from core.storage.store import Store

_PATIENCE_SECONDS: Final = 180
"""The server takes a checkpoint 60 s after the last one ended; a busy one may take longer."""
_POLL_SECONDS: Final = 0.5


def settled(
    store: Store, collection: Collection[Any], probe: str, stop: Event, waiting: Callable[[], None]
) -> bool:
    """Whether a checkpoint was taken after the last write to `collection`: forced, or waited for.

    Until then a new collection's file is said to take 4 kB, whatever is in it. `waiting` is told when the
    wait begins; `probe` names a collection that is made for it, and dropped. False when stopped, or in vain.
    """
    return store.settle() or _waited(collection, store.database[probe], stop, waiting)


def _waited(
    collection: Collection[Any], probe: Collection[Any], stop: Event, waiting: Callable[[], None]
) -> bool:
    """A checkpoint that holds what is written to the probe now holds all that was written before."""
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
        while (now := _on_disk(collection)) != before:  # the same checkpoint may still be writing this file
            before = now
            if not resumed():
                return False
        return True
    finally:
        probe.drop()


def _on_disk(collection: Collection[Any]) -> int:
    stats = statistics(collection)["storageStats"]
    return int(stats["storageSize"]) + int(stats["totalIndexSize"])
