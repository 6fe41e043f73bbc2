"""How the connector writes to a time series collection."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from core.spark import connector
from core.spark.trials.bench import Bench, Outcome, Trial, failure

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

_BY_SERVER: Final = ("time-series collection", "timeseries collection")
"""Words of the server's refusals."""


def append(bench: Bench) -> Outcome:
    """Append to a time series collection."""
    name = bench.empty()
    bench.write(bench.few(), name)
    with_id = bench.database[name].find_one({"_id": {"$exists": True}}) is not None
    stayed = bench.kind(name) == "timeseries"
    return "appended" if stayed and with_id else "other", {"readings": bench.count(name)}


def twice(bench: Bench) -> Outcome:
    """Append the same readings twice."""
    name = bench.empty()
    for _ in range(2):
        bench.write(bench.few(), name)
    return _whether_doubled(bench, name)


def same_id(bench: Bench) -> Outcome:
    """Append the same documents twice, with the same `_id`s.

    ignoreDuplicatesOnInsert would leave the second ones out of an ordinary collection.
    """
    name = bench.empty()
    for _ in range(2):
        bench.write(_with_id(bench), name, operationType="insert", ignoreDuplicatesOnInsert="true")
    return _whether_doubled(bench, name)


def _with_id(bench: Bench) -> DataFrame:
    return bench.few().selectExpr("concat(meter.prm, ' ', start) as _id", "*")


def by_id(**more: str) -> Trial:
    """Write documents that are there already in another way than by inserting them."""

    def trial(bench: Bench) -> Outcome:
        name = bench.empty()
        bench.write(_with_id(bench), name, operationType="insert")
        words = failure(lambda: bench.write(_with_id(bench), name, **more))
        readings = bench.count(name)
        if words is None:
            return "accepted", {"readings": readings}
        refused = any(one in words for one in _BY_SERVER) and readings == bench.few_readings
        return ("refused", {}) if refused else ("fails", {})

    return trial


def _whether_doubled(bench: Bench, name: str) -> Outcome:
    readings = bench.count(name)
    return "doubled" if readings == 2 * bench.few_readings else "other", {"readings": readings}


def overwrite(bench: Bench) -> Outcome:
    """Overwrite a time series collection."""
    name = bench.empty()
    bench.write(bench.few(), name, "overwrite")
    return bench.kind(name), {"readings": bench.count(name)}


def absent(bench: Bench) -> Outcome:
    """Append to a collection that is not there."""
    name = bench.new_name("absent")
    bench.write(bench.few(), name)
    return bench.kind(name), {"readings": bench.count(name)}


def as_json(bench: Bench) -> Outcome:
    """Append with convertJson=any."""
    name = bench.empty()
    bench.write(bench.few().limit(1), name, convertJson="any")
    document = bench.database[name].find_one() or {}
    prm = document.get("meter", {}).get("prm")
    return ("prm-kept", {}) if isinstance(prm, str) else ("prm-number", {"number": int(prm)})


def microseconds(bench: Bench) -> Outcome:
    """Append a time with microseconds."""
    name = bench.empty()
    row = (datetime(2025, 1, 1, 0, 0, 0, 123456, tzinfo=UTC), ("0", "consumption", 30, 1), 1)
    bench.write(bench.spark.createDataFrame([row], connector.READINGS), name)
    document = bench.database[name].find_one() or {}
    return "cut", {"microseconds": document["start"].microsecond}
