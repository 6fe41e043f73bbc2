"""What a job that succeeded leaves behind if mongod is killed right afterwards.

A server of its own is started for it, and killed; nobody else's is touched.
"""

from __future__ import annotations

import os
import signal
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from core.errors import StorageError
from core.lab.fleet.synthetic import households
from core.lab.layouts.catalogue import TS_HOURS
from core.spark import connector
from core.spark.target import Target
from core.spark.trials.bench import Bench, Outcome, Trial
from core.storage import bson_columns
from core.storage.embedded import server
from core.storage.mongo_errors import patiently

_DAYS: Final = 5
_ROUNDS: Final = 20
"""How often it is tried to lose a job's readings: the journal may have been written just before the kill."""
_JOURNAL: Final = "journalCommitInterval=500"
"""ms between two writes of the journal; 100 is usual. What is not in it when mongod is killed is lost."""
_NAME: Final = "killed"


def after(more: Mapping[str, str], *, rounds: int = _ROUNDS) -> Trial:
    """Kill mongod after the job has succeeded, at most `rounds` times, until readings are lost."""

    def trial(bench: Bench) -> Outcome:
        for _ in range(rounds):
            try:
                written, there = _round(bench, more)
            except StorageError:
                return "untried", {}
            if not there:
                return "lost", {"readings": written}
        return "kept", {"readings": there}

    return trial


def _round(bench: Bench, more: Mapping[str, str]) -> tuple[int, int]:
    """Readings that the job wrote, and those the server has once it is back."""
    with tempfile.TemporaryDirectory(prefix="courbe-lesson-") as folder:
        running = server.start(Path(folder), parameters=[_JOURNAL])
        try:
            return _written_and_there(bench, running, more)
        finally:
            running.stop()


def _written_and_there(
    bench: Bench, running: server.EmbeddedServer, more: Mapping[str, str]
) -> tuple[int, int]:
    target = Target(running.uri, "lesson", _NAME)
    with target.open() as fleet:
        series = TS_HOURS.create(fleet.database, _NAME)
        ((one, curve),) = households(1, _DAYS)
        bson_columns.insert(series, bson_columns.payload(one, curve, 1))
        given = connector.options(target, _NAME, {})
        rows = bench.spark.read.format(connector.FORMAT).schema(connector.READINGS).options(**given).load()
        frame = bench.spark.createDataFrame(rows.collect(), connector.READINGS).coalesce(1)
        series.delete_many({})
        fleet.database.client["admin"].command("fsync")
        frame.write.format(connector.FORMAT).mode("append").options(**(given | dict(more))).save()
        if running.pid is not None:
            os.kill(running.pid, signal.SIGKILL)
        running.wait()  # it is started again
        return len(curve), patiently(lambda: sum(1 for _ in series.find({}, {"_id": 1})))
