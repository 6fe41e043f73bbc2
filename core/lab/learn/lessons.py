"""Lessons on the visitor's own readings: pipelines as text to copy, with their answers here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from core.errors import InputError
from core.lab.speed.races import examined
from core.model import Meter, Span
from core.paristime import DAY_MS, local, midnight, to_datetime
from core.storage.mongo_errors import explained
from core.storage.mongosh import Written, written
from core.storage.scratch import names
from core.storage.store import Store

ROLL_UP: Final = "daily"
"""Name of the roll-up collection in the text to copy."""
_PARIS: Final = "Europe/Paris"
_SHOWN: Final = 8
_HALF_HOUR_MS: Final = 1_800_000
Match = Mapping[str, Any]
Stages = list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Lesson:
    """One pipeline over the time series collection. Texts: `learn.lesson.<code>`.

    `stages`: made from the match on the meter, the span of its readings, and the name of the collection it
    writes to, if any.
    """

    code: str
    stages: Callable[[Match, Span, str], Stages]
    writes: bool = False
    since: tuple[int, int] = (5, 0)


@dataclass(frozen=True, slots=True)
class Learned:
    """The text of a lesson and its answer.

    `rows`: the first rows of the answer; `documents`, `keys`: what the server examined, None if it does not
    say.
    """

    written: Written
    rows: tuple[Mapping[str, Any], ...]
    documents: int | None
    keys: int | None


def _from(match: Match, start_ms: int) -> dict[str, Any]:
    return {"$match": dict(match) | {"start": {"$gte": to_datetime(start_ms)}}}


_READING: Final = {"$project": {"_id": 0, "start": 1, "watts": 1}}


def _last(match: Match, _span: Span, _target: str) -> Stages:
    return [{"$match": dict(match)}, {"$sort": {"start": -1}}, {"$limit": 1}, _READING]


def _last_bounded(match: Match, span: Span, _target: str) -> Stages:
    return [_from(match, span.end - 2 * DAY_MS), {"$sort": {"start": -1}}, {"$limit": 1}, _READING]


def _fill(match: Match, span: Span, _target: str) -> Stages:
    """The last day, with one half-hour left out so that there is something to fill."""
    first = span.end - DAY_MS
    gap = to_datetime(first + 4 * _HALF_HOUR_MS)
    return [
        _from(match, first),
        {"$match": {"start": {"$ne": gap}}},
        {"$densify": {"field": "start", "range": {"step": 30, "unit": "minute", "bounds": "full"}}},
        {"$fill": {"sortBy": {"start": 1}, "output": {"watts": {"method": "linear"}}}},
        _READING,
    ]


def _window(match: Match, span: Span, _target: str) -> Stages:
    mean = {"$avg": "$watts", "window": {"range": [-24, "current"], "unit": "hour"}}
    return [
        _from(match, span.end - 2 * DAY_MS),
        {"$setWindowFields": {"sortBy": {"start": 1}, "output": {"mean": mean}}},
        {"$project": {"_id": 0, "start": 1, "watts": 1, "mean": {"$round": ["$mean", 1]}}},
        {"$sort": {"start": 1}},
    ]


def _roll_up(match: Match, span: Span, target: str) -> Stages:
    """The last week from a midnight on, as an incomplete day would replace a complete one."""
    first = midnight(local(span.end - 7 * DAY_MS).date())
    day = {"$dateTrunc": {"date": "$start", "unit": "day", "timezone": _PARIS}}
    energy = {"$sum": {"$multiply": ["$watts", "$meter.step"]}}
    return [
        _from(match, first),
        {
            "$group": {
                "_id": {"prm": "$meter.prm", "flow": "$meter.flow", "day": day},
                "watt_minutes": energy,
                "readings": {"$sum": 1},
            }
        },
        {"$merge": {"into": target, "on": "_id", "whenMatched": "replace", "whenNotMatched": "insert"}},
    ]


LESSONS: Final = (
    Lesson("last", _last),
    Lesson("last-bounded", _last_bounded),
    Lesson("fill", _fill, since=(5, 3)),
    Lesson("window", _window),
    Lesson("roll-up", _roll_up, writes=True),
)
BY_CODE: Final = {lesson.code: lesson for lesson in LESSONS}


def learn(store: Store, meter: Meter, lesson: Lesson) -> Learned:
    """Run a lesson on a meter's readings; what it writes is dropped again.

    Raises StorageError, InputError `footprint-empty` if the meter has no readings.
    """
    span = next((one.span for one in store.meters() if one.meter == meter), None)
    if span is None:
        raise InputError("footprint-empty")
    match, series = store.match_time_series(meter), store.time_series
    told = written(series.name, lesson.stages(match, span, ROLL_UP), meter)
    with explained(), names() as new_name:
        target = new_name("roll-up")
        pipeline = lesson.stages(match, span, target)
        if not lesson.writes:
            rows = tuple(series.aggregate(pipeline))
            return Learned(told, rows[:_SHOWN], *examined(series, pipeline))
        try:
            for _ in range(2):  # the second run replaces the same documents
                list(series.aggregate(pipeline))
            rows = tuple(store.database[target].find().sort("_id", 1))
        finally:
            store.database.drop_collection(target)
    return Learned(told, rows[:_SHOWN], None, None)
