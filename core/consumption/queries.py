"""The aggregation behind each view, for both collections.

The views themselves are computed in memory from one read; these show the same question as an aggregation, and
its duration in each collection.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final

from pymongo.collection import Collection

from core.consumption.profiles import Season
from core.consumption.readings import SLOT_MINUTES
from core.model import Days, Meter
from core.paristime import PARIS, midnight, to_datetime
from core.storage import match, mongosh, ordinary
from core.storage import time_series as time_series_collection
from core.storage.mongo_errors import explained
from core.storage.store import Store

_ZONE: Final = PARIS.key
_ENERGY: Final = {"$sum": {"$multiply": ["$watts", "$meter.step"]}}
_Stages = list[dict[str, Any]]


class Query(StrEnum):
    """The question of a view."""

    CURVE = "curve"
    DAYS = "days"
    WEEKS = "weeks"
    MONTHS = "months"
    CARPET = "carpet"
    PROFILE = "profile"
    DURATION = "duration"
    BASE = "base"
    PEAKS = "peaks"


@dataclass(frozen=True, slots=True)
class Timing:
    """Milliseconds of each collection, number of documents, and whether both gave the same answer."""

    ordinary_ms: float
    time_series_ms: float
    documents: int
    same: bool


def stages(query: Query) -> _Stages:
    """The pipeline after the match on meter and days. Energy is in watt-minutes."""
    wall = {"date": "$start", "timezone": _ZONE}
    day = {"$dateTrunc": {"date": "$start", "unit": "day", "timezone": _ZONE}}
    if query is Query.CURVE:
        return [
            {"$sort": {"start": 1}},
            {"$project": {"_id": 0, "start": 1, "minutes": "$meter.step", "watts": 1}},
        ]
    if query in (Query.DAYS, Query.WEEKS, Query.MONTHS):
        unit: dict[str, Any] = {"date": "$start", "unit": query.value[:-1], "timezone": _ZONE}
        if query is Query.WEEKS:
            unit["startOfWeek"] = "monday"
        group = {"_id": {"$dateTrunc": unit}, "watt_minutes": _ENERGY, "minutes": {"$sum": "$meter.step"}}
        return [{"$group": group}, {"$sort": {"_id": 1}}]
    if query is Query.CARPET:
        return [*_half_hours({"day": day}), {"$sort": {"_id.day": 1, "_id.hour": 1, "_id.minute": 1}}]
    if query is Query.PROFILE:
        by_weekday = _half_hours({"weekday": {"$isoDayOfWeek": wall}})
        return [*by_weekday, {"$sort": {"_id.weekday": 1, "_id.hour": 1, "_id.minute": 1}}]
    if query is Query.DURATION:
        return [{"$group": {"_id": "$watts", "minutes": {"$sum": "$meter.step"}}}, {"$sort": {"_id": -1}}]
    if query is Query.BASE:
        return [{"$match": {"$expr": {"$lt": [{"$hour": wall}, 6]}}}, *_low_of_night(day)]
    return [{"$group": {"_id": day, "watts": {"$max": "$watts"}}}, {"$sort": {"_id": 1}}]


def _half_hours(key: dict[str, Any]) -> _Stages:
    """Energy and minutes of each half-hour of the Paris clock, by a key; an hour counts in two of them."""
    wall = {"date": "$start", "timezone": _ZONE}
    begun = {"$subtract": [{"$minute": wall}, {"$mod": [{"$minute": wall}, SLOT_MINUTES]}]}
    halves = {"$cond": [{"$gt": ["$meter.step", SLOT_MINUTES]}, [0, SLOT_MINUTES], [begun]]}
    minutes = {"$min": ["$meter.step", SLOT_MINUTES]}
    group = {
        "_id": {**key, "hour": {"$hour": wall}, "minute": "$minute"},
        "watt_minutes": {"$sum": {"$multiply": ["$watts", minutes]}},
        "minutes": {"$sum": minutes},
    }
    return [{"$set": {"minute": halves}}, {"$unwind": "$minute"}, {"$group": group}]


def _low_of_night(day: dict[str, Any]) -> _Stages:
    """The 10th percentile of the half-hours of each night with at least six of them.

    Without $sortArray, which MongoDB 5.0 lacks.
    """
    rank = {"$round": {"$multiply": [0.1, {"$subtract": [{"$size": "$night"}, 1]}]}}
    return [
        *_half_hours({"day": day}),
        {"$set": {"watts": {"$divide": ["$watt_minutes", "$minutes"]}}},
        {"$sort": {"watts": 1}},
        {"$group": {"_id": "$_id.day", "night": {"$push": "$watts"}}},
        {"$match": {"night.5": {"$exists": True}}},
        {"$project": {"watts": {"$arrayElemAt": ["$night", {"$toInt": rank}]}}},
        {"$sort": {"_id": 1}},
    ]


def _of_season(season: Season) -> _Stages:
    """The match on the months of a season; empty for the whole year."""
    if season is Season.ALL:
        return []
    month = {"$month": {"date": "$start", "timezone": _ZONE}}
    return [{"$match": {"$expr": {"$in": [month, list(season.months)]}}}]


@dataclass(frozen=True, slots=True)
class Asked:
    """A question about a meter: days, their season, and other days in addition."""

    query: Query
    days: Days
    season: Season = Season.ALL
    others: Days | None = None

    @property
    def when(self) -> dict[str, Any]:
        """The match on the days."""
        spans = [
            {"start": {"$gte": _at(days.first), "$lt": _at(days.end)}}
            for days in (self.days, self.others)
            if days
        ]
        return spans[0] if len(spans) == 1 else {"$or": spans}

    @property
    def stages(self) -> _Stages:
        """The pipeline after the match on meter and days."""
        return [*_of_season(self.season), *stages(self.query)]


def written(asked: Asked, meter: Meter, *, time_series: bool) -> str:
    """The aggregation as text for mongosh."""
    name = time_series_collection.COLLECTION if time_series else ordinary.COLLECTION
    pipeline = [{"$match": match.readings(meter) | asked.when}, *asked.stages]
    return mongosh.written(name, pipeline, meter).shell


def _at(day: date) -> datetime:
    """Begin of a Paris day."""
    return to_datetime(midnight(day))


def measure(store: Store, asked: Asked, meter: Meter) -> Timing:
    """Time the question on both collections, after a first run to warm up. Raises StorageError."""
    with explained():
        plain = [{"$match": store.match(meter) | asked.when}, *asked.stages]
        series = [{"$match": store.match_time_series(meter) | asked.when}, *asked.stages]
        _answer(store.ordinary, plain)
        _answer(store.time_series, series)
        one, ordinary_ms = _answer(store.ordinary, plain)
        other, series_ms = _answer(store.time_series, series)
    return Timing(ordinary_ms, series_ms, len(one), one == other)


def _answer(collection: Collection[Any], pipeline: Sequence[dict[str, Any]]) -> tuple[list[Any], float]:
    began = time.perf_counter()
    found = list(collection.aggregate(pipeline))
    return found, (time.perf_counter() - began) * 1000
