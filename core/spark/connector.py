"""The official connector, with the options that make it exact on time series collections.

Its partitioners make one partition of a time series collection, or none (`$collStats` has no count there). So
it is read as a union of readers, each with a `$match` on meters; see core.spark.lesson for its behaviour.
"""

from __future__ import annotations

import atexit
import re
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache, reduce
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote, unquote

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
"""Inserts only, as a time series collection refuses anything else; w and j, as with the defaults a killed
server loses readings of a successful job; no JSON, which would turn a PRM of zeros into the number 0."""
READ: Final = {
    "partitioner": "com.mongodb.spark.sql.connector.read.partitioner.SinglePartitionPartitioner",
    "aggregation.allowDiskUse": "true",
}
READINGS: Final = "start timestamp, meter struct<prm: string, flow: string, step: int, g: bigint>, watts int"
"""Schema of a time series collection; inference finds the same, but has to query the server."""
_ORDINARY: Final = "start timestamp, meter struct<prm: string, flow: string, step: int>, watts int"
_SOCKET: Final = re.compile(r"(?<=[/@])%2F[^/?@,]+", re.IGNORECASE)
_MOST_METERS: Final = 500
"""Most meters in the `$match` of one reader."""
_ROWS: Final = 20_000


@cache
def _in_small_letters(socket: str) -> str:
    """Path (percent-encoded) of the same socket without capitals.

    Java's driver reads host names in small letters, and takes the path of a socket for one.
    """
    if unquote(socket) == unquote(socket).lower():
        return socket
    folder = Path(tempfile.mkdtemp(prefix="courbe-", dir="/tmp"))  # the usual folder can have capitals
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    link = folder / "mongod.sock"
    link.symlink_to(unquote(socket))
    return quote(str(link), safe="")


def java_uri(uri: SecretStr) -> str:
    """Address with time limits for Java's driver, which else waits 30 s for a server that does not answer.

    Adds the read concern, which cannot be set elsewhere.
    """
    address = _SOCKET.sub(lambda found: _in_small_letters(found[0]), uri.get_secret_value())
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
    """Options that name a collection to the connector. They hold the URI: for Spark only."""
    address = {"connection.uri": java_uri(target.uri), "database": target.database, "collection": collection}
    return address | dict(more)


def save(frame: DataFrame, target: Target, collection: str) -> None:
    """Append a frame to an existing collection, written by the tasks that make its rows.

    An append to a missing collection would make an ordinary one, and an overwrite would turn a time series
    collection into an ordinary one.
    """
    frame.write.format(FORMAT).mode("append").options(**options(target, collection, WRITE)).save()


def rows(frame: DataFrame, curves: Curves, target: Target, base: int | None) -> DataFrame:
    """The frame's meters as documents of the time series collection, or without `base` of the ordinary one.

    In the time series collection each attempt of a task has a generation, counted from `base`. The unique
    index of the ordinary one refuses what an earlier attempt has written, and the connector then fails; so a
    later attempt deletes that first.
    """

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
    """The published readings, in `parts` partitions or more.

    Each partition is a range of meters with its `$match`, and further stages of an aggregation, run by the
    server.
    """
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
