"""Loads a fleet into both collections: BSON assembled from columns against insert_many of dictionaries.

Each way loads the same synthetic meters into fresh collections, in turn, on one mongod; the dictionaries are
made beforehand, so that only insert_many is timed, while the time of the columns includes assembling the
BSON. Targets: time series at least 4 times as fast, ordinary with its unique index at least 1.5 times.

    python -m benchmarks.bench_loading [--meters 4] [--days 365] [--runs 5]
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import Any

from pymongo import MongoClient
from pymongo.database import Database

from core.lab.fleet.synthetic import households
from core.lab.layouts.build import LOAD, calm
from core.lab.layouts.catalogue import ORDINARY, TS_HOURS, Layout
from core.lab.layouts.lanes import SIDE_BY_SIDE, Lanes
from core.lab.speed.inserts import dictionaries
from core.model import Curve, Meter
from core.storage import bson_columns
from core.storage.embedded import server

WANTED = {"time series": 4.0, "ordinary": 1.5}
BATCH = 10_000
Fleet = list[tuple[Meter, Curve]]


def columns(database: Database[Any], layout: Layout, fleet: Fleet) -> float:
    """Seconds to load the fleet as BSON assembled from columns."""
    collection = layout.create(database, "columns")
    begun = time.perf_counter()
    with Lanes(SIDE_BY_SIDE if layout is TS_HOURS else 1) as lanes:
        for at, (meter, curve) in enumerate(fleet):
            lanes.put(
                at, partial(bson_columns.insert, collection, layout.shape(meter, 1, curve), concern=LOAD)
            )
    seconds = time.perf_counter() - begun
    collection.drop()
    return seconds


def plain(database: Database[Any], layout: Layout, fleet: Fleet) -> float:
    """Seconds to load the fleet with insert_many of dictionaries made beforehand."""
    collection = layout.create(database, "plain").with_options(write_concern=LOAD)
    documents = [dictionaries(layout, meter, curve) for meter, curve in fleet]
    begun = time.perf_counter()
    for batch in documents:
        for at in range(0, len(batch), BATCH):
            collection.insert_many(batch[at : at + BATCH], ordered=False)
    seconds = time.perf_counter() - begun
    collection.drop()
    return seconds


def main() -> None:
    """Run the benchmark on a mongod of its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--meters", type=int, default=4)
    parser.add_argument("--days", type=int, default=365)
    parser.add_argument("--runs", type=int, default=5)
    arguments = parser.parse_args()
    fleet = list(households(arguments.meters, arguments.days))
    readings = sum(len(curve) for _, curve in fleet)
    with tempfile.TemporaryDirectory(prefix="courbe-bench-") as folder:
        embedded = server.start(Path(folder))
        try:
            with MongoClient[dict[str, Any]](embedded.uri.get_secret_value()) as client:
                database = client["bench_loading"]
                with calm(database):
                    measure(database, fleet, readings, arguments.runs)
        finally:
            embedded.stop()


def measure(database: Database[Any], fleet: Fleet, readings: int, runs: int) -> None:
    """Time both ways for both collections and print readings per second and ratios."""
    for name, layout in (("time series", TS_HOURS), ("ordinary", ORDINARY)):
        times: dict[str, list[float]] = {"columns": [], "plain": []}
        for run in range(runs + 1):  # the first is the warm-up
            for way, action in (("columns", columns), ("plain", plain))[:: 1 if run % 2 else -1]:
                seconds = action(database, layout, fleet)
                if run:
                    times[way].append(seconds)
        ours, theirs = (statistics.median(times[way]) for way in ("columns", "plain"))
        verdict = "ok" if theirs / ours >= WANTED[name] else "BELOW"
        print(
            f"{name}: columns {readings / ours:,.0f}/s, insert_many {readings / theirs:,.0f}/s, "
            f"{theirs / ours:.1f} times (wanted {WANTED[name]}: {verdict})"
        )


if __name__ == "__main__":
    main()
