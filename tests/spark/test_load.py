"""Loading with Spark: exact and repeatable, whatever process dies."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from pymongo.database import Database

from core.errors import StorageError
from core.jobs import Progress
from core.lab.fleet.synthetic import meter
from core.model import Curve, Meter
from core.spark import connector, direct, manifest
from core.spark.errors import SparkError
from core.spark.load import Options, Through, load
from core.spark.sources import Synthetic
from core.spark.target import Target
from core.storage import ordinary
from tests.spark import faulty, held

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

Fleet = Callable[[int, int], dict[Meter, Curve]]
SMALL = Options(unit=2)
DAYS = 20
WAYS = pytest.mark.parametrize("through", Through)


@WAYS
def test_both_collections_hold_the_fleet_and_the_same_again_changes_nothing(
    spark: SparkSession, target: Target, fleet: Fleet, through: Through
) -> None:
    told: list[Progress] = []
    options = Options(through, unit=2)
    first = load(spark, target, Synthetic(5, DAYS), options, progress=told.append)
    expected = fleet(5, DAYS)
    readings = sum(len(curve) for curve in expected.values())
    assert first.complete
    assert (first.written, first.swept, len(first.published)) == (readings, 0, 5)
    assert (told[-1].readings, told[-1].expected) == (readings, readings)
    with target.open() as there:
        assert held.exact(there, expected)
        before = stored(there.database)
        again = load(spark, target, Synthetic(5, DAYS), options)
        assert (again.written, again.swept, again.published) == (0, 0, first.published)
        assert stored(there.database) == before


def test_a_larger_fleet_continues_where_the_smaller_one_ended(
    spark: SparkSession, target: Target, fleet: Fleet
) -> None:
    load(spark, target, Synthetic(3, DAYS), SMALL)
    with target.open() as there:
        generations = {one.meter: one.generation for one in manifest.published(there).values()}
        more = load(spark, target, Synthetic(7, DAYS), Options(Through.CONNECTOR, unit=2))
        assert more.written == sum(len(curve) for curve in list(fleet(7, DAYS).values())[3:])
        assert held.exact(there, fleet(7, DAYS))
        found = manifest.published(there)
        assert {one: found[one].generation for one in generations} == generations


@pytest.mark.parametrize(
    ("through", "fault"),
    [(Through.DIRECT, faulty.raises), (Through.DIRECT, faulty.dies), (Through.CONNECTOR, faulty.dies)],
)
def test_workers_that_fail_leave_no_trace(
    spark: SparkSession,
    target: Target,
    fleet: Fleet,
    through: Through,
    fault: faulty.Fault,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(connector.WRITE, "maxBatchSize", "1000")
    days = 100 if through is Through.CONNECTOR else DAYS  # more than waits between Python and Java
    loaded = load(spark, target, faulty.Faulty(2, days, 1, fault), Options(through, unit=2))
    with target.open() as there:
        assert held.exact(there, fleet(2, days))
    assert (loaded.swept > 0) == (through is Through.CONNECTOR)


def test_workers_that_write_and_are_killed_before_they_say_so_leave_no_trace(
    spark: SparkSession, target: Target, fleet: Fleet, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(direct, "writer", faulty.afterwards(faulty.dies, direct.writer))
    loaded = load(spark, target, Synthetic(4, DAYS), SMALL)
    with target.open() as there:
        assert held.exact(there, fleet(4, DAYS))
    assert loaded.swept == 2 * sum(len(curve) for curve in fleet(4, DAYS).values())


def test_a_fleet_that_cannot_be_loaded_keeps_what_was_published_and_nothing_else(
    spark: SparkSession, target: Target, fleet: Fleet
) -> None:
    load(spark, target, Synthetic(2, DAYS), SMALL)
    with pytest.raises(SparkError) as caught:
        load(spark, target, faulty.Faulty(4, DAYS, 3, faulty.always_dies), SMALL)
    assert caught.value.code == "spark-failed"
    with target.open() as there:
        assert held.exact(there, fleet(2, DAYS))


@WAYS
def test_a_cancelled_load_leaves_nothing_half_published(
    spark: SparkSession, target: Target, fleet: Fleet, through: Through, tmp_path: Path
) -> None:
    """In the second wave, in which a task hangs; of the connector one that writes to the time series side."""
    hangs = faulty.Hangs(tmp_path / "calls", 1 if through is Through.DIRECT else 3)
    stop = threading.Event()

    def cancel() -> None:
        while not hangs.hung():
            stop.wait(0.05)
        stop.set()

    waiting = threading.Thread(target=cancel, daemon=True)
    waiting.start()
    source = faulty.Faulty(6, DAYS, 5, hangs)
    loaded = load(spark, target, source, Options(through, workers=1, unit=1), stop=stop)
    waiting.join()
    assert not loaded.complete
    assert len(loaded.published) >= 4
    with target.open() as there:
        done = {one.meter for one in loaded.published}
        assert held.exact(there, {one: curve for one, curve in fleet(6, DAYS).items() if one in done})
        assert load(spark, target, Synthetic(6, DAYS), SMALL).complete
        assert held.exact(there, fleet(6, DAYS))


def test_what_a_killed_run_left_is_swept_by_the_next(
    spark: SparkSession, target: Target, fleet: Fleet
) -> None:
    with target.open() as there:
        there.prepare()
        half = fleet(3, DAYS)
        unit = [(one, curve.select(slice(0, 500))) for one, curve in half.items()]
        direct.write_series(there, unit, generation=7)
        for one, curve in unit:
            ordinary.align(there.ordinary, one, curve)
        loaded = load(spark, target, Synthetic(2, DAYS), SMALL)
        assert loaded.swept == 2 * 3 * 500
        assert held.exact(there, fleet(2, DAYS))


def test_one_load_of_a_fleet_at_a_time(spark: SparkSession, target: Target) -> None:
    with target.open() as there, manifest.lease(there):
        with pytest.raises(StorageError) as caught:
            load(spark, target, Synthetic(1, DAYS), SMALL)
        assert caught.value.code == "spark-busy"
    assert load(spark, target, Synthetic(1, DAYS), SMALL).complete


def test_a_collection_of_another_kind_under_the_name_is_never_written_to(
    spark: SparkSession, target: Target, database: Database[dict[str, Any]]
) -> None:
    database[target.series].insert_one({"somebody": "else"})
    assert refusal(spark, target) == "spark-not-time-series"
    assert database[target.series].count_documents({}) == 1
    database.drop_collection(target.series)
    database.create_collection(target.series, timeseries={"timeField": "start", "metaField": "meter"})
    assert refusal(spark, target) == "spark-not-time-series"  # its buckets would hold two readings
    database.drop_collection(target.series)
    database.drop_collection(target.ordinary)
    database.create_collection(target.ordinary, timeseries={"timeField": "start", "metaField": "meter"})
    assert refusal(spark, target) == "spark-not-ordinary"


def test_a_plain_append_under_the_same_fault_is_not_exact(
    spark: SparkSession, target: Target, fleet: Fleet
) -> None:
    """The reason for all this: the connector with its defaults, and a worker that fails once."""
    with target.open() as there:
        there.prepare()
        source = faulty.Faulty(2, DAYS, 1, faulty.raises)
        frame, curves = source.portions(spark, [[meter(0), meter(1)]])
        rows = connector.rows(frame, curves, target, 1)
        given = connector.options(target, target.series, {})
        rows.write.format(connector.FORMAT).mode("append").options(**given).save()
        readings = sum(len(curve) for curve in fleet(2, DAYS).values())
        assert next(there.series.aggregate([{"$count": "n"}]))["n"] > readings


def refusal(spark: SparkSession, target: Target) -> str:
    with pytest.raises(StorageError) as caught:
        load(spark, target, Synthetic(1, DAYS), SMALL)
    return caught.value.code


def stored(database: Database[dict[str, Any]]) -> dict[str, Any]:
    """Every document of every collection, without the times of the lease."""
    return {
        name: sorted((str(one) for one in database[name].find()), key=str)
        for name in database.list_collection_names()
        if not name.startswith("system.") and name != "spark_fleets"
    }


def test_nobody_publishes_what_the_server_does_not_hold(target: Target, fleet: Fleet) -> None:
    """The server's count decides, not the report of the task."""
    from core.lab.footprint import Tally
    from core.spark.load import _verified

    with target.open() as there:
        there.prepare()
        (one, curve), (other, second) = fleet(2, DAYS).items()
        direct.write_series(there, [(one, curve), (other, second.select(slice(1, None)))], manifest.ROOM + 3)
        for each, whole in ((one, curve), (other, second)):
            ordinary.align(there.ordinary, each, whole)
        told = {one: Tally(len(curve), curve.watt_minutes), other: Tally(len(second), second.watt_minutes)}
        found = _verified(there, [[one], [other]], manifest.ROOM, told)
        assert [row.meter for row in found] == [one]
