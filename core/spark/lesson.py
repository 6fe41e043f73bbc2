"""Behaviour of the official connector on a time series collection, tried on the current server.

All rows are observed: `lesson.json` holds those of the pinned versions, as printed by `python -m core fleet
--engine spark --lesson --json`, and the tests compare it with new ones.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Any, Final

from core.lab.footprint import server_version
from core.lab.layouts.build import Stopped
from core.spark import connector
from core.spark.cluster.jars import connector_version
from core.spark.target import Target
from core.spark.trials import killed, reading, writing
from core.spark.trials.bench import Trial, prepared
from core.storage.mongo_errors import explained
from core.storage.scratch import names, sweep
from core.storage.store import Store

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

_KEPT: Final = Path(__file__).parent / "lesson.json"


@dataclass(frozen=True, slots=True)
class Row:
    """One trial. `command`: the code that shows it.

    Texts: `spark.lesson.<code>`, and of the outcome `spark.outcome.<outcome>` with `values`.
    """

    code: str
    command: str
    outcome: str
    values: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Lesson:
    """All rows, and the versions they were observed on."""

    server: str
    spark: str
    connector: str
    rows: tuple[Row, ...]

    def as_json(self) -> dict[str, Any]:
        """The lesson as JSON values."""
        return asdict(self) | {"rows": [asdict(row) for row in self.rows]}


def kept() -> Lesson:
    """The lesson that comes with Courbe."""
    read = json.loads(_KEPT.read_text(encoding="utf-8"))
    return Lesson(**(read | {"rows": tuple(Row(**row) for row in read["rows"])}))


def teach(spark: SparkSession, target: Target, stop: Event) -> Lesson:
    """Run all trials and delete their collections. Raises Stopped, StorageError."""
    with target.open() as fleet, explained(), names() as new_name:
        sweep(fleet.database)
        bench = prepared(spark, fleet.database, target, new_name)
        rows = []
        for code, (command, trial) in TRIALS.items():
            if stop.is_set():
                raise Stopped
            outcome, values = trial(bench)
            rows.append(Row(code, command, outcome, values))
        version = server_version(Store(fleet.database))
    with target.open() as fleet, explained():
        sweep(fleet.database)
    return Lesson(version, spark.version, connector_version(), tuple(rows))


_R: Final = 'spark.read.format("mongodb").options(**address)'
_W: Final = 'frame.write.format("mongodb").options(**address)'
TRIALS: Final[dict[str, tuple[str, Trial]]] = {
    "read": (f"{_R}.load()", reading.reading({})),
    "read-sample": (
        f'{_R}.option("partitioner", "…SamplePartitioner").load()',
        reading.reading(reading.sized("SamplePartitioner")),
    ),
    "read-size": (
        f'{_R}.option("partitioner", "…PaginateBySizePartitioner").load()',
        reading.reading(reading.sized("PaginateBySizePartitioner")),
    ),
    "read-ordinary": (
        f'{_R}.option("partitioner", "…PaginateBySizePartitioner").load()  # an ordinary collection',
        reading.reading(reading.sized("PaginateBySizePartitioner"), ordinary=True),
    ),
    "read-prm": (
        f'{_R}.option("partitioner", "…PaginateIntoPartitionsPartitioner")'
        '.option("partitioner.options.partition.field", "meter.prm").load()',
        reading.reading(reading.paged("meter.prm")),
    ),
    "read-start": (
        f'{_R}.option("partitioner", "…PaginateIntoPartitionsPartitioner")'
        '.option("partitioner.options.partition.field", "start").load()',
        reading.reading(reading.paged("start")),
    ),
    "read-union": (
        f'{_R}.option("aggregation.pipeline", \'[{{"$match": {{"meter.prm": …}}}}]\').load().unionAll(…)',
        reading.union,
    ),
    "infer": (f"{_R}.load().schema", reading.inferred),
    "filter": (f"{_R}.load().filter(\"meter.prm = '…'\").explain()", reading.pushed),
    "append": (f'{_W}.mode("append").save()', writing.append),
    "append-twice": (f'{_W}.mode("append").save()  # twice', writing.twice),
    "append-id": (f'{_W}.mode("append").save()  # documents with an _id', writing.by_id()),
    "append-same-id": (
        f'{_W}.option("operationType", "insert").option("ignoreDuplicatesOnInsert", "true")'
        '.mode("append").save()  # twice, documents with an _id',
        writing.same_id,
    ),
    "append-absent": (f'{_W}.mode("append").save()  # no collection of that name', writing.absent),
    "overwrite": (f'{_W}.mode("overwrite").save()', writing.overwrite),
    "replace": (
        f'{_W}.option("operationType", "replace").mode("append").save()',
        writing.by_id(operationType="replace"),
    ),
    "update": (
        f'{_W}.option("operationType", "update").mode("append").save()',
        writing.by_id(operationType="update"),
    ),
    "update-only": (
        f'{_W}.option("operationType", "update").option("upsertDocument", "false").mode("append").save()',
        writing.by_id(operationType="update", upsertDocument="false"),
    ),
    "killed": (
        f'{_W}.option("writeConcern.w", "1").mode("append").save()  # then: kill -9 of mongod',
        killed.after({"writeConcern.w": "1"}),
    ),
    "killed-durable": (
        f'{_W}.option("writeConcern.w", "majority").option("writeConcern.journal", "true")'
        '.mode("append").save()  # then: kill -9 of mongod',
        killed.after(dict(connector.WRITE), rounds=1),
    ),
    "json": (f'{_W}.option("convertJson", "any").mode("append").save()', writing.as_json),
    "microseconds": (f'{_W}.mode("append").save()  # start: …00.123456', writing.microseconds),
    "stream": ('spark.readStream.format("mongodb").options(**address).load()', reading.stream),
}
"""The trials by code: the command that shows it, and the function."""
