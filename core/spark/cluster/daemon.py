"""Spark's Python daemon, which has imported what tasks need.

A worker that it forks begins at once, where one of Spark's own first reads numpy, pyarrow and the MongoDB
driver. Workers that die are forked anew.

Spark invalidates Python's import caches before every task, whereupon Python reads each archive that it
may import from again. With pyspark.zip and a jar, which Spark puts first, this took 0.25 s of CPU a task,
more than the work of most tasks. So pyspark is imported from where it is installed.
"""

from __future__ import annotations

import gc
import sys
from importlib.machinery import PathFinder
from pathlib import Path


def without_archives(path: list[str]) -> list[str]:
    """The folders of an import path; the path as it is if pyspark is in none of them."""
    folders = [entry for entry in path if not Path(entry).is_file()]
    return folders if PathFinder.find_spec("pyspark", folders) else path


def main() -> None:
    """What Java starts: `python -m core.spark.cluster.daemon pyspark.worker`."""
    sys.path[:] = without_archives(sys.path)
    for entry in set(sys.path_importer_cache) - set(sys.path):
        if Path(entry).is_file():
            del sys.path_importer_cache[entry]
    from pyspark.daemon import manager

    import core.spark.arrivals
    import core.spark.load  # noqa: F401 - for the forks

    gc.freeze()  # Spark collects before every task; what was imported is no garbage
    manager()  # type: ignore[no-untyped-call]


if __name__ == "__main__":
    main()
