"""`footprint`: what both collections cost on disk."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import TYPE_CHECKING

from core.cli.console import Console
from core.cli.store import household

if TYPE_CHECKING:
    from core.lab.footprint import Footprint


def add(command: Callable[[str], argparse.ArgumentParser], console: Console) -> None:
    """Declare the command."""
    parser = command("footprint")
    parser.add_argument("--json", action="store_true", help=console.words.text("cli.option.json"))
    parser.set_defaults(run=run_footprint)


def run_footprint(arguments: argparse.Namespace, console: Console) -> int:
    """Measure both collections, settled first where the server allows it."""
    from core.lab.footprint import footprint

    with household() as store:
        measured = footprint(store)
    if arguments.json:
        console.data(measured.as_json())
    else:
        print_footprint(measured, console)
    return 0


def print_footprint(measured: Footprint, console: Console) -> None:
    """The table of the Footprint page, in its words."""
    from core.lab.footprint import MEANINGFUL_READINGS, saving

    words = console.words
    ordinary, series = measured.ordinary, measured.time_series
    sides = (ordinary, series)
    readings = [words.number(side.readings) for side in sides]
    rows = [
        [
            "",
            *(words.text(f"footprint.{name}") for name in ("ordinary", "time-series", "table.saving")),
        ],
        [words.text("cli.status.readings"), *readings, ""],
    ]
    names = ("data_bytes", "storage_bytes", "index_bytes", "total_bytes", "unused_bytes", "net_bytes")
    has_free = any(side.unused_bytes for side in sides)
    for name in names if has_free else names[:4]:
        one, other = (getattr(side, name) for side in sides)
        final = name != "unused_bytes" and (measured.settled or name == "data_bytes")
        saved = words.percent(saving(one, other)) if final else ""
        title = "footprint.part.free" if name == "unused_bytes" else f"footprint.table.{name}"
        rows.append([words.text(title), words.size(one), words.size(other), saved])
    units = ("bytes_per_reading", "net_per_reading")
    for unit in units if has_free else units[:1]:
        each = [words.number(getattr(side, unit), 2) for side in sides]
        rows.append([words.text(f"footprint.table.{unit}"), *each, ""])
    rows.append([words.text("cli.footprint.buckets"), "", words.number(series.buckets or 0), ""])
    console.table(rows)
    settled = "settled" if measured.settled else "unsettled"
    console.line(words.text(f"cli.footprint.{settled}", server=measured.server))
    if not measured.meaningful:
        few = words.number(MEANINGFUL_READINGS)
        console.line(words.text("footprint.few", readings=few))
