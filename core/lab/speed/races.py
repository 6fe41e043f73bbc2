"""Races named queries on both collections: the same pipeline, equal results, times and examined documents."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from threading import Event
from typing import Any, Final

import numpy as np
from pymongo.collection import Collection

from core.errors import StorageError
from core.jobs import Progress
from core.model import Meter, Span
from core.paristime import DAY_MS, to_datetime
from core.storage.mongo_errors import explained
from core.storage.mongosh import Pipeline, Written, written
from core.storage.store import Store

RUNS: Final = 15
EQUAL: Final = 0.05
"""Medians that differ by less count as equal, as a second run may reverse their order."""
WARM_UPS: Final = 2
_ENERGY: Final = {"$sum": {"$multiply": ["$watts", "$meter.step"]}}
_PARIS: Final = "Europe/Paris"


@dataclass(frozen=True, slots=True)
class Query:
    """A query of load curves. Texts: `speed.query.<code>`.

    `stages` follow the match on the meter. `days`: only the last so many. `fleet`: all meters.
    """

    code: str
    stages: list[dict[str, Any]]
    days: int | None = None
    fleet: bool = False

    def pipeline(self, match: Mapping[str, Any], span: Span) -> list[dict[str, Any]]:
        """The pipeline with its match on a meter and the last days of its span."""
        condition = {} if self.fleet else dict(match)
        if self.days:
            condition["start"] = {"$gte": to_datetime(span.end - self.days * DAY_MS)}
        return ([{"$match": condition}] if condition else []) + self.stages


def _truncated(unit: str) -> dict[str, Any]:
    return {"$dateTrunc": {"date": "$start", "unit": unit, "timezone": _PARIS}}


def _part(operator: str) -> dict[str, Any]:
    return {operator: {"date": "$start", "timezone": _PARIS}}


_READING: Final = {"$project": {"_id": 0, "start": 1, "watts": 1}}
QUERIES: Final = (
    Query("history", [{"$sort": {"start": 1}}, _READING]),
    Query("week", [{"$sort": {"start": 1}}, _READING], days=7),
    Query("days", [{"$group": {"_id": _truncated("day"), "watt_minutes": _ENERGY}}, {"$sort": {"_id": 1}}]),
    Query(
        "months", [{"$group": {"_id": _truncated("month"), "watt_minutes": _ENERGY}}, {"$sort": {"_id": 1}}]
    ),
    Query(
        "profile",
        [
            {
                "$group": {
                    "_id": {
                        "weekday": _part("$isoDayOfWeek"),
                        "hour": _part("$hour"),
                        "minute": _part("$minute"),
                    },
                    "watts": {"$sum": "$watts"},
                    "readings": {"$sum": 1},
                }
            },
            {"$sort": {"_id": 1}},
        ],
    ),
    Query("peaks", [{"$sort": {"watts": -1, "start": 1}}, {"$limit": 10}, _READING]),
    Query("last", [{"$sort": {"start": -1}}, {"$limit": 1}, _READING]),
    Query(
        "fleet",
        [
            {
                "$group": {
                    "_id": None,
                    "watt_minutes": _ENERGY,
                    "readings": {"$sum": 1},
                    "peak": {"$max": "$watts"},
                }
            }
        ],
        fleet=True,
    ),
)
BY_CODE: Final = {query.code: query for query in QUERIES}


@dataclass(frozen=True, slots=True)
class Timing:
    """Milliseconds of each run on one collection, and what one run examined there."""

    milliseconds: tuple[float, ...]
    documents: int | None
    keys: int | None

    @property
    def median(self) -> float:
        """Median of the runs in milliseconds."""
        return float(np.median(self.milliseconds))

    @property
    def p95(self) -> float:
        """95th percentile of the runs in milliseconds."""
        return float(np.percentile(self.milliseconds, 95))

    def as_json(self) -> dict[str, Any]:
        """The figures as JSON values."""
        return {
            "median_ms": round(self.median, 3),
            "p95_ms": round(self.p95, 3),
            "runs_ms": [round(one, 3) for one in self.milliseconds],
            "documents_examined": self.documents,
            "keys_examined": self.keys,
        }


@dataclass(frozen=True, slots=True)
class Race:
    """One query on both collections, with equal results. `written`: the query to copy, by side."""

    query: str
    rows: int
    ordinary: Timing
    time_series: Timing
    written: Mapping[str, Written] = field(default_factory=dict)

    @property
    def ratio(self) -> float:
        """How many times faster the time series collection answered (below 1: slower)."""
        return self.ordinary.median / self.time_series.median

    @property
    def slower(self) -> bool:
        """Whether the time series collection is slower by more than EQUAL."""
        return self.ratio < 1 - EQUAL

    @property
    def faster(self) -> bool:
        """Whether the time series collection is faster by more than EQUAL."""
        return self.ratio > 1 + EQUAL

    def as_json(self) -> dict[str, Any]:
        """The figures as JSON values."""
        return {
            "query": self.query,
            "rows": self.rows,
            "ordinary": self.ordinary.as_json(),
            "time_series": self.time_series.as_json(),
        }


def race_all(
    store: Store,
    meter: Meter,
    *,
    stop: Event,
    progress: Callable[[Progress], None],
    runs: int = RUNS,
    queries: tuple[Query, ...] = QUERIES,
) -> Iterator[Race]:
    """Race every query for a meter. Raises StorageError `speed-differs` if the answers differ."""
    span = next(one.span for one in store.meters() if one.meter == meter)
    if span is None:
        return
    for step, query in enumerate(queries):
        if stop.is_set():
            return
        progress(Progress(step * runs, len(queries) * runs, step, len(queries), query.code))
        with explained():
            yield race(store, meter, query, span, runs)


def race(store: Store, meter: Meter, query: Query, span: Span, runs: int = RUNS) -> Race:
    """Warm up, check that the answers are equal, then run alternately on both collections.

    Raises StorageError `speed-differs` if the answers differ.
    """
    sides = {side: (one, query.pipeline(match, span)) for side, one, match in _sides(store, meter)}
    answers = {}
    for side, (collection, pipeline) in sides.items():
        for _ in range(WARM_UPS):
            answers[side] = list(collection.aggregate(pipeline, allowDiskUse=True))
    if answers["ordinary"] != answers["time_series"]:
        raise StorageError("speed-differs", query=query.code)
    times: dict[str, list[float]] = {side: [] for side in sides}
    for run in range(runs):
        for side in sorted(sides, reverse=bool(run % 2)):
            times[side].append(_timed(*sides[side]))
    timings = {
        side: Timing(tuple(times[side]), *examined(collection, pipeline))
        for side, (collection, pipeline) in sides.items()
    }
    return Race(
        query.code,
        len(answers["ordinary"]),
        timings["ordinary"],
        timings["time_series"],
        {side: written(collection.name, pipeline, meter) for side, (collection, pipeline) in sides.items()},
    )


def _sides(store: Store, meter: Meter) -> list[tuple[str, Collection[Any], dict[str, Any]]]:
    return [
        ("ordinary", store.ordinary, store.match(meter)),
        ("time_series", store.time_series, store.match_time_series(meter)),
    ]


def _timed(collection: Collection[Any], pipeline: Pipeline) -> float:
    """Milliseconds until the whole answer has arrived, undecoded, as decoding is the same for both."""
    begun = time.perf_counter()
    for _ in collection.aggregate_raw_batches(pipeline, allowDiskUse=True):
        pass
    return (time.perf_counter() - begun) * 1000


def explain(collection: Collection[Any], pipeline: Pipeline) -> dict[str, Any]:
    """The server's complete plan for a pipeline, after running it once."""
    plan: dict[str, Any] = collection.database.command(
        {
            "explain": {"aggregate": collection.name, "pipeline": pipeline, "cursor": {}},
            "verbosity": "executionStats",
        }
    )
    return plan


