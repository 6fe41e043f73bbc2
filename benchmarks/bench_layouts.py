"""Builds every layout of the laboratory from one synthetic fleet: verified bytes per reading, and seconds.

Targets for 100 meters over two years: all layouts in under 5 minutes; ordinary 45 to 50 B/reading; time
series at most 1.65 with the server's defaults, 1.50 with small units on disk, 1.34 with watt-hours and larger
pages as well; saving at least 96 %.

    python -m benchmarks.bench_layouts [--meters 100] [--days 730] [--only ts-hours ts-small …]
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path
from threading import Event
from typing import Any

from pymongo import MongoClient

from core.lab.fleet.synthetic import households
from core.lab.layouts.build import Built, build_all
from core.lab.layouts.catalogue import BY_CODE, LAYOUTS, available
from core.lab.lower_bound import bound
from core.storage.embedded import server
from core.storage.store import Store


def main() -> None:
    """Build the chosen layouts and print one line for each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--meters", type=int, default=100)
    parser.add_argument("--days", type=int, default=730)
    parser.add_argument("--only", nargs="*", choices=list(BY_CODE), default=list(BY_CODE))
    arguments = parser.parse_args()
    fleet = list(households(arguments.meters, arguments.days))
    limit = bound(curve.watts for _, curve in fleet)
    print(f"values alone: {limit.bytes_per_reading:.3f} B/reading, {limit.compressor}")
    with tempfile.TemporaryDirectory(prefix="courbe-bench-") as folder:
        embedded = server.start(Path(folder))
        try:
            with MongoClient[dict[str, Any]](embedded.uri.get_secret_value()) as client:
                version = str(client.server_info()["version"])
                chosen = [one for one in LAYOUTS if one.code in arguments.only and available(one, version)]
                total = sum(len(curve) for _, curve in fleet)
                begun = time.perf_counter()
                for built in build_all(
                    Store(client["bench_layouts"]),
                    chosen,
                    lambda: iter(fleet),
                    total,
                    stop=Event(),
                    progress=lambda _: None,
                ):
                    print(row(built), flush=True)
                print(f"{len(chosen)} layouts verified in {time.perf_counter() - begun:.0f} s")
        finally:
            embedded.stop()


def row(built: Built) -> str:
    """One line of results: readings, bytes per reading, seconds."""
    one = built.usage
    sizes = [size / one.readings for size in (one.data_bytes, one.storage_bytes, one.index_bytes)]
    free = (one.free_bytes + one.index_free_bytes) / one.readings
    return (
        f"{built.layout:15} {one.readings:>9,} readings  data {sizes[0]:6.2f}  storage {sizes[1]:5.2f}  "
        f"indexes {sizes[2]:5.2f}  total {one.bytes_per_reading:6.3f}  (free {free:.3f})  "
        f"{built.seconds:5.1f} s  settled {built.settled}"
    )


if __name__ == "__main__":
    main()
