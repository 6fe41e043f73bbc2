"""Spark's Python daemon, which has imported what tasks need.

A worker that it forks begins at once, where one of Spark's own first reads numpy, pyarrow and the MongoDB
driver. Workers that die are forked anew.
"""

from __future__ import annotations

import core.spark.arrivals
import core.spark.load  # noqa: F401 - for the forks


def main() -> None:
    """What Java starts: `python -m core.spark.cluster.daemon pyspark.worker`."""
    from pyspark.daemon import manager

    manager()  # type: ignore[no-untyped-call]


if __name__ == "__main__":
    main()
