"""Runs the notebook as a client of Spark Connect, and prints its results as JSON.

In a process of its own: one process is a client of Spark Connect or holds a classic session, not both.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from tests.spark import notebook


def main() -> None:
    path, widgets, uri, remote = sys.argv[1:]
    from pyspark.sql import SparkSession

    spark = SparkSession.builder.remote(remote).getOrCreate()
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
