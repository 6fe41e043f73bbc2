"""`footprint`: prints the size of both collections on disk."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import TYPE_CHECKING

from core.cli.shared.console import Console
from core.cli.shared.store import household

if TYPE_CHECKING:
    from core.lab.footprint import Footprint


def add(command: Callable[[str], argparse.ArgumentParser], console: Console) -> None:
    """Declare the command."""
    parser = command("footprint")
    parser.add_argument("--json", action="store_true", help=console.words.text("cli.option.json"))
    parser.set_defaults(run=run_footprint)


def run_footprint(arguments: argparse.Namespace, console: Console) -> int:
    """Measure both collections, after a checkpoint where the server allows one."""
    from core.lab.footprint import footprint

    with household() as store:
        measured = footprint(store)
    if arguments.json:
        console.data(measured.as_json())
    else:
        print_footprint(measured, console)
    return 0


def print_footprint(measured: Footprint, console: Console) -> None:
    """Print the table of the Footprint page."""
    from core.lab.footprint import MEANINGFUL_READINGS
    from core.lab.tables import footprint_head, footprint_table

    words = console.words
    rows = [row.cells for row in footprint_table(measured, words)]
    console.table([["", *footprint_head(words)[1:]], *rows])
    settled = "settled" if measured.settled else "unsettled"
    console.line(words.text(f"cli.footprint.{settled}", server=measured.server))
    if not measured.meaningful:
        few = words.number(MEANINGFUL_READINGS)
        console.line(words.text("footprint.few", readings=few))
