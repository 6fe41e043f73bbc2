"""Compares readings that arrive day by day, as in operation, with the same readings loaded in the best order.

Half-hours of synthetic meters over 90 days, on a separate server that is really restarted. Measured on 6.0: a
bucket that was open when the server stopped, or that the server closed to save memory, is never opened again,
so the next day begins another one. Newer servers (documented, from 7.0) look for a bucket with room and open
it again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from threading import Event
from typing import Any, Final

import numpy as np
from pymongo.collection import Collection

from core.errors import StorageError
from core.jobs import Progress
from core.lab.arrival.throwaway import Throwaway, throwaway
from core.lab.fleet.synthetic import households
from core.lab.footprint import Tally, Usage, tally, usage
from core.lab.layouts.build import LOAD, WAVE
from core.lab.layouts.catalogue import ORDINARY, OWN, Layout
from core.model import Curve, Meter
from core.paristime import day_of
from core.storage import bson_columns, match
from core.storage.mongo_errors import explained

METERS: Final = 20
DAYS: Final = 90
RESTART_DAYS: Final = 7
SCENARIOS: Final = ("best", "daily", "restarts", "crowded", "rewritten")
"""Texts: `arrival.<code>`. `crowded`: between two days of a meter the server closes its bucket, as it does
for more meters than fit its memory. `rewritten`: the crowded ones rewritten, as once a month."""
_IDLE: Final = "timeseriesIdleBucketExpiryMemoryUsageThreshold"
_Fleet = list[tuple[Meter, Curve]]


@dataclass(frozen=True, slots=True)
class Arrival:
    """The result of one scenario. `ordinary`: None if that side does not differ from an earlier scenario."""

    code: str
    ordinary: Usage | None
    time_series: Usage

    @property
    def readings_per_bucket(self) -> float:
        """Mean number of readings in a bucket."""
        return self.time_series.readings / max(self.time_series.buckets or 1, 1)


def arrivals(
    *,
    stop: Event,
    progress: Callable[[Progress], None] = lambda _: None,
    meters: int = METERS,
    days: int = DAYS,
) -> Iterator[Arrival]:
    """Each scenario, verified and measured; ends early once `stop` is set. `Progress.source`: its code.

    Raises StorageError: `lab-differs`, or the reason why no mongod can run here.
    """
    fleet = list(households(meters, days))
    expected = Tally(sum(len(one) for _, one in fleet), sum(one.watt_minutes for _, one in fleet))
    whole = expected.readings * len(SCENARIOS)
    with throwaway() as one, explained():
        crowded: Collection[Any] | None = None
        for step, code in enumerate(SCENARIOS):
            done = step * expected.readings

            def advance(readings: int, before: int = done, at: int = step, code: str = code) -> None:
                progress(Progress(before + readings, whole, at, len(SCENARIOS), code))

            advance(0)
            if code == "rewritten" and crowded is not None:
                series = _rewritten(one.database[crowded.name], fleet)
                plain = None
            else:
                plain, series = _loaded(one, code, fleet, stop, advance)
                crowded = series
            if stop.is_set():
                return
            ordinary = _measured(one, plain.name, expected) if plain is not None else None
            yield Arrival(code, ordinary, _measured(one, series.name, expected))


def _loaded(
    one: Throwaway, code: str, fleet: _Fleet, stop: Event, advance: Callable[[int], None]
) -> tuple[Collection[Any] | None, Collection[Any]]:
    names = [f"{code}_{side}" for side in ("ordinary", "series")]
    with_ordinary = code in ("best", "daily")
    if with_ordinary:
        ORDINARY.create(one.database, names[0])
    OWN.create(one.database, names[1])
    one.set(**{_IDLE: 1 if code in ("best", "crowded") else 100 << 20})
    done = 0
    for number, portion in enumerate(_waves(fleet) if code == "best" else _days(fleet)):
        if stop.is_set():
            break
        if code == "restarts" and number and number % RESTART_DAYS == 0:
            one.restart()
            one.set(**{_IDLE: 100 << 20})
        for meter, curve in portion:
            _insert(one.database[names[1]], OWN, meter, curve)
            if with_ordinary and code != "best":
                _insert(one.database[names[0]], ORDINARY, meter, curve)
        if code == "crowded":
            _crowd(one, number, len(fleet))
        done += sum(len(curve) for _, curve in portion)
        advance(done)
    if code == "best":  # best order for this side: meter after meter
        for meter, curve in fleet:
            _insert(one.database[names[0]], ORDINARY, meter, curve)
    return (one.database[names[0]] if with_ordinary else None), one.database[names[1]]


def _crowd(one: Throwaway, day: int, meters: int) -> None:
    """Insert a reading of each of other meters: a new bucket lets the server close up to three idle ones."""
    others = [{"start": datetime(2026, 1, 1, tzinfo=UTC), "meter": f"{day}-{at}"} for at in range(4 * meters)]
    if not day:
        one.database.create_collection("others", timeseries=OWN.options["timeseries"])
    one.database["others"].insert_many(others)


def _insert(collection: Collection[Any], layout: Layout, meter: Meter, curve: Curve) -> None:
    bson_columns.insert(collection, layout.shape(meter, 1, curve), concern=LOAD)


def _waves(fleet: _Fleet) -> Iterator[_Fleet]:
    """The readings of one bucket of each meter at a time."""
    longest = max(len(curve) for _, curve in fleet)
    for at in range(0, longest, WAVE):
        yield [(meter, curve.select(slice(at, at + WAVE))) for meter, curve in fleet if at < len(curve)]


def _days(fleet: _Fleet) -> Iterator[_Fleet]:
    """One Paris day of each meter at a time; all meters share their half-hours."""
    numbers = day_of(fleet[0][1].start)
    for number in np.unique(numbers):
        chosen = numbers == number
        yield [(meter, curve.select(chosen)) for meter, curve in fleet]


def _rewritten(series: Collection[Any], fleet: _Fleet) -> Collection[Any]:
    """Write each meter as the next generation in the best order, then delete its old buckets."""
    for portion in _waves(fleet):
        for meter, curve in portion:
            bson_columns.insert(series, bson_columns.payload(meter, curve, 2), concern=LOAD)
    for meter, _ in fleet:
        series.delete_many(match.readings(meter, 1))
    return series


def _measured(one: Throwaway, name: str, expected: Tally) -> Usage:
    collection = one.database[name]
    if tally(collection) != expected:
        raise StorageError("lab-differs", layout=name)
    one.database.client.admin.command("fsync")
    return usage(collection, expected.readings)
