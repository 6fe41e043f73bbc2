"""Tests on real readings what a time series collection does slower or cannot do."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from threading import Event
from typing import Any, Final

import numpy as np
from pymongo.collection import Collection
from pymongo.errors import BulkWriteError, DuplicateKeyError, OperationFailure

from core.jobs import Progress
from core.lab.layouts.build import LOAD
from core.lab.layouts.catalogue import ORDINARY, OWN, Layout
from core.model import Curve, Meter
from core.paristime import to_datetime
from core.storage import bson_columns, match
from core.storage.mongo_errors import explained
from core.storage.scratch import names
from core.storage.store import Store

RUNS: Final = 15
READINGS: Final = 40_000
_CODES: Final = {20: "IllegalOperation", 72: "InvalidOptions"}


@dataclass(frozen=True, slots=True)
class Trial:
    """One operation tried on both sides. Texts: `laboratory.limits.<code>`.

    Medians in milliseconds, None if the server refuses; `refusal` is then the server's name of the reason.
    `kept_double`: whether each side accepted a second copy of a reading.
    """

    code: str
    ordinary: float | None
    time_series: float | None
    refusal: str = ""
    kept_double: tuple[bool, bool] | None = None

    def as_json(self) -> dict[str, Any]:
        """Its figures as JSON values."""
        return {
            "trial": self.code,
            "ordinary_ms": self.ordinary and round(self.ordinary, 3),
            "time_series_ms": self.time_series and round(self.time_series, 3),
            "refusal": self.refusal,
            "kept_double": self.kept_double,
        }


def trials(
    store: Store,
    meter: Meter,
    *,
    stop: Event | None = None,
    progress: Callable[[Progress], None] = lambda _: None,
) -> list[Trial]:
    """Point look-up, last reading, change of one value, uniqueness, in two collections made for them.

    Ends early once `stop` is set. Raises StorageError.
    """
    curve = store.read(meter)
    curve = curve.select(slice(max(len(curve) - READINGS, 0), None))
    with explained(), names() as new_name:
        ordinary, series = (
            _filled(store, layout, new_name(layout.code), meter, curve) for layout in (ORDINARY, OWN)
        )
        try:
            found: list[Trial] = []
            for step, (code, attempt) in enumerate(_TRIALS.items()):
                if stop and stop.is_set():
                    break
                progress(Progress(step, len(_TRIALS), step, len(_TRIALS), code))
                found.append(attempt(ordinary, series, meter, curve))
            return found
        finally:
            ordinary.drop()
            series.drop()


def _filled(store: Store, layout: Layout, name: str, meter: Meter, curve: Curve) -> Collection[Any]:
    collection = layout.create(store.database, name)
    bson_columns.insert(collection, layout.shape(meter, 1, curve), concern=LOAD)
    return collection


def _median(one: Callable[[], object], other: Callable[[], object]) -> tuple[float, float]:
    """Milliseconds of both, after a warm-up and in turn."""
    times: tuple[list[float], list[float]] = ([], [])
    for run in range(RUNS + 1):
        for side, action in enumerate((one, other)):
            begun = time.perf_counter()
            action()
            if run:
                times[side].append((time.perf_counter() - begun) * 1000)
    return float(np.median(times[0])), float(np.median(times[1]))


def _look_up(ordinary: Collection[Any], series: Collection[Any], meter: Meter, curve: Curve) -> Trial:
    moments = iter(np.random.default_rng(1).choice(curve.start, 4 * RUNS).tolist())

    def find(collection: Collection[Any], generation: int | None = None) -> object:
        which = match.readings(meter, generation)
        return collection.find_one(which | {"start": to_datetime(next(moments))})

    return Trial("look-up", *_median(lambda: find(ordinary), lambda: find(series, 1)))


def _last(ordinary: Collection[Any], series: Collection[Any], meter: Meter, _curve: Curve) -> Trial:
    def find(collection: Collection[Any], generation: int | None = None) -> object:
        return collection.find_one(match.readings(meter, generation), sort=[("start", -1)])

    return Trial("last", *_median(lambda: find(ordinary), lambda: find(series, 1)))


def _change(ordinary: Collection[Any], series: Collection[Any], meter: Meter, curve: Curve) -> Trial:
    """Correct one value with an update, where the server allows it."""
    which = match.readings(meter) | {"start": to_datetime(int(curve.start[len(curve) // 2]))}
    change = {"$inc": {"watts": 2}}
    milliseconds, _ = _median(lambda: ordinary.update_one(which, change), lambda: None)
    try:
        series.update_many(which, change)
    except OperationFailure as failure:
        return Trial("change", milliseconds, None, refusal=_name(failure))
    return Trial("change", milliseconds, _median(lambda: None, lambda: series.update_many(which, change))[1])


def _rewrite(ordinary: Collection[Any], series: Collection[Any], meter: Meter, curve: Curve) -> Trial:
    """Correct one value as this application does.

    An update; in the time series the meter's readings are rewritten as the next generation, and the old ones
    deleted.
    """
    which = match.readings(meter) | {"start": to_datetime(int(curve.start[len(curve) // 3]))}
    generation = iter(range(2, 1_000))

    def rewrite() -> None:
        fresh = next(generation)
        bson_columns.insert(series, bson_columns.payload(meter, curve, fresh), concern=LOAD)
        series.delete_many(match.readings(meter, fresh - 1))

    times = _median(lambda: ordinary.update_one(which, {"$inc": {"watts": 2}}), rewrite)
    return Trial("rewrite", *times)


def _double(ordinary: Collection[Any], series: Collection[Any], meter: Meter, curve: Curve) -> Trial:
    """Insert the same reading a second time."""
    one = curve.select(slice(0, 1))

    def twice(collection: Collection[Any], layout: Layout) -> bool:
        try:
            bson_columns.insert(collection, layout.shape(meter, 1, one), concern=LOAD)
            bson_columns.insert(collection, layout.shape(meter, 1, one), concern=LOAD)
        except (DuplicateKeyError, BulkWriteError):
            return False
        return True

    return Trial("double", None, None, kept_double=(twice(ordinary, ORDINARY), twice(series, OWN)))


_TRIALS: Final = {
    "look-up": _look_up,
    "last": _last,
    "change": _change,
    "rewrite": _rewrite,
    "double": _double,
}


def _name(failure: OperationFailure) -> str:
    """The server's name of an error code; a refused write comes without it."""
    details = failure.details or {}
    return str(details.get("codeName") or _CODES.get(failure.code or 0) or f"code {failure.code}")
