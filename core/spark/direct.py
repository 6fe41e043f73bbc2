"""The work of a task that loads meters with the project's column writer, into both collections."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from pymongo.errors import PyMongoError

from core.lab.footprint import Tally
from core.lab.layouts.build import WAVE
from core.model import Curve, Meter
from core.spark import manifest
from core.spark.errors import TaskError
from core.spark.sources import Curves
from core.spark.target import Opened, Target
from core.storage import bson_columns, ordinary
from core.storage.mongo_errors import patiently

NOTHING: Final = "nothing long"
"""Schema of the rows that a task returns. There are none: its results go through an accumulator, see Said."""


@dataclass(frozen=True, slots=True)
class Wrote:
    """A meter that a task wrote. `ordinary`, `series`: its share of the task's seconds, by collection."""

    meter: Meter
    tally: Tally
    ordinary: float
    series: float


class Said:
    """Spark accumulator of what tasks wrote.

    The values of tasks that ended are kept even if their job fails or is cancelled.
    """

    @staticmethod
    def zero(_value: list[Wrote]) -> list[Wrote]:
        """Return an empty list."""
        return []

    @staticmethod
    def addInPlace(one: list[Wrote], other: list[Wrote]) -> list[Wrote]:  # noqa: N802 - Spark's name
        """Return both lists as one."""
        return one + other


@contextmanager
def opened(target: Target, base: int) -> Iterator[Opened]:
    """A task's connection, to write generations from `base` on. TaskError where nobody waits for them."""
    with target.open(manifest.connection(base)) as fleet:
        if not manifest.still_wanted(fleet, base):
            raise TaskError("courbe-stopped:spark-busy:")
        yield fleet


def attempt() -> int:
    """Number of this attempt of this task, unique in the session. RuntimeError outside of a task."""
    from pyspark import TaskContext

    context = TaskContext.get()
    if context is None:
        raise RuntimeError("this runs inside a task only")
    return int(context.taskAttemptId())


def tried_before() -> bool:
    """Whether an earlier attempt of this task may have written something."""
    from pyspark import TaskContext

    context = TaskContext.get()
    return context is not None and context.attemptNumber() > 0


def writer(target: Target, curves: Curves, base: int, said: Any) -> Any:
    """The function for `mapInArrow`: writes what arrives and adds to the accumulator `said`, see Said."""

    def write(batches: Iterator[Any]) -> Iterator[Any]:
        import time

        generation = base + attempt()
        unit = list(curves(batches))
        if not unit:
            return
        try:
            with opened(target, base) as fleet:
                begun = time.perf_counter()
                for meter, curve in unit:
                    patiently(lambda m=meter, c=curve: ordinary.align(fleet.ordinary, m, c))  # type: ignore[misc]
                between = time.perf_counter()
                write_series(fleet, unit, generation)
                ended = time.perf_counter()
        except PyMongoError as error:
            raise TaskError.of(error) from None
        each = (between - begun) / len(unit), (ended - between) / len(unit)
        said.add([Wrote(meter, Tally(len(curve), curve.watt_minutes), *each) for meter, curve in unit])
        yield from ()

    return write


def write_series(fleet: Opened, unit: list[tuple[Meter, Curve]], generation: int) -> None:
    """Write in waves across the unit's meters, one bucket of each at a time, as core.lab.layouts.build does.

    The key of a bucket begins with its time. There is no retry here, as what was written before a fault would
    be there twice.
    """
    for at in range(0, max(len(curve) for _, curve in unit), WAVE):
        payloads = [
            payload
            for meter, curve in unit
            for payload in bson_columns.payload(meter, curve.select(slice(at, at + WAVE)), generation)
        ]
        bson_columns.insert(fleet.series, _joined(payloads))


def _joined(payloads: list[bson_columns.Payload]) -> Iterator[bson_columns.Payload]:
    """Documents of the same length together, so that one command writes many meters."""
    by_length: dict[int, list[bson_columns.Payload]] = {}
    for one in payloads:
        by_length.setdefault(len(one.raw) // max(one.count, 1), []).append(one)
    for some in by_length.values():
        yield bson_columns.Payload(b"".join(one.raw for one in some), sum(one.count for one in some))
