"""How the connector reads a time series collection."""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce
from typing import TYPE_CHECKING, Any, Final

from bson import json_util

from core.lab.fleet.synthetic import meter
from core.spark import connector
from core.spark.trials.bench import GENERATION, METERS, Bench, Outcome, Trial, failure
from core.storage import match

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

PARTITION_MB: Final = "1"
_PAGES: Final = "com.mongodb.spark.sql.connector.read.partitioner."


def _parts(frame: DataFrame) -> Outcome:
    """How many tasks read a frame, and what they read."""
    return "partitions", {"partitions": frame.rdd.getNumPartitions(), "readings": frame.count()}


def sized(partitioner: str) -> dict[str, str]:
    """Options for several partitions of a collection of this size, as the documentation has it."""
    return {"partitioner": _PAGES + partitioner, "partitioner.options.partition.size": PARTITION_MB}


def paged(by: str) -> dict[str, str]:
    """Options for four pages by a field."""
    return {
        "partitioner": f"{_PAGES}PaginateIntoPartitionsPartitioner",
        "partitioner.options.partition.field": by,
        "partitioner.options.max.number.of.partitions": "4",
    }


def reading(more: Mapping[str, str], *, ordinary: bool = False) -> Trial:
    """Read a collection whole, in one way."""

    def trial(bench: Bench) -> Outcome:
        name = bench.plain if ordinary else bench.filled
        found: list[Outcome] = []
        failed = failure(lambda: found.append(_parts(bench.read(more, schema=not ordinary, name=name))))
        return ("fails", {}) if failed is not None else found[0]

    return trial


def union(bench: Bench) -> Outcome:
    """Read as a union of readers, one a meter."""
    chosen = [meter(number) for number in range(METERS)]
    pipelines = [json_util.dumps([{"$match": match.published({one: GENERATION})}]) for one in chosen]
    readers = [bench.read({"aggregation.pipeline": one}) for one in pipelines]
    return _parts(reduce(lambda one, other: one.unionAll(other), readers))


def inferred(bench: Bench) -> Outcome:
    """Whether sampling finds the fields that were written, and the types they were written with."""
    found = bench.read(schema=False).schema
    inner: Any = found["meter"].dataType
    meter_fields = {field.name: field.dataType.simpleString() for field in inner}
    types = {"prm": "string", "flow": "string", "step": "int", "g": "int"}
    right = meter_fields == types and found["start"].dataType.simpleString() == "timestamp"
    return ("inferred", {}) if right else ("inferred-otherwise", {})


def pushed(bench: Bench) -> Outcome:
    """Filter by a field inside the metaField."""
    filtered = bench.read().filter("meter.prm = '00000000000001'")
    plan = filtered._jdf.queryExecution().toString()
    pushed = "Filter (" not in plan.split("Physical Plan")[-1]
    return "pushed" if pushed else "not-pushed", {"readings": filtered.count()}


def stream(bench: Bench) -> Outcome:
    """Follow changes for one trigger."""
    more = {"change.stream.publish.full.document.only": "true"}
    given = connector.options(bench.target, bench.filled, more)

    def run() -> None:
        frame = bench.spark.readStream.format(connector.FORMAT).schema(connector.READINGS)
        query = frame.options(**given).load().writeStream.format("noop").trigger(processingTime="1 second")
        running = query.start()
        try:
            running.processAllAvailable()
        finally:
            running.stop()

    return ("fails", {}) if failure(run) is not None else ("accepted", {"readings": 0})
