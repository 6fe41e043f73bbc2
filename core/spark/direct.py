"""The work of a task that loads meters with the project's column writer, into both collections."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import pyarrow as pa  # type: ignore[import-untyped]
from pymongo.errors import PyMongoError

from core.lab.layouts.build import WAVE
from core.model import Curve, Meter
from core.spark.errors import TaskError
from core.spark.sources import Curves
from core.spark.target import Opened, Target
from core.storage import bson_columns, ordinary
from core.storage.mongo_errors import patiently

TOLD: Final = (
    "prm string, flow string, g long, readings long, watt_minutes long, seconds_o double, seconds_t double"
)
"""Row of a task for each meter it wrote. Energy in watt-minutes."""
_SCHEMA: Final = pa.schema(
    [
        ("prm", pa.string()),
        ("flow", pa.string()),
        ("g", pa.int64()),
        ("readings", pa.int64()),
        ("watt_minutes", pa.int64()),
        ("seconds_o", pa.float64()),
        ("seconds_t", pa.float64()),
    ]
)


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


def writer(target: Target, curves: Curves, base: int) -> Any:
    """The function for `mapInArrow`: writes the meters of a task and yields one row per meter, see TOLD."""

    def write(batches: Iterator[Any]) -> Iterator[Any]:
        import time

        generation = base + attempt()
        unit = list(curves(batches))
        if not unit:
            return
        try:
            with target.open() as fleet:
                begun = time.perf_counter()
                for meter, curve in unit:
                    patiently(lambda m=meter, c=curve: ordinary.align(fleet.ordinary, m, c))  # type: ignore[misc]
                between = time.perf_counter()
                write_series(fleet, unit, generation)
                ended = time.perf_counter()
        except PyMongoError as error:
            raise TaskError.of(error) from None
        share = len(unit)
        rows = [
            {
                "prm": meter.prm,
                "flow": meter.flow.value,
                "g": generation,
                "readings": len(curve),
                "watt_minutes": curve.watt_minutes,
                "seconds_o": (between - begun) / share,
                "seconds_t": (ended - between) / share,
            }
            for meter, curve in unit
        ]
        yield pa.RecordBatch.from_pylist(rows, schema=_SCHEMA)

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
