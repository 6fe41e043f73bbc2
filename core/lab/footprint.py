"""What both collections cost on disk, measured on the server and verified to hold the same readings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from pymongo.collection import Collection
from pymongo.errors import OperationFailure

from core.errors import InputError, StorageError
from core.paristime import now_ms
from core.storage.mongo_errors import UNAUTHORIZED, explained
from core.storage.store import Store

MEANINGFUL_READINGS: Final = 100_000
"""Below it the fixed costs of a file (4 to 36 kB) dominate, and a ratio says little."""
CHECKPOINT_MS: Final = 120_000
"""WiredTiger checkpoints every 60 s: twice that after the last write, sizes are settled by themselves."""


@dataclass(frozen=True, slots=True)
class Tally:
    """What a collection holds: number of readings and their energy in watt-minutes, counted by the server."""

    readings: int
    watt_minutes: int


@dataclass(frozen=True, slots=True)
class Usage:
    """What one collection takes, in bytes.

    `data_bytes`: BSON before the block compressor. `storage_bytes`: its file, `free_bytes` of which are
    unused inside. `index_bytes`: the files of all indexes, `index_free_bytes` of which are unused.
    """

    readings: int
    data_bytes: int
    storage_bytes: int
    index_bytes: int
    free_bytes: int = 0
    index_free_bytes: int = 0
    buckets: int | None = None
    compressor: str = ""
    allocation_bytes: int = 0
    indexes: Mapping[str, int] = field(default_factory=dict)
    raw: Mapping[str, Any] = field(default_factory=dict)

    @property
    def total_bytes(self) -> int:
        """Data and indexes on disk, free space included."""
        return self.storage_bytes + self.index_bytes

    @property
    def net_bytes(self) -> int:
        """`total_bytes` without the space that is free inside the files, which later readings use."""
        return self.total_bytes - self.unused_bytes

    @property
    def unused_bytes(self) -> int:
        """Free space inside the files. The server makes and fills it by itself: a collection nobody writes to
        gains some when other work drives its pages out of memory (measured: 36 kB of 1.67 MB)."""
        return self.free_bytes + self.index_free_bytes

    @property
    def documents(self) -> int:
        """What is really stored: buckets in a time series collection, documents in any other."""
        return self.buckets if self.buckets is not None else int(self.raw["storageStats"]["count"])

    @property
    def bytes_per_reading(self) -> float:
        """`total_bytes` per reading; 0 without readings."""
        return self.total_bytes / self.readings if self.readings else 0.0

    @property
    def net_per_reading(self) -> float:
        """`net_bytes` per reading; 0 without readings."""
        return self.net_bytes / self.readings if self.readings else 0.0

    def as_json(self) -> dict[str, int | float]:
        figures: dict[str, int | float] = {
            "readings": self.readings,
            "data_bytes": self.data_bytes,
            "storage_bytes": self.storage_bytes,
            "index_bytes": self.index_bytes,
            "total_bytes": self.total_bytes,
            "free_bytes": self.free_bytes,
            "index_free_bytes": self.index_free_bytes,
            "bytes_per_reading": round(self.bytes_per_reading, 4),
        }
        if self.buckets is not None:
            figures["buckets"] = self.buckets
        return figures


@dataclass(frozen=True, slots=True)
class Footprint:
    """Both collections at one moment. `settled`: a checkpoint has been taken since the last write."""

    server: str
    settled: bool
    ordinary: Usage
    time_series: Usage

    @property
    def meaningful(self) -> bool:
        return self.time_series.readings >= MEANINGFUL_READINGS

    def as_json(self) -> dict[str, Any]:
        return {
            "server": self.server,
            "settled": self.settled,
            "ordinary": self.ordinary.as_json(),
            "time_series": self.time_series.as_json(),
        }


def saving(ordinary: float, time_series: float) -> float:
    """The share of the ordinary figure that the time series collection saves; 0 where there is none."""
    return 1 - time_series / ordinary if ordinary else 0.0


def footprint(store: Store, *, settle: bool = True) -> Footprint:
    """Measure both collections.

    `settle` takes a checkpoint first where the server allows it. Raises InputError `footprint-empty`
    without readings, StorageError `footprint-differs` where the collections do not hold the same count and
    sum, `footprint-refused` where the server hides its statistics.
    """
    meters = store.meters()
    if not any(meter.readings for meter in meters):
        raise InputError("footprint-empty")
    checkpointed = store.settle() if settle else False
    aged = now_ms() - max(meter.updated_ms for meter in meters) > CHECKPOINT_MS
    with explained():
        ordinary, time_series = tally(store.ordinary), tally(store.time_series)
        if ordinary != time_series:
            raise StorageError(
                "footprint-differs", ordinary=ordinary.readings, time_series=time_series.readings
            )
        return Footprint(
            server=server_version(store),
            settled=checkpointed or aged,
            ordinary=usage(store.ordinary, ordinary.readings),
            time_series=usage(store.time_series, time_series.readings),
        )


def server_version(store: Store) -> str:
    """For instance `6.0.5`."""
    return str(store.database.client.server_info()["version"])


def tally(collection: Collection[Any]) -> Tally:
    """Count and sum of a collection of readings, on the server."""
    energy = {"$multiply": ["$watts", "$meter.step"]}
    group = {"$group": {"_id": None, "readings": {"$sum": 1}, "watt_minutes": {"$sum": energy}}}
    rows = list(collection.aggregate([group]))
    return Tally(int(rows[0]["readings"]), int(rows[0]["watt_minutes"])) if rows else Tally(0, 0)


def usage(collection: Collection[Any], readings: int) -> Usage:
    """The size statistics of a collection, ordinary or time series, as the server gives them."""
    raw = statistics(collection)
    stats = raw["storageStats"]
    creation = str(stats.get("wiredTiger", {}).get("creationString", ""))
    series = stats.get("timeseries")
    return Usage(
        readings=readings,
        data_bytes=int(stats["size"]),
        storage_bytes=int(stats["storageSize"]),
        index_bytes=int(stats["totalIndexSize"]),
        free_bytes=int(stats.get("freeStorageSize", 0)),
        index_free_bytes=sum(_reusable(details) for details in stats.get("indexDetails", {}).values()),
        buckets=int(series["bucketCount"]) if series is not None else None,
        compressor=_option(creation, "block_compressor"),
        allocation_bytes=_allocation(stats),
        indexes={name: int(size) for name, size in stats.get("indexSizes", {}).items()},
        raw=raw,
    )


def statistics(collection: Collection[Any]) -> dict[str, Any]:
    """The server's own `$collStats`, whole. Raises StorageError `footprint-refused` without the right."""
    try:
        return dict(next(iter(collection.aggregate([{"$collStats": {"storageStats": {}}}]))))
    except OperationFailure as failure:
        if failure.code != UNAUTHORIZED:
            raise
        raise StorageError("footprint-refused") from failure


def _reusable(details: Mapping[str, Any]) -> int:
    return int(details.get("block-manager", {}).get("file bytes available for reuse", 0))


def _allocation(stats: Mapping[str, Any]) -> int:
    block = stats.get("wiredTiger", {}).get("block-manager", {})
    return int(block.get("file allocation unit size", 0))


def _option(creation: str, name: str) -> str:
    for pair in creation.split(","):
        key, _, value = pair.partition("=")
        if key == name:
            return value
    return ""
