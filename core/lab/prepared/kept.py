"""Stores measurements in MongoDB, as small documents that state what they belong to.

One document per measurement, replaced by the next of its kind. It names the server, the machine and its load,
the moment, the readings and the version of each meter's record, so that a page can say "measured on other
readings". If there are none, an example measured on the demo household comes with the application.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any, Final

from bson.int64 import Int64
from pydantic import TypeAdapter, ValidationError

from core.lab.arrival.daily import Arrival
from core.lab.arrival.retention import Retained
from core.lab.fleet.measure import Fleet
from core.lab.footprint import Footprint, server_version
from core.lab.layouts.buckets import Bucket
from core.lab.layouts.build import Built
from core.lab.layouts.limits import Trial
from core.lab.lower_bound import Bound
from core.lab.machine import load, machine
from core.lab.speed.inserts import Inserted
from core.lab.speed.races import Race
from core.model import Meter
from core.paristime import now_ms
from core.storage.mongo_errors import explained
from core.storage.record import Summary, key
from core.storage.store import Store
from core.storage.upkeep.ownership import LABORATORY, RESULT

_EXAMPLE: Final = Path(__file__).with_name("example.json")
_FORMAT: Final = 1


class Kind(StrEnum):
    """The kind of measurement. Texts: `prepare.kind.<value>`."""

    FOOTPRINT = "footprint"
    BOUND = "bound"
    LAYOUTS = "layouts"
    BUCKETS = "buckets"
    LIMITS = "limits"
    SPEED = "speed"
    INSERT = "insert"
    ARRIVAL = "arrival"
    RETENTION = "retention"
    FLEET = "fleet"


OF_A_METER: Final = frozenset({Kind.BUCKETS, Kind.LIMITS, Kind.SPEED, Kind.INSERT})
OF_NOBODY: Final = frozenset({Kind.ARRIVAL, Kind.RETENTION, Kind.FLEET})
"""Measured on synthetic meters, so that no import makes them stale."""
_SHAPES: Final[Mapping[Kind, TypeAdapter[Any]]] = {
    Kind.FOOTPRINT: TypeAdapter(Footprint),
    Kind.BOUND: TypeAdapter(Bound),
    Kind.LAYOUTS: TypeAdapter(tuple[Built, ...]),
    Kind.BUCKETS: TypeAdapter(tuple[Bucket, ...]),
    Kind.LIMITS: TypeAdapter(tuple[Trial, ...]),
    Kind.SPEED: TypeAdapter(tuple[Race, ...]),
    Kind.INSERT: TypeAdapter(tuple[Inserted, ...]),
    Kind.ARRIVAL: TypeAdapter(tuple[Arrival, ...]),
    Kind.RETENTION: TypeAdapter(tuple[Retained, ...]),
    Kind.FLEET: TypeAdapter(Fleet),
}


@dataclass(frozen=True, slots=True)
class Kept:
    """One measurement.

    `made_ms`: UTC ms. `load`: see core.lab.machine. `readings`: number of the household's readings.
    `versions`: versions of the meters' records it was measured on. `example`: it came with the application.
    """

    kind: Kind
    made_ms: int
    server: str
    machine: Mapping[str, str]
    load: float | None
    readings: int
    versions: Mapping[str, int]
    result: Any
    example: bool = False

    def is_stale(self, meters: Sequence[Summary]) -> bool:
        """Whether these readings have changed since."""
        if self.kind in OF_NOBODY:
            return False
        now = _versions(meters)
        return any(now.get(name) != version for name, version in self.versions.items()) or (
            self.kind not in OF_A_METER and now.keys() != self.versions.keys()
        )


def save(store: Store, kind: Kind, result: Any, meter: Meter | None = None) -> Kept:
    """Store a result in place of the previous one. `meter`: of what is measured by meter.

    Raises StorageError.
    """
    meters = _belonging(store.meters(), meter)
    kept = Kept(
        kind,
        now_ms(),
        server_version(store),
        machine(),
        load(),
        sum(one.readings for one in meters),
        {} if kind in OF_NOBODY else _versions(meters),
        result,
    )
    with explained():
        store.database[LABORATORY].replace_one({"_id": _id(kind, meter)}, as_document(kept), upsert=True)
    return kept


def find(store: Store, kind: Kind, meter: Meter | None = None) -> Kept | None:
    """The last result of a kind; None without one, or if another version of this program stored it.

    Raises StorageError.
    """
    with explained():
        document = store.database[LABORATORY].find_one({"_id": _id(kind, meter)})
    return None if document is None else from_document(document)


def forget(store: Store) -> None:
    """Delete all results. Raises StorageError."""
    with explained():
        store.database[LABORATORY].delete_many(RESULT)


@cache
def example() -> Mapping[Kind, Kept]:
    """The results that come with the application, measured on the demo household."""
    documents = json.loads(_EXAMPLE.read_text(encoding="utf-8"))["results"]
    found = (from_document(document, example=True) for document in documents)
    return {one.kind: one for one in found if one is not None}


def as_document(kept: Kept) -> dict[str, Any]:
    """The document that is stored and printed by `prepare --json`, with shortened server statistics."""
    return {
        "format": _FORMAT,
        "kind": kept.kind.value,
        "made_ms": Int64(kept.made_ms),
        "server": kept.server,
        "machine": dict(kept.machine),
        "load": kept.load,
        "readings": kept.readings,
        "versions": dict(kept.versions),
        "result": _slim(_SHAPES[kept.kind].dump_python(kept.result, mode="json")),
    }


def from_document(document: Mapping[str, Any], *, example: bool = False) -> Kept | None:
    """The measurement of a document; None if this version of the program does not know its shape."""
    try:
        kind = Kind(document["kind"])
        if document["format"] != _FORMAT:
            return None
        result = _SHAPES[kind].validate_python(document["result"])
        return Kept(
            kind,
            int(document["made_ms"]),
            document["server"],
            document["machine"],
            document["load"],
            document["readings"],
            document["versions"],
            result,
            example,
        )
    except (KeyError, ValueError, TypeError, ValidationError):
        return None


def _id(kind: Kind, meter: Meter | None) -> str:
    return f"{kind.value}:{key(meter)}" if meter and kind in OF_A_METER else kind.value


def _belonging(meters: Sequence[Summary], meter: Meter | None) -> list[Summary]:
    return [one for one in meters if one.readings and (meter is None or one.meter == meter)]


def _versions(meters: Iterable[Summary]) -> dict[str, int]:
    return {key(one.meter): one.version for one in meters if one.readings}


def _slim(value: Any) -> Any:
    """Without the storage engine's counters, which make up nine tenths of `$collStats`."""
    if isinstance(value, Mapping):
        return {name: _figures(one) if name == "raw" else _slim(one) for name, one in value.items()}
    return [_slim(one) for one in value] if isinstance(value, list) else value


def _figures(raw: Mapping[str, Any]) -> dict[str, Any]:
    stats = raw.get("storageStats", {})
    told: dict[str, Any] = {name: one for name, one in stats.items() if isinstance(one, (int, float))}
    told |= {name: stats[name] for name in ("timeseries", "indexSizes") if name in stats}
    if "timeseries" in told:
        told["timeseries"] = {name: one for name, one in told["timeseries"].items() if name != "bucketsNs"}
    return {"storageStats": told}
