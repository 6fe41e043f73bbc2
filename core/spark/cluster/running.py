"""Runs one Spark action at a time, with progress and cancellation."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from threading import Event, Thread
from typing import TYPE_CHECKING, Final, TypeVar

from core.lab.layouts.build import Stopped
from core.spark.errors import failed

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

T = TypeVar("T")
_POLL_SECONDS: Final = 0.2
_END_SECONDS: Final = 30.0
"""Longest wait for a cancelled action to end; Spark kills its workers after 2 s."""


def run(spark: SparkSession, action: Callable[[], T], stop: Event, advance: Callable[[int], None]) -> T:
    """The result of an action. `advance` gets the number of finished tasks of its last stage.

    Raises Stopped once `stop` is set, after its tasks have ended; other failures as core.spark.errors maps
    them.
    """
    from pyspark.util import InheritableThread

    found: list[T] = []
    errors: list[Exception] = []
    tag = f"courbe-{secrets.token_hex(6)}"

    def work() -> None:
        spark.sparkContext.addJobTag(tag)
        try:
            found.append(action())
        except Exception as error:  # noqa: BLE001 - raised again by the waiting thread
            errors.append(error)
        finally:
            spark.sparkContext.removeJobTag(tag)

    if stop.is_set():
        raise Stopped
    thread: Thread = InheritableThread(target=work, name="spark action", daemon=True)
    thread.start()
    while thread.is_alive():
        thread.join(_POLL_SECONDS)
        if stop.is_set():
            _interrupt(spark, tag, thread)
            raise Stopped
        advance(_tasks_done(spark))
    if errors:
        _await_tasks(spark)
        raise failed(errors[0]) from None
    return found[0]


def _tasks_done(spark: SparkSession) -> int:
    tracker = spark.sparkContext.statusTracker()
    stages = [tracker.getStageInfo(one) for one in tracker.getActiveStageIds()]
    return max((stage.numCompletedTasks for stage in stages if stage), default=0)


def _interrupt(spark: SparkSession, tag: str, thread: Thread) -> None:
    """Cancel repeatedly until the action ends, as a job that has not begun yet is not cancelled.

    Uses the context's tags, because the session's are known only to the thread that set them.
    """
    deadline = time.monotonic() + _END_SECONDS
    while thread.is_alive() and time.monotonic() < deadline:
        spark.sparkContext.cancelJobsWithTag(tag)
        thread.join(_POLL_SECONDS)
    _await_tasks(spark)


def _await_tasks(spark: SparkSession) -> None:
    """Wait until no task runs: one that is being killed may still be writing after its stage has ended."""
    tracker, waiting = spark.sparkContext._jsc.sc().statusTracker(), Event()
    for _ in range(round(_END_SECONDS / _POLL_SECONDS)):
        if not any(executor.numRunningTasks() for executor in tracker.getExecutorInfos()):
            return
        waiting.wait(_POLL_SECONDS)
