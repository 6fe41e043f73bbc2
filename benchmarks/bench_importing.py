"""Imports two years of one meter from an Enedis CSV into both collections: Courbe against insert_many.

Courbe journals, is idempotent and verifies against a record; the plain way uses csv, one dictionary per
reading and insert_many into both collections. Both run in turn on one mongod; compare the ratios of the
medians, not the seconds.

    python -m benchmarks.bench_importing [--runs 9]
"""

from __future__ import annotations

import argparse
import csv
import io
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

from pymongo import MongoClient
from pymongo.database import Database

from core.importing.run import run
from core.paristime import local
from core.sources.demo import demo_curve
from core.sources.files import FileSource
from core.storage import ordinary, time_series
from core.storage.bson_columns import DURABLE
from core.storage.embedded import server
from core.storage.store import Store

_PRM = "99999999999991"
_DATABASE = "bench_importing"


def enedis_csv() -> bytes:
    """Two years of the demo household as an Enedis CSV file."""
    curve = demo_curve(date(2026, 1, 1))
    lines = [
        "Identifiant PRM;Type de donnees;Date de debut;Date de fin;Grandeur physique;"
        "Grandeur metier;Etape metier;Unite;Pas en minutes",
        f"{_PRM};Courbe de charge;01/01/2024;01/01/2026;Energie active;Consommation;Comptage Brut;W;",
        "Horodate;Valeur",
    ]
    lines += [
        f"{local(end).isoformat()};{watts}"
        for end, watts in zip(curve.end.tolist(), curve.watts.tolist(), strict=True)
    ]
    return ("\ufeff" + "\n".join(lines)).encode()


def ours(database: Database[Any], content: bytes) -> None:
    """Import the file with Courbe into both collections."""
    report = run(Store(database), [FileSource("curve.csv", content)])
    assert not report.errors


def plain(database: Database[Any], content: bytes) -> None:
    """Import the file with csv and insert_many into both collections, without any check."""
    rows = csv.reader(io.StringIO(content.decode("utf-8-sig")), delimiter=";")
    meter = {"prm": _PRM, "flow": "consumption", "step": 30}
    documents = [
        {"start": datetime.fromisoformat(stamp), "meter": meter, "watts": int(watts)}
        for stamp, watts in list(rows)[3:]
    ]
    for name in (ordinary.COLLECTION, time_series.COLLECTION):
        collection = database[name].with_options(write_concern=DURABLE)
        collection.insert_many([dict(document) for document in documents], ordered=False)


def timed(action: Callable[[], None]) -> float:
    """Wall seconds an action takes."""
    begun = time.perf_counter()
    action()
    return time.perf_counter() - begun


def measure(client: MongoClient[Any], content: bytes, runs: int) -> dict[str, list[float]]:
    """Seconds of each run by way; `again` is Courbe importing the same file a second time."""
    seconds: dict[str, list[float]] = {"ours": [], "plain": [], "again": []}
    for number in range(runs + 1):  # the first is a warm-up
        ways = [("ours", ours), ("plain", plain)]
        for name, way in ways if number % 2 else reversed(ways):
            client.drop_database(_DATABASE)
            Store(client[_DATABASE]).prepare()
            took = timed(lambda way=way: way(client[_DATABASE], content))  # type: ignore[misc]
            again = timed(lambda: ours(client[_DATABASE], content)) if name == "ours" else 0.0
            if number:
                seconds[name].append(took)
                seconds["again"] += [again] if again else []
    return seconds


def main() -> None:
    """Run the benchmark and print medians and ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=9)
    runs = parser.parse_args().runs
    content = enedis_csv()
    with tempfile.TemporaryDirectory(prefix="courbe-bench-") as folder:
        embedded = server.start(Path(folder))
        try:
            with MongoClient[Any](embedded.uri.get_secret_value()) as client:
                seconds = measure(client, content, runs)
        finally:
            embedded.stop()
    medians = {name: statistics.median(values) for name, values in seconds.items()}
    for name, values in seconds.items():
        print(f"{name:6} median {medians[name] * 1000:7.1f} ms   {min(values):.3f} to {max(values):.3f} s")
    print(f"plain / ours: {medians['plain'] / medians['ours']:.2f}   (wanted: at least 2)")
    print(f"import / the same file again: {medians['ours'] / medians['again']:.1f}   (wanted: at least 5)")


if __name__ == "__main__":
    main()
