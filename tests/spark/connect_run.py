"""Runs the notebook under Spark Connect in a separate process, and prints its results as JSON."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from pathlib import Path

from core.spark.cluster.jars import resolve
from core.spark.cluster.java import java
from core.spark.cluster.session import _environment, _quiet, _settings, local_master
from tests.spark import notebook


def main() -> None:
    path, widgets, uri = sys.argv[1:]
    from pyspark.sql import SparkSession

    with tempfile.TemporaryDirectory(prefix="courbe-connect-") as name:
        folder = Path(name)
        master = local_master(2)
        settings = _settings(master, resolve(), folder) | {
            "spark.connect.grpc.binding.address": "127.0.0.1",
        }
        os.environ["SPARK_TESTING"] = "1"  # a free port instead of the default
        builder = SparkSession.builder.remote(master)
        for key, value in settings.items():
            builder = builder.config(key, value)
        with _environment(java(), folder), _quiet(folder / "java.log"):
            spark = builder.getOrCreate()
            try:
                names, printed = notebook.run(Path(path), spark, json.loads(widgets), uri or None)
            finally:
                spark.stop()
    told = {
        "class": f"{type(spark).__module__}.{type(spark).__name__}",
        "energy": names["energy"],
        "peak": names["peak"],
        "printed": printed,
    }
    print(json.dumps(told))


if __name__ == "__main__":
    main()
