"""The Databricks notebook, the same file under classic Spark and under Spark Connect."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import SecretStr
from pymongo.database import Database

from core.consumption.export import history_parquet
from core.lab.fleet.synthetic import households
from core.model import Curve, Meter
from core.spark.analyse import analyse
from core.spark.target import Target
from tests.code import ROOT
from tests.spark import held, notebook

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

NOTEBOOK = ROOT / "deploy" / "databricks" / "fleet.py"


def widgets(database: Database[dict[str, Any]], **more: str) -> dict[str, str]:
    return {"database": database.name, "meters": "5", "days": "20", **more}


def series(curves: Mapping[Meter, Curve]) -> int:
    return sum(curve.watt_minutes for curve in curves.values())


def test_synthetic_then_read_from_mongodb(
    spark: SparkSession, mongo_uri: str, database: Database[dict[str, Any]]
) -> None:
    names, printed = notebook.run(NOTEBOOK, spark, widgets(database), mongo_uri)
    target = Target(SecretStr(mongo_uri), database.name, "notebook")
    with target.open() as there:
        curves = held.series(there)
        assert held.ordinary(there) == curves
        assert len(curves) == 5
        assert all(len(curve) == 20 * 48 for curve in curves.values())
    assert names["energy"] == series(curves)
    assert "4800 readings written" in printed
    assert "Settled" in printed
    assert mongo_uri not in printed
    again, printed = notebook.run(NOTEBOOK, spark, widgets(database), mongo_uri)
    assert "0 readings written" in printed
    assert again["footprint"]["ordinary"] > again["footprint"]["time series"] > 0
    read, printed = notebook.run(NOTEBOOK, spark, widgets(database, source="mongodb"), mongo_uri)
    assert (read["energy"], read["peak"]) == (names["energy"], names["peak"])
    assert "written" not in printed
    # the notebook's collections are a fleet like any other
    assert analyse(spark, target, 5, 2).one("fleet")["watt_minutes"] == names["energy"]


def test_parquet_without_any_mongodb(
    spark: SparkSession, database: Database[dict[str, Any]], tmp_path: Path
) -> None:
    """As on compute that cannot reach MongoDB: the profile of an export."""
    meter, curve = next(iter(households(1, 30)))
    (tmp_path / "one.parquet").write_bytes(history_parquet(meter, curve))
    chosen = widgets(database, source="parquet", path=str(tmp_path))
    names, printed = notebook.run(NOTEBOOK, spark, chosen, None)
    assert names["energy"] == curve.watt_minutes
    assert names["peak"] == 30 * int(curve.watts.max())
    assert "No secret" in printed
    assert len(names["shown"][0]) == 48


def test_a_source_that_needs_the_address_says_so(
    spark: SparkSession, database: Database[dict[str, Any]]
) -> None:
    with pytest.raises(ValueError, match="needs the secret"):
        notebook.run(NOTEBOOK, spark, widgets(database, source="mongodb"), None)


def test_the_same_file_under_spark_connect(
    mongo_uri: str, database: Database[dict[str, Any]], remote: str
) -> None:
    given = json.dumps(widgets(database))
    done = subprocess.run(
        [sys.executable, "-m", "tests.spark.connect_run", str(NOTEBOOK), given, mongo_uri, remote],
        cwd=ROOT,
        env={name: value for name, value in os.environ.items() if name != "SPARK_REMOTE"},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout.splitlines()[-1])
    assert told["class"].startswith("pyspark.sql.connect.")
    target = Target(SecretStr(mongo_uri), database.name, "notebook")
    with target.open() as there:
        curves = held.series(there)
        assert held.ordinary(there) == curves
        assert len(curves) == 5
    assert told["energy"] == series(curves)
    assert mongo_uri not in done.stdout + done.stderr


def test_it_uses_nothing_that_spark_connect_lacks() -> None:
    tree = ast.parse(NOTEBOOK.read_text(encoding="utf-8"))
    used = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    assert not used & {"sparkContext", "rdd", "_jdf", "_jvm", "_sc", "foreachPartition", "persist"}
    assert NOTEBOOK.read_text(encoding="utf-8").startswith("# Databricks notebook source\n")
