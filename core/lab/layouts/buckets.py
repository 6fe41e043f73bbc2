"""Reads the buckets that a time series collection stores, and compares granularities."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import bson
from pymongo.errors import OperationFailure

from core.errors import StorageError
from core.lab.layouts.catalogue import TS_HOURS, TS_MINUTES, TS_SECONDS
from core.model import Meter
from core.paristime import to_ms
from core.storage import match
from core.storage.mongo_errors import FORBIDDEN, explained
from core.storage.store import Store

GRANULARITIES: Final = (TS_SECONDS, TS_MINUTES, TS_HOURS)
"""Up to 2, 48 and 1,000 half-hourly readings per bucket, which spans an hour, a day or 30 days."""
_RAW_SINCE: Final = (8, 2)


@dataclass(frozen=True, slots=True)
class Column:
    """One field of a bucket, with its size as stored."""

    name: str
    bytes: int
    compressed: bool


@dataclass(frozen=True, slots=True)
class Bucket:
    """One bucket: times in UTC ms, extreme watts from its control block, sizes in bytes.

    `unpacked_bytes`: size of its readings as single documents.
    """

    version: int
    readings: int
    first: int
    last: int
    least: int
    most: int
    bytes: int
    unpacked_bytes: int
    columns: tuple[Column, ...]
    meta_bytes: int
    control_bytes: int

    @property
    def packed(self) -> bool:
        """Whether its columns are compressed; up to 7.0 those of the newest, open bucket are not."""
        return self.version > 1

    @property
    def rest_bytes(self) -> int:
        """Bytes of its `_id` and the names of all parts."""
        return self.bytes - self.meta_bytes - self.control_bytes - sum(one.bytes for one in self.columns)


def buckets(store: Store, meter: Meter, limit: int = 60) -> list[Bucket]:
    """The newest buckets of a meter, newest first.

    Raises StorageError `buckets-refused` if the user may not read them.
    """
    with explained():
        try:
            found = [_bucket(document) for document in _documents(store, meter, limit)]
        except OperationFailure as failure:
            if failure.code not in FORBIDDEN:
                raise
            raise StorageError("buckets-refused") from None
    return sorted(found, key=lambda one: -one.first)


def raw_bucket(store: Store, meter: Meter) -> dict[str, Any] | None:
    """The second newest bucket of a meter as stored, or the only one; None without any.

    Raises StorageError `buckets-refused` if the user may not read them.
    """
    with explained():
        try:
            found = list(_documents(store, meter, 2))
        except OperationFailure as failure:
            if failure.code not in FORBIDDEN:
                raise
            raise StorageError("buckets-refused") from None
    return dict(found[-1]) if found else None


def _documents(store: Store, meter: Meter, limit: int) -> Iterator[Mapping[str, Any]]:
    """Bucket documents: a collection of their own up to 8.1; read with `rawData` from 8.2 on."""
    name = store.time_series.name
    version = tuple(store.database.client.server_info()["versionArray"][:2])
    where = match.buckets(meter)
    command: dict[str, Any] = {"find": f"system.buckets.{name}", "filter": where}
    if version >= _RAW_SINCE:
        command = {"find": name, "filter": where, "rawData": True}
    command |= {"sort": {"control.min.start": -1}, "limit": limit, "batchSize": limit, "singleBatch": True}
    yield from store.database.command(command)["cursor"]["firstBatch"]


def _bucket(document: Mapping[str, Any]) -> Bucket:
    control, data = document["control"], document["data"]
    version = int(control["version"])
    readings = int(control.get("count") or len(data["start"]))
    columns = tuple(Column(name, _size(values), version > 1) for name, values in data.items())
    one = {"start": control["min"]["start"], "meter": document["meta"], "watts": 0}
    return Bucket(
        version=version,
        readings=readings,
        first=_ms(control["min"]["start"]),
        last=_ms(control["max"]["start"]),
        least=int(control["min"]["watts"]),
        most=int(control["max"]["watts"]),
        bytes=len(bson.encode(document)),
        unpacked_bytes=readings * len(bson.encode(one)),
        columns=columns,
        meta_bytes=_size(document["meta"]),
        control_bytes=_size(control),
    )


def _size(value: Any) -> int:
    """Bytes of a value in BSON, without its name."""
    return len(bson.encode({"v": value})) - 8


def _ms(moment: datetime) -> int:
    return to_ms(moment)
