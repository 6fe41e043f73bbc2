"""The official connector as used, and its observed behaviour, so that a changed version is noticed."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote

import pytest
from pydantic import SecretStr
from pymongo.database import Database

from core.errors import StorageError
from core.model import Curve, Meter
from core.spark import connector, lesson
from core.spark.errors import failed
from core.spark.load import Options, Through, load
from core.spark.sources import Synthetic
from core.spark.target import Target

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

Fleet = Callable[[int, int], dict[Meter, Curve]]
SECRET = "hunter2secret"


def test_it_reads_in_as_many_parts_as_asked_exactly_what_is_published(
    spark: SparkSession, target: Target, fleet: Fleet
) -> None:
    loaded = load(spark, target, Synthetic(5, 10), Options(unit=5))
    with target.open() as there:
        stray = {"prm": f"{3:014d}", "flow": "consumption", "step": 30, "g": 1}
        known = there.series.find_one() or {}
        there.series.insert_one({"start": known["start"], "meter": stray, "watts": 9})
    rows = connector.read(spark, target, loaded.published[:4], 2)
    assert rows.rdd.getNumPartitions() == 2
    total = rows.selectExpr("count(*) n", "sum(watts * meter.step) wm").first()
    assert total is not None
    expected = list(fleet(5, 10).values())[:4]
    assert (total.n, total.wm) == (sum(map(len, expected)), sum(one.watt_minutes for one in expected))
    assert connector.read(spark, target, loaded.published, 50).rdd.getNumPartitions() == 5


def test_a_prm_of_zeros_stays_text(spark: SparkSession, target: Target) -> None:
    load(spark, target, Synthetic(1, 2), Options(Through.CONNECTOR, unit=1))
    with target.open() as there:
        found = there.series.find_one() or {}
        assert found["meter"]["prm"] == "0" * 14
        assert (there.ordinary.find_one() or {})["meter"] == {
            "prm": "0" * 14,
            "flow": "consumption",
            "step": 30,
        }


def test_the_address_is_in_no_event_log_and_no_file_of_spark(
    spark: SparkSession, target: Target, event_log: Path
) -> None:
    mine = replace(target, uri=SecretStr(f"{target.uri.get_secret_value()}&appName={SECRET}"))
    loaded = load(spark, mine, Synthetic(2, 3), Options(Through.CONNECTOR, unit=2))
    connector.read(spark, mine, loaded.published, 2).count()
    written = [path for path in event_log.rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in written) > 0
    assert not [path for path in written if SECRET.encode() in path.read_bytes()]
    assert SECRET not in repr(mine)


def test_a_server_that_does_not_answer_is_told_soon_and_without_its_address(
    spark: SparkSession, target: Target
) -> None:
    uri = SecretStr(f"mongodb://someone:{SECRET}@127.0.0.1:9/?serverSelectionTimeoutMS=300")
    nowhere = replace(target, uri=uri)
    with pytest.raises(StorageError) as caught:
        load(spark, nowhere, Synthetic(1, 2))
    assert caught.value.code == "database-open"  # nobody listens there
    assert SECRET not in str(caught.value) + repr(caught.value)
    rows = spark.range(1).selectExpr("current_timestamp() start")
    with pytest.raises(Exception) as raised:  # noqa: PT011 - Spark may raise any type; only its mapped cause matters
        connector.save(rows, nowhere, "anything")
    error = failed(raised.value)
    assert error.code == "storage-unreachable"
    assert SECRET not in str(error)


@pytest.mark.parametrize(
    ("given", "made"),
    [
        ("mongodb://a", "mongodb://a/?{}"),
        ("mongodb://a/", "mongodb://a/?{}"),
        ("mongodb://a/?x=1", "mongodb://a/?x=1&{}"),
        ("mongodb+srv://u:p@a.b.c/db?x=1&", "mongodb+srv://u:p@a.b.c/db?x=1&{}"),
    ],
)
def test_java_s_driver_is_given_time_limits(given: str, made: str) -> None:
    limits = "serverSelectionTimeoutMS=10000&connectTimeoutMS=10000&readConcernLevel=majority"
    assert connector.java_uri(SecretStr(given)) == made.format(limits)


def test_java_s_driver_finds_a_socket_below_a_folder_with_capitals(
    spark: SparkSession, target: Target, tmp_path: Path
) -> None:
    real = Path(
        unquote(target.uri.get_secret_value().split("://")[1].split("/?")[0].split("?")[0].strip("/"))
    )
    (tmp_path / "Jean").symlink_to(Path("/") / real.parent)
    capitals = SecretStr(f"mongodb://{quote(str(tmp_path / 'Jean' / real.name), safe='')}")
    there = replace(target, uri=capitals)
    loaded = load(spark, there, Synthetic(1, 2), Options(Through.CONNECTOR, unit=1))
    assert connector.read(spark, there, loaded.published, 1).count() == loaded.written


def test_a_user_s_own_limits_stay() -> None:
    uri = "mongodb://a/?serverselectiontimeoutms=5&connectTimeoutMS=6&readConcernLevel=local"
    assert connector.java_uri(SecretStr(uri)) == uri


def test_what_it_does_on_time_series_collections_is_what_the_lesson_says(
    spark: SparkSession, target: Target, database: Database[dict[str, Any]]
) -> None:
    seen = lesson.teach(spark, target, threading.Event())
    assert seen == lesson.kept()
    assert [name for name in database.list_collection_names() if name.startswith("lab_")] == []
