"""The official connector, with the options that make it exact on time series collections.

Its partitioners make one partition of a time series collection, or none (`$collStats` has no count there). So
it is read as a union of readers, each with a `$match` on meters; see core.spark.lesson for all it does.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import reduce
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]
from bson import json_util
from pydantic import SecretStr
from pymongo.errors import PyMongoError

from core.model import Curve, Meter
from core.spark.direct import attempt, tried_before
from core.spark.errors import TaskError
from core.spark.manifest import Published
from core.spark.sources import Curves
from core.spark.target import SECONDS, Target
from core.storage import match, ordinary
from core.storage.mongo_errors import patiently

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

FORMAT: Final = "mongodb"
WRITE: Final = {
    "operationType": "insert",
    "ordered": "false",
    "maxBatchSize": "10000",
    "writeConcern.w": "majority",
    "writeConcern.journal": "true",
    "convertJson": "false",
}
"""Insert, for a time series collection refuses anything else; w and j, for with the defaults a killed server
loses readings of a job that says it succeeded; no JSON, for a PRM of zeros would become the number 0."""
READ: Final = {
    "partitioner": "com.mongodb.spark.sql.connector.read.partitioner.SinglePartitionPartitioner",
    "aggregation.allowDiskUse": "true",
}
READINGS: Final = "start timestamp, meter struct<prm: string, flow: string, step: int, g: bigint>, watts int"
"""Documents of a time series collection; inference by sampling finds the same, and asks the server for it."""
_ORDINARY: Final = "start timestamp, meter struct<prm: string, flow: string, step: int>, watts int"
_MOST_METERS: Final = 500
"""Meters a reader names in its `$match`."""
_ROWS: Final = 20_000


def java_uri(uri: SecretStr) -> str:
    """The address for Java's driver, which else waits 30 s for a server that does not answer. A read concern
    can be said nowhere else."""
    address = uri.get_secret_value()
    wanted = {
        "serverSelectionTimeoutMS": str(SECONDS * 1000),
        "connectTimeoutMS": str(SECONDS * 1000),
        "readConcernLevel": "majority",
    }
    extra = "&".join(f"{k}={v}" for k, v in wanted.items() if f"{k}=".lower() not in address.lower())
    if not extra:
        return address
    if "?" in address:
        return f"{address}{'' if address.endswith(('?', '&')) else '&'}{extra}"
    host = address.split("://", 1)[1]
    return f"{address}{'' if '/' in host else '/'}?{extra}"


def options(target: Target, collection: str, more: Mapping[str, str]) -> dict[str, str]:
    """What names a collection to the connector. Holds the URI: for Spark alone."""
    address = {"connection.uri": java_uri(target.uri), "database": target.database, "collection": collection}
    return address | dict(more)


def save(frame: DataFrame, target: Target, collection: str) -> None:
    """Append a frame to a collection that is there: an append would make an ordinary one of a missing one, an
    overwrite of a time series one. The frame's rows are written by the tasks that make them."""
    frame.write.format(FORMAT).mode("append").options(**options(target, collection, WRITE)).save()


def rows(frame: DataFrame, curves: Curves, target: Target, base: int | None) -> DataFrame:
    """The frame's meters as documents: with a generation for each attempt of a task where `base` is given,
    else those of the ordinary collection. Its unique index refuses what an attempt before has written,
    and the connector then fails: an attempt that is not the first deletes that."""

    def make(batches: Iterable[Any]) -> Iterator[Any]:
        generation = None if base is None else base + attempt()
        for meter, curve in curves(iter(batches)):
            if base is None and tried_before():
                _forget(target, meter)
            for at in range(0, len(curve), _ROWS):
                yield _batch(meter, curve.select(slice(at, at + _ROWS)), generation)

    return frame.mapInArrow(make, _ORDINARY if base is None else READINGS)


def _forget(target: Target, meter: Meter) -> None:
    try:
        with target.open() as fleet:
            patiently(lambda: ordinary.erase(fleet.ordinary, meter))
    except PyMongoError as error:
        raise TaskError.of(error) from None


def _batch(meter: Meter, curve: Curve, generation: int | None) -> Any:
    count = len(curve)
    fields = {
        "prm": pa.array([meter.prm] * count),
        "flow": pa.array([meter.flow.value] * count),
        "step": pa.array(curve.minutes.astype(np.int32)),
    }
    if generation is not None:
        fields["g"] = pa.array(np.full(count, generation, dtype=np.int64))
    columns = {
        "start": pa.array(curve.start * 1000, type=pa.timestamp("us", tz="UTC")),
        "meter": pa.StructArray.from_arrays(list(fields.values()), names=list(fields)),
        "watts": pa.array(curve.watts),
    }
    return pa.RecordBatch.from_arrays(list(columns.values()), names=list(columns))


def read(
    spark: SparkSession,
    target: Target,
    published: Sequence[Published],
    parts: int,
    stages: Sequence[Mapping[str, Any]] = (),
    schema: str = READINGS,
) -> DataFrame:
    """What is published, in `parts` partitions or more: each a range of meters with its `$match`, and further
    stages of an aggregation, pushed down to the server."""
    size = max(1, min(-(-len(published) // parts), _MOST_METERS))
    some = [published[at : at + size] for at in range(0, len(published), size)]
    readers = [
        _reader(spark, target, [{"$match": match.published(_generations(one))}, *stages], schema)
        for one in some
    ]
    return reduce(lambda one, other: one.unionAll(other), readers)


def _reader(
    spark: SparkSession, target: Target, pipeline: Sequence[Mapping[str, Any]], schema: str
) -> DataFrame:
    more = {**READ, "aggregation.pipeline": json_util.dumps(pipeline)}
    given = options(target, target.series, more)
    return spark.read.format(FORMAT).schema(schema).options(**given).load()


def _generations(published: Sequence[Published]) -> dict[Meter, int]:
    return {one.meter: one.generation for one in published}
