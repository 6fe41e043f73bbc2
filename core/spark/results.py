"""Stores results of Spark on a fleet as ordinary documents, which the pages read without Spark.

Their `_id`s are natural keys, so that the same result changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from pymongo import ReplaceOne
from pymongo.collection import Collection
from pymongo.database import Database

from core.lab.fleet.measure import Size
from core.lab.footprint import Footprint, Usage
from core.spark.target import PREFIX, durable
from core.storage.mongo_errors import explained, patiently

COLLECTION: Final = f"{PREFIX}results"
_RUN: Final = "run"
_SIDES: Final = ("ordinary", "time_series")
_SIZES: Final = (
    *("readings", "data_bytes", "storage_bytes", "index_bytes", "free_bytes", "index_free_bytes", "buckets"),
)
Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Run:
    """One fleet as loaded and measured. `seconds`: of the whole run; 0 if nothing was left to load."""

    fleet: str
    options: str
    size: Size
    through: str
    workers: int
    seconds: float
    written: int
    spark: str
    connector: str


def results(database: Database[Any]) -> Collection[Any]:
    """The collection of the results."""
    return durable(database)[COLLECTION]


def replace(collection: Collection[Any], fleet: str, names: Iterable[str], documents: list[Document]) -> int:
    """Replace the fleet's documents of these figures; returns the number of changes."""
    mine = {"_id.fleet": fleet, "_id.figure": {"$in": list(names)}}
    old = {"$nor": [{"_id": one["_id"]} for one in documents]}
    gone = patiently(lambda: collection.delete_many(mine | old)).deleted_count
    writes = [ReplaceOne({"_id": one["_id"]}, one, upsert=True) for one in documents]
    done = patiently(lambda: collection.bulk_write(writes, ordered=False))
    return gone + done.upserted_count + done.modified_count


def keep_run(database: Database[Any], run: Run) -> None:
    """Store the measurement of a run; one without anything left to load keeps the earlier times."""
    kept = {
        "_id": {"fleet": run.fleet, "figure": _RUN},
        "options": run.options,
        "meters": run.size.meters,
        "days": run.size.days,
        "server": run.size.footprint.server,
        "settled": run.size.footprint.settled,
        **{side: _figures(getattr(run.size.footprint, side)) for side in _SIDES},
    }
    times = {
        "seconds": run.seconds,
        "seconds_each": list(run.size.seconds),
        "written": run.written,
        "through": run.through,
        "workers": run.workers,
        "spark": run.spark,
        "connector": run.connector,
    }
    collection = results(database)
    with explained():
        before = patiently(lambda: collection.find_one({"_id": kept["_id"]})) or {}
        if not run.written and before:
            times = {name: before[name] for name in times if name in before}
        patiently(lambda: collection.replace_one({"_id": kept["_id"]}, kept | times, upsert=True))


def keep_arrived(
    database: Database[Any], fleet: str, meters: int, days: int, sides: Mapping[str, Usage]
) -> None:
    """Store the size of a collection with its days as they arrived (`before`) and rewritten (`after`)."""
    row = {"_id": {"fleet": fleet, "figure": "arrivals"}, "meters": meters, "days": days}
    row |= {name: _figures(usage) for name, usage in sides.items()}
    with explained():
        patiently(lambda: results(database).replace_one({"_id": row["_id"]}, row, upsert=True))


def _figures(usage: Usage) -> Document:
    return {name: getattr(usage, name) for name in _SIZES} | {"compressor": usage.compressor}


def runs(database: Database[Any]) -> list[Run]:
    """Every fleet that Spark loaded and measured, smallest first. Raises StorageError."""
    with explained():
        found = patiently(lambda: list(results(database).find({"_id.figure": _RUN})))
    return sorted((_run(one) for one in found), key=lambda one: one.size.meters)


def _run(row: Mapping[str, Any]) -> Run:
    sides = [Usage(**row[side]) for side in _SIDES]
    both = Footprint(row["server"], row["settled"], sides[0], sides[1])
    first, second = row["seconds_each"]
    return Run(
        row["_id"]["fleet"],
        row["options"],
        Size(row["meters"], row["days"], both, (first, second)),
        *(row[name] for name in ("through", "workers", "seconds", "written", "spark", "connector")),
    )


def figures(database: Database[Any], fleet: str, figure: str) -> list[Document]:
    """The documents of one figure of a fleet, such as `profile`, by `_id`. Raises StorageError."""
    mine = {"_id.fleet": fleet, "_id.figure": figure}
    with explained():
        return patiently(lambda: list(results(database).find(mine).sort("_id", 1)))


def forget(database: Database[Any], fleet: str) -> None:
    """Delete all results of a fleet. Raises StorageError."""
    with explained():
        patiently(lambda: results(database).delete_many({"_id.fleet": fleet}))
