"""What a reading costs: `footprint`, `fleet` and `report`."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import TYPE_CHECKING

from core.cli.console import Console
from core.cli.home import household
from core.formats import number, percent, size

if TYPE_CHECKING:
    from core.lab.footprint import Footprint


def add(command: Callable[[str], argparse.ArgumentParser], console: Console) -> None:
    """Declare the commands of this group."""
    footprint = command("footprint")
    footprint.add_argument("--json", action="store_true", help=console.text("cli.option.json"))
    footprint.set_defaults(run=run_footprint)


def run_footprint(arguments: argparse.Namespace, console: Console) -> int:
    """Measure both collections, settled first where the server allows it."""
    from core.lab.footprint import footprint

    with household() as store:
        measured = footprint(store)
    if arguments.json:
        console.data(measured.as_json())
    else:
        _print_footprint(measured, console)
    return 0


def _print_footprint(measured: Footprint, console: Console) -> None:
    from core.lab.footprint import saving

    language = console.language
    ordinary, series = measured.ordinary, measured.time_series
    rows = [
        ["", *(console.text(f"cli.footprint.{name}") for name in ("ordinary", "time-series", "saving"))],
        [
            console.text("cli.footprint.readings"),
            number(ordinary.readings, language),
            number(series.readings, language),
            "",
        ],
    ]
    for name in ("data_bytes", "storage_bytes", "index_bytes", "total_bytes"):
        one, other = getattr(ordinary, name), getattr(series, name)
        label = console.text(f"cli.footprint.{name.removesuffix('_bytes')}")
        saved = percent(saving(one, other), language)
        rows.append([label, size(one, language), size(other, language), saved])
    rows.append(
        [
            console.text("cli.footprint.per-reading"),
            *(f"{number(one.bytes_per_reading, language, 2)}" for one in (ordinary, series)),
            "",
        ]
    )
    rows.append([console.text("cli.footprint.buckets"), "", number(series.buckets or 0, language), ""])
    console.table(rows)
    settled = "settled" if measured.settled else "unsettled"
    console.line(console.text(f"cli.footprint.{settled}", server=measured.server))
    if not measured.meaningful:
        console.line(console.text("cli.footprint.few"))
