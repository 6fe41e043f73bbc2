"""Parses two years of one meter from the bytes of each format: Courbe against csv, datetime and a loop.

The plain way knows the format and checks nothing; Courbe recognises it, checks every row and works out the
steps. The reader of any table is compared with that of Enedis's CSV. Both run in turn; compare the ratios of
the medians, not the seconds.

    python -m benchmarks.bench_parsing [--runs 9]
"""

from __future__ import annotations

import argparse
import csv
import io
import statistics
import time
from collections.abc import Callable
from datetime import date, datetime
from threading import Event

from core.model import Curve
from core.paristime import PARIS
from core.sources.demo import demo_curve
from core.sources.files import FileSource
from tests.sources.files import tables, writers

TABLES = {
    "table of ends": tables.Style(
        ";",
        "utf-8",
        "end",
        ("Horodate fin de pas",),
        "naive",
        "W",
        "Puissance ({})",
        ",",
        "",
        "\n",
        True,
        False,
        "",
        0,
    ),
    "portal's workbook as CSV": tables.Style(
        ";",
        "cp1252",
        "both",
        ("Début", "Fin"),
        "french",
        "kW",
        "Valeur (en {})",
        ",",
        "",
        "\r\n",
        True,
        False,
        "",
        1,
    ),
    "quoted, commas, thousands": tables.Style(
        ",",
        "utf-8-sig",
        "begin",
        ("Start",),
        "spreadsheet",
        "Wh",
        "Energy ({})",
        ".",
        " ",
        "\n",
        False,
        True,
        "",
        0,
    ),
}
UNTIL = date(2026, 1, 1)


def ours(data: bytes) -> int:
    """Read a file with Courbe; returns the number of readings."""
    return sum(len(delivery.curve) for delivery in FileSource("file", data).deliveries(Event()))


def plain_csv(data: bytes) -> int:
    """Read an Enedis CSV file with csv and datetime; returns the number of readings."""
    rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig")), delimiter=";"))[3:]
    return len([(datetime.fromisoformat(stamp).timestamp(), int(watts)) for stamp, watts in rows])


def plain_r63(data: bytes) -> int:
    """Read an R63 file with csv and datetime; returns the number of readings."""
    rows = list(csv.reader(io.StringIO(data.decode("utf-8")), delimiter=";"))[1:]
    return len(
        [(datetime.fromisoformat(row[7]).replace(tzinfo=PARIS).timestamp(), int(row[8])) for row in rows]
    )


def timed(action: Callable[[bytes], int], data: bytes) -> float:
    """Wall seconds an action takes with a file."""
    begun = time.perf_counter()
    action(data)
    return time.perf_counter() - begun


def compare_tables(curve: Curve, runs: int) -> None:
    """Compare the reader of any table with the reader of Enedis's CSV, whose format is known."""
    known = writers.ALL["enedis-csv"](curve)
    for name, style in TABLES.items():
        data = tables.text(curve, style)
        assert ours(data) == len(curve)
        pairs = [(timed(ours, data), timed(ours, known)) for _ in range(runs)]
        any_table, enedis = (statistics.median(column) for column in zip(*pairs, strict=True))
        print(
            f"{name}: {len(curve)} rows, {len(data) / 1e6:.1f} MB; {any_table * 1000:.1f} ms, "
            f"Enedis CSV {enedis * 1000:.1f} ms: {enedis / any_table:.2f} times as fast"
        )


def main() -> None:
    """Run the benchmark and print medians and ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=9)
    runs = parser.parse_args().runs
    curve = demo_curve(UNTIL)
    compare_tables(curve, runs)
    for name, plain in (("enedis-csv", plain_csv), ("enedis-r63", plain_r63)):
        data = writers.ALL[name](curve)
        assert ours(data) == plain(data) == len(curve)
        pairs = [(timed(ours, data), timed(plain, data)) for _ in range(runs)]
        mine, theirs = (statistics.median(column) for column in zip(*pairs, strict=True))
        print(
            f"{name}: {len(curve)} rows, {len(data) / 1e6:.1f} MB; ours {mine * 1000:.1f} ms, "
            f"plain {theirs * 1000:.1f} ms: {theirs / mine:.1f} times as fast"
        )


if __name__ == "__main__":
    main()
