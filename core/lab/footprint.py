"""Size of both collections on disk, measured on the server after a check that they hold equal readings."""

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
"""With fewer readings the fixed size of a file (4 to 36 kB) dominates, and a ratio has little meaning."""
CHECKPOINT_MS: Final = 120_000
"""Time after the last write in ms, twice WiredTiger's checkpoint interval, after which sizes are settled."""


@dataclass(frozen=True, slots=True)
class Tally:
    """Number of readings in a collection and their energy in watt-minutes, counted by the server."""

    readings: int
    watt_minutes: int


@dataclass(frozen=True, slots=True)
class Usage:
    """Size of one collection in bytes.

    `data_bytes`: BSON before the block compressor. `storage_bytes`: its file, of which `free_bytes` are
    unused. `index_bytes`: the files of all indexes, of which `index_free_bytes` are unused.
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
        """`total_bytes` without the free space inside the files, which later readings use."""
        return self.total_bytes - self.unused_bytes

    @property
    def unused_bytes(self) -> int:
        """Free space inside the files.

        The server creates and fills it by itself: an idle collection gains some when other work evicts its
        pages (measured: 36 kB of 1.67 MB).
        """
        return self.free_bytes + self.index_free_bytes

    @property
    def documents(self) -> int:
        """Documents stored: buckets in a time series collection."""
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
        """The figures as JSON values."""
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
        """Whether there are enough readings for a meaningful ratio."""
        return self.time_series.readings >= MEANINGFUL_READINGS

    def as_json(self) -> dict[str, Any]:
        """The figures as JSON values."""
        return {
            "server": self.server,
            "settled": self.settled,
            "ordinary": self.ordinary.as_json(),
            "time_series": self.time_series.as_json(),
        }


def saving(ordinary: float, time_series: float) -> float:
    """The share of the ordinary figure that the time series collection saves; 0 if the figure is 0."""
    return 1 - time_series / ordinary if ordinary else 0.0


def footprint(store: Store, *, settle: bool = True) -> Footprint:
    """Measure both collections.

    `settle` takes a checkpoint first, if the server allows it. Raises InputError `footprint-empty` without
    readings, StorageError `footprint-differs` if the collections differ in count or sum, `footprint-refused`
    if the server hides its statistics.
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
    """Version of the server, for example `6.0.5`."""
    return str(store.database.client.server_info()["version"])


def tally(collection: Collection[Any]) -> Tally:
    """Count and sum of a collection of readings, computed by the server."""
    energy = {"$multiply": ["$watts", "$meter.step"]}
    group = {"$group": {"_id": None, "readings": {"$sum": 1}, "watt_minutes": {"$sum": energy}}}
    rows = list(collection.aggregate([group]))
    return Tally(int(rows[0]["readings"]), int(rows[0]["watt_minutes"])) if rows else Tally(0, 0)


def usage(collection: Collection[Any], readings: int) -> Usage:
    """Size statistics of a collection, ordinary or time series, as reported by the server."""
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
    """The complete `$collStats` of a collection. Raises StorageError `footprint-refused` if it is hidden."""
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
