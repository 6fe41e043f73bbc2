"""A short recipe for each layout: create, index, insert a day, query, correct a value, retain.

Every step is a list of calls that run unchanged, in this order, on an empty database. The day is one of a
synthetic meter, so that no real PRM is shown.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cache
from typing import Any, Final

import bson
from bson.binary import Binary
from bson.int64 import Int64

from core.lab.fleet.synthetic import households
from core.lab.layouts.catalogue import Family, Layout
from core.lab.learn.calls import Call
from core.model import Curve, Meter

STEPS: Final = ("create", "index", "insert", "query", "correct", "retain")
"""Texts: `learn.step.<code>`."""
KEPT_SECONDS: Final = 3 * 365 * 86_400
_PARIS: Final = "Europe/Paris"
_SERIES: Final = 1
Document = dict[str, Any]


def collection_of(layout: Layout) -> str:
    """Name of the collection in which a recipe builds a layout."""
    return f"learn_{layout.code.replace('-', '_')}"


def recipe(layout: Layout) -> dict[str, list[Call]]:
    """The calls of each step; empty for a step that a layout does not have."""
    return {step: _MAKERS[step](layout) for step in STEPS}


def day_of(layout: Layout) -> list[Document]:
    """A day's documents as the layout stores them, without the `_id` that a driver adds."""
    meter, curve = _day()
    payloads = layout.shape(meter, _SERIES, curve)
    documents = [document for one in payloads for document in bson.decode_all(one.raw)]
    return [
        {name: value for name, value in document.items() if not isinstance(value, bson.ObjectId)}
        for document in documents
    ]


@cache
def _day() -> tuple[Meter, Curve]:
    return next(iter(households(1, 1)))


def _create(layout: Layout) -> list[Call]:
    options = _plain(layout.options)
    return [Call("", "createCollection", [collection_of(layout)], options or None)]


def _index(layout: Layout) -> list[Call]:
    if not layout.index:
        return []
    options = ({"unique": True} if layout.unique else {}) | _plain(layout.index_options)
    return [Call(collection_of(layout), "createIndex", [dict(layout.index)], options or None)]


def _insert(layout: Layout) -> list[Call]:
    return [Call(collection_of(layout), "insertMany", [day_of(layout)])]


def _query(layout: Layout) -> list[Call]:
    """Sum of the half-hours' values by Paris day; the document, if the server cannot read its values."""
    name = collection_of(layout)
    first = day_of(layout)[0]
    value = _path(first, _is_value)
    if value is None:
        return [Call(name, "findOne", [{"_id": first["_id"]}])]
    moment: Any = f"${_path(first, _is_moment)}" if _path(first, _is_moment) else _NUMBERED_MOMENT
    each: Any = {"$sum": f"${value}"} if isinstance(_at(first, value), list) else f"${value}"
    day = {"$dateTrunc": {"date": moment, "unit": "day", "timezone": _PARIS}}
    match = [{"$match": _of_meter(first)}] if _of_meter(first) else []
    group = {"$group": {"_id": day, "total": {"$sum": each}}}
    return [Call(name, "aggregate", [[*match, group, {"$sort": {"_id": 1}}]])]


_NUMBERED_MOMENT: Final = {"$toDate": {"$multiply": [{"$mod": ["$_id", 1 << 32]}, 60_000]}}
"""The moment of a numbered document: minutes in the low 32 bits of its key."""


def _correct(layout: Layout) -> list[Call]:
    name, documents = collection_of(layout), day_of(layout)
    wrong = documents[len(documents) // 2]
    value = _path(wrong, _is_value)
    if layout.family is not Family.TIME_SERIES:
        where = {"_id": wrong["_id"]} if "_id" in wrong else _of_meter(wrong) | _of_moment(wrong)
        if value is None:  # packed: the value is written as a whole
            return [Call(name, "updateOne", [where, {"$set": {"v": wrong["v"]}}])]
        if isinstance(_at(wrong, value), list):
            return [Call(name, "updateOne", [where, {"$set": {f"{value}.24": 500}}])]
        return [Call(name, "updateOne", [where, {"$set": {value: 500}}])]
    assert value is not None  # every time series layout has one
    fresh = [_with(one, value, 500) if one is wrong else one for one in documents]
    old = Call(name, "deleteMany", [_of_meta(layout, documents[0])])
    meta = documents[0].get("meter")
    if not isinstance(meta, Mapping):  # without a generation: delete first, then insert
        return [old, Call(name, "insertMany", [fresh])]
    fresh = [one | {"meter": one["meter"] | {"g": 2}} for one in fresh]
    return [Call(name, "insertMany", [fresh]), old]


def _retain(layout: Layout) -> list[Call]:
    name, first = collection_of(layout), day_of(layout)[0]
    if layout.family is Family.TIME_SERIES:
        return [Call("", "runCommand", [{"collMod": name, "expireAfterSeconds": Int64(KEPT_SECONDS)}])]
    moment = _path(first, _is_moment)
    if moment is None:  # no date for a TTL index: delete a range of keys regularly
        return [Call(name, "deleteMany", [{"_id": {"$lt": Int64(_SERIES << 32)}}])]
    return [Call(name, "createIndex", [{moment: 1}], {"expireAfterSeconds": KEPT_SECONDS})]


_MAKERS: Final[Mapping[str, Callable[[Layout], list[Call]]]] = {
    "create": _create,
    "index": _index,
    "insert": _insert,
    "query": _query,
    "correct": _correct,
    "retain": _retain,
}


def _plain(options: Mapping[str, Any]) -> Document:
    return {name: dict(one) if isinstance(one, Mapping) else one for name, one in options.items()}


def _of_meter(document: Document) -> Document:
    """The condition on the meter; empty if only the key has it."""
    meter = document.get("meter")
    if isinstance(meter, Mapping):
        return {f"meter.{name}": meter[name] for name in ("prm", "flow")}
    if "prm" in document:
        return {"prm": document["prm"]}
    if "m" in document:
        return {"m": document["m"]}
    key = document.get("_id")
    return {"_id.m": key["m"]} if isinstance(key, Mapping) else {}


def _of_moment(document: Document) -> Document:
    path = _path(document, _is_moment)
    return {path: _at(document, path)} if path else {}


def _of_meta(layout: Layout, document: Document) -> Document:
    """A condition on the metaField alone, as MongoDB 6.0 requires for a delete."""
    meta = layout.options["timeseries"]["metaField"]
    if isinstance(document[meta], Mapping):
        return _of_meter(document) | {"meter.g": 1}
    return {meta: document[meta]}


def _path(document: Document, wanted: Callable[[str, Any], bool]) -> str | None:
    """The dotted path of the first matching field."""
    for name, value in document.items():
        if wanted(name, value):
            return name
        if isinstance(value, dict) and (inner := _path(value, wanted)):
            return f"{name}.{inner}"
    return None


def _is_moment(_name: str, value: Any) -> bool:
    return isinstance(value, datetime)


def _is_value(name: str, value: Any) -> bool:
    return name in ("watts", "value", "v", "energy") and not isinstance(value, (bytes, Binary))


def _at(document: Document, path: str) -> Any:
    value: Any = document
    for name in path.split("."):
        value = value[name]
    return value


def _with(document: Document, path: str, value: Any) -> Document:
    assert "." not in path
    return document | {path: value}