def plans(store: Store, meter: Meter, query: Query) -> dict[str, dict[str, Any]]:
    """The plans of a query by side, without the server's address. Raises StorageError."""
    span = next((one.span for one in store.meters() if one.meter == meter), None)
    if span is None:
        return {}
    hidden = ("serverInfo", "serverParameters", "$clusterTime", "operationTime")
    with explained():
        return {
            side: {
                name: part
                for name, part in explain(collection, query.pipeline(match, span)).items()
                if name not in hidden
            }
            for side, collection, match in _sides(store, meter)
        }


def examined(collection: Collection[Any], pipeline: Pipeline) -> tuple[int | None, int | None]:
    """Documents (buckets in a time series collection) and index keys that the server examined.

    None for each if the server does not say.
    """
    plan = explain(collection, pipeline)
    stats = _found(plan, "executionStats") or {}
    return stats.get("totalDocsExamined"), stats.get("totalKeysExamined")


def _found(tree: Any, name: str) -> dict[str, Any] | None:
    """The first sub-document of a name, depth first."""
    children = tree.values() if isinstance(tree, Mapping) else tree if isinstance(tree, list) else ()
    if isinstance(tree, Mapping) and isinstance(tree.get(name), dict):
        return dict(tree[name])
    return next((hit for child in children if (hit := _found(child, name)) is not None), None)
