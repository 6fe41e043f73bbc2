"""Behaviour of the official connector on a time series collection, tried on the current server.

All rows are observed: `lesson.json` holds those of the pinned versions, as printed by `python -m core fleet
--engine spark --lesson --json`, and the tests compare it with new ones.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from functools import reduce
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Any, Final

from bson import json_util
from pymongo.database import Database

from core.lab.fleet.forecast import READINGS_A_DAY
from core.lab.fleet.synthetic import LAST_DAY, households, meter
from core.lab.footprint import server_version
from core.lab.layouts.build import Stopped
from core.lab.layouts.catalogue import ORDINARY, TS_HOURS
from core.model import Curve, Meter
from core.spark import connector
from core.spark.cluster.jars import connector_version
from core.spark.target import Target
from core.storage import bson_columns, match
from core.storage.mongo_errors import explained
from core.storage.scratch import names, sweep
from core.storage.store import Store

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

_KEPT: Final = Path(__file__).parent / "lesson.json"
METERS: Final = 4
DAYS: Final = 200
"""Enough days for several partitions of PARTITION_MB."""
PARTITION_MB: Final = "1"
FEW_DAYS: Final = 20
"""Number of last days that a trial writes."""
_PAGES: Final = "com.mongodb.spark.sql.connector.read.partitioner."
_GENERATION: Final = 1


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


@dataclass(frozen=True, slots=True)
class Bench:
    """The setting of a trial: equal readings of METERS meters in a time series and an ordinary collection.

    `few_readings`: number of readings a trial writes; `new_name`: makes names of further collections.
    """

    spark: SparkSession
    database: Database[Any]
    target: Target
    filled: str
    plain: str
    few_readings: int
    new_name: Callable[[str], str]

    def read(
        self, more: Mapping[str, str] | None = None, *, schema: bool = True, name: str = ""
    ) -> DataFrame:
        """A frame of a collection (by default the time series one) with the known or an inferred schema."""
        given = connector.options(self.target, name or self.filled, more or {})
        reader = self.spark.read.format(connector.FORMAT)
        return (reader.schema(connector.READINGS) if schema else reader).options(**given).load()

    def few(self) -> DataFrame:
        """The readings that a trial writes."""
        since = LAST_DAY - timedelta(days=FEW_DAYS)
        return self.read().filter(f"start >= '{since} 22:00:00'")

    def empty(self) -> str:
        """Create a time series collection; returns its name."""
        name = self.new_name("trial")
        TS_HOURS.create(self.database, name)
        return name

    def write(self, frame: DataFrame, name: str, mode: str = "append", **more: str) -> None:
        """Write a frame into a collection with the connector."""
        given = connector.options(self.target, name, more)
        frame.write.format(connector.FORMAT).mode(mode).options(**given).save()

    def count(self, name: str) -> int:
        """Number of readings in a collection."""
        return sum(row["n"] for row in self.database[name].aggregate([{"$count": "n"}]))

    def kind(self, name: str) -> str:
        """Type of a collection as MongoDB lists it; `none` if it does not exist."""
        found = list(self.database.list_collections(filter={"name": name}))
        return str(found[0]["type"]) if found else "none"


def teach(spark: SparkSession, target: Target, stop: Event) -> Lesson:
    """Run all trials and delete their collections. Raises Stopped, StorageError."""
    with target.open() as fleet, explained(), names() as new_name:
        sweep(fleet.database)
        bench = _prepared(spark, fleet.database, target, new_name)
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


def _prepared(
    spark: SparkSession, database: Database[Any], target: Target, new_name: Callable[[str], str]
) -> Bench:
    series, plain = (layout.create(database, new_name("lesson")) for layout in (TS_HOURS, ORDINARY))
    for one, curve in curves():
        bson_columns.insert(series, bson_columns.payload(one, curve, _GENERATION))
        bson_columns.insert(plain, bson_columns.payload(one, curve))
    return Bench(
        spark, database, target, series.name, plain.name, METERS * FEW_DAYS * READINGS_A_DAY, new_name
    )


def curves() -> Iterator[tuple[Meter, Curve]]:
    """The readings of the filled collections."""
    return households(METERS, DAYS)


Outcome = tuple[str, dict[str, int]]
Trial = Callable[[Bench], Outcome]


def _parts(frame: DataFrame) -> Outcome:
    """The number of partitions of a frame, and of readings in it."""
    return "partitions", {"partitions": frame.rdd.getNumPartitions(), "readings": frame.count()}


def _sized(partitioner: str) -> dict[str, str]:
    """Options that should give several partitions of a collection of this size, by the documentation."""
    return {"partitioner": _PAGES + partitioner, "partitioner.options.partition.size": PARTITION_MB}


def _refused(action: Callable[[], Any]) -> bool:
    """Whether Spark raises; its message is not kept."""
    from py4j.protocol import Py4JJavaError  # type: ignore[import-untyped]
    from pyspark.errors import PySparkException

    try:
        action()
    except (Py4JJavaError, PySparkException):
        return True
    return False


def _paged(by: str) -> dict[str, str]:
    return {
        "partitioner": f"{_PAGES}PaginateIntoPartitionsPartitioner",
        "partitioner.options.partition.field": by,
        "partitioner.options.max.number.of.partitions": "4",
    }


def _reading(more: Mapping[str, str], *, ordinary: bool = False) -> Trial:
    """A trial that reads a whole collection in one way."""

    def trial(bench: Bench) -> Outcome:
        name = bench.plain if ordinary else bench.filled
        found: list[Outcome] = []
        failed = _refused(lambda: found.append(_parts(bench.read(more, schema=not ordinary, name=name))))
        return ("fails", {}) if failed else found[0]

    return trial


def _union(bench: Bench) -> Outcome:
    chosen = [meter(number) for number in range(METERS)]
    pipelines = [json_util.dumps([{"$match": match.published({one: _GENERATION})}]) for one in chosen]
    readers = [bench.read({"aggregation.pipeline": one}) for one in pipelines]
    return _parts(reduce(lambda one, other: one.unionAll(other), readers))


def _inferred(bench: Bench) -> Outcome:
    """Whether sampling infers the fields and types that were written."""
    found = bench.read(schema=False).schema
    inner: Any = found["meter"].dataType
    meter_fields = {field.name: field.dataType.simpleString() for field in inner}
    types = {"prm": "string", "flow": "string", "step": "int", "g": "int"}
    right = meter_fields == types and found["start"].dataType.simpleString() == "timestamp"
    return ("inferred", {}) if right else ("inferred-otherwise", {})


def _append(bench: Bench) -> Outcome:
    name = bench.empty()
    bench.write(bench.few(), name)
    with_id = bench.database[name].find_one({"_id": {"$exists": True}}) is not None
    stayed = bench.kind(name) == "timeseries"
    return "appended" if stayed and with_id else "other", {"readings": bench.count(name)}


def _twice(bench: Bench) -> Outcome:
    name = bench.empty()
    for _ in range(2):
        bench.write(bench.few(), name)
    return _whether_doubled(bench, name)


def _whether_doubled(bench: Bench, name: str) -> Outcome:
    readings = bench.count(name)
    return "doubled" if readings == 2 * bench.few_readings else "other", {"readings": readings}


def _overwrite(bench: Bench) -> Outcome:
    name = bench.empty()
    bench.write(bench.few(), name, "overwrite")
    return bench.kind(name), {"readings": bench.count(name)}


def _absent(bench: Bench) -> Outcome:
    name = bench.new_name("absent")
    bench.write(bench.few(), name)
    return bench.kind(name), {"readings": bench.count(name)}


def _json(bench: Bench) -> Outcome:
    name = bench.empty()
    bench.write(bench.few().limit(1), name, convertJson="any")
    document = bench.database[name].find_one() or {}
    prm = document.get("meter", {}).get("prm")
    return ("prm-kept", {}) if isinstance(prm, str) else ("prm-number", {"number": int(prm)})


def _microseconds(bench: Bench) -> Outcome:
    name = bench.empty()
    row = (datetime(2025, 1, 1, 0, 0, 0, 123456, tzinfo=UTC), ("0", "consumption", 30, 1), 1)
    bench.write(bench.spark.createDataFrame([row], connector.READINGS), name)
    document = bench.database[name].find_one() or {}
    return "cut", {"microseconds": document["start"].microsecond}


def _pushed(bench: Bench) -> Outcome:
    filtered = bench.read().filter("meter.prm = '00000000000001'")
    plan = filtered._jdf.queryExecution().toString()
    pushed = "Filter (" not in plan.split("Physical Plan")[-1]
    return "pushed" if pushed else "not-pushed", {"readings": filtered.count()}


def _stream(bench: Bench) -> Outcome:
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

    return ("fails", {}) if _refused(run) else ("accepted", {"readings": 0})


_R: Final = 'spark.read.format("mongodb").options(**address)'
_W: Final = 'frame.write.format("mongodb").options(**address)'
TRIALS: Final[dict[str, tuple[str, Trial]]] = {
    "read": (f"{_R}.load()", _reading({})),
    "read-sample": (
        f'{_R}.option("partitioner", "…SamplePartitioner").load()',
        _reading(_sized("SamplePartitioner")),
    ),
    "read-size": (
        f'{_R}.option("partitioner", "…PaginateBySizePartitioner").load()',
        _reading(_sized("PaginateBySizePartitioner")),
    ),
    "read-ordinary": (
        f'{_R}.option("partitioner", "…PaginateBySizePartitioner").load()  # an ordinary collection',
        _reading(_sized("PaginateBySizePartitioner"), ordinary=True),
    ),
    "read-prm": (
        f'{_R}.option("partitioner", "…PaginateIntoPartitionsPartitioner")'
        '.option("partitioner.options.partition.field", "meter.prm").load()',
        _reading(_paged("meter.prm")),
    ),
    "read-start": (
        f'{_R}.option("partitioner", "…PaginateIntoPartitionsPartitioner")'
        '.option("partitioner.options.partition.field", "start").load()',
        _reading(_paged("start")),
    ),
    "read-union": (
        f'{_R}.option("aggregation.pipeline", \'[{{"$match": {{"meter.prm": …}}}}]\').load().unionAll(…)',
        _union,
    ),
    "infer": (f"{_R}.load().schema", _inferred),
    "filter": (f"{_R}.load().filter(\"meter.prm = '…'\").explain()", _pushed),
    "append": (f'{_W}.mode("append").save()', _append),
    "append-twice": (f'{_W}.mode("append").save()  # twice', _twice),
    "append-absent": (f'{_W}.mode("append").save()  # no collection of that name', _absent),
    "overwrite": (f'{_W}.mode("overwrite").save()', _overwrite),
    "json": (f'{_W}.option("convertJson", "any").mode("append").save()', _json),
    "microseconds": (f'{_W}.mode("append").save()  # start: …00.123456', _microseconds),
    "stream": ('spark.readStream.format("mongodb").options(**address).load()', _stream),
}
"""The trials by code: the command that shows it, and the function."""
