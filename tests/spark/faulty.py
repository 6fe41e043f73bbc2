"""Sources whose workers fail at a given meter: they raise, are killed, or wait to be cancelled."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.lab.fleet.synthetic import meter
from core.model import Curve, Meter
from core.spark.sources import Census, Curves, Synthetic

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

Fault = Callable[[int], None]
"""The fault in an attempt of a task, counted from 0."""


def attempt() -> int:
    """Number of this process's attempt of a task, counted from 0."""
    from pyspark import TaskContext

    task = TaskContext.get()
    assert task is not None
    return task.attemptNumber()


@dataclass(frozen=True, slots=True)
class Faulty:
    """A synthetic fleet with a fault after the readings of meter number `at`."""

    meters: int
    days: int
    at: int
    fault: Fault

    @property
    def fleet(self) -> str:
        return f"d{self.days}"

    def census(self, spark: SparkSession) -> Census:
        return Synthetic(self.meters, self.days).census(spark)

    def portions(self, spark: SparkSession, units: Sequence[Sequence[Meter]]) -> tuple[DataFrame, Curves]:
        frame, curves = Synthetic(self.meters, self.days).portions(spark, units)
        at, fault = meter(self.at), self.fault

        def broken(batches: Iterator[Any]) -> Iterator[tuple[Meter, Curve]]:
            for one, curve in curves(batches):
                yield one, curve
                if one == at:
                    fault(attempt())

        return frame, broken


def raises(attempt: int) -> None:
    """Raise in the first two attempts."""
    if attempt < 2:
        raise RuntimeError("a fault of the test")


def dies(attempt: int) -> None:
    """Kill the worker in the first two attempts."""
    if attempt < 2:
        os.kill(os.getpid(), signal.SIGKILL)


def always_dies(_attempt: int) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def afterwards(fault: Fault, make: Callable[..., Any]) -> Callable[..., Any]:
    """`make`, whose tasks have the fault when they have written everything and not yet said so."""

    def made(*given: Any) -> Callable[[Any], Iterator[Any]]:
        whole = make(*given)

        def task(batches: Any) -> Iterator[Any]:
            rows = list(whole(batches))
            fault(attempt())
            yield from rows

        return task

    return made


@dataclass(frozen=True, slots=True)
class Hangs:
    """From its call of this number on, until it is cancelled; `calls` gets a byte for each."""

    calls: Path
    number: int

    def __call__(self, _attempt: int) -> None:
        with self.calls.open("ab") as file:
            file.write(b".")
        if self.hung():
            time.sleep(600)

    def hung(self) -> bool:
        return self.calls.exists() and self.calls.stat().st_size >= self.number
