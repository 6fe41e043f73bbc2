"""`fleet`: measures the storage of fleets of synthetic meters."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import TYPE_CHECKING

from core.cli import fleet_spark
from core.cli.shared.console import Console
from core.cli.shared.progress import ProgressBar, stop_on_interrupt
from core.cli.shared.store import household

if TYPE_CHECKING:
    from core.lab.fleet.measure import Fleet


def add(command: Callable[[str], argparse.ArgumentParser], console: Console) -> None:
    """Declare the command."""
    parser = command("fleet")
    number_word = console.words.text("cli.number")
    parser.add_argument(
        "--meters", type=int, metavar=number_word, help=console.words.text("cli.fleet.meters")
    )
    parser.add_argument(
        "--days", type=int, default=730, metavar=number_word, help=console.words.text("cli.fleet.days")
    )
    parser.add_argument("--small", action="store_true", help=console.words.text("cli.fleet.small"))
    after = parser.add_mutually_exclusive_group()
    after.add_argument("--keep", action="store_true", help=console.words.text("cli.fleet.keep"))
    after.add_argument("--drop", action="store_true", help=console.words.text("cli.fleet.drop"))
    parser.add_argument("--json", action="store_true", help=console.words.text("cli.option.json"))
    fleet_spark.add(parser, console)
    parser.set_defaults(run=run_fleet)


def run_fleet(arguments: argparse.Namespace, console: Console) -> int:
    """Measure synthetic fleets of 1, 10, 100, … meters; after an interrupt, print what was measured."""
    from core.lab.fleet import measure

    if fleet_spark.asked(arguments):
        return fleet_spark.run(arguments, console, print_fleet)
    if arguments.drop:
        return _drop_fleets(arguments, console)
    with household() as store, stop_on_interrupt() as stop, ProgressBar(console) as bar:
        measured = measure.run_fleet(
            store.database,
            fleet_spark.DEFAULT_METERS if arguments.meters is None else arguments.meters,
            arguments.days,
            stop=stop,
            progress=bar.show,
            keep=arguments.keep,
            options="small" if arguments.small else "plain",
        )
    if arguments.json:
        console.data(measured.as_json())
    elif measured.sizes:
        print_fleet(measured, console)
    if not measured.complete:
        raise KeyboardInterrupt
    return 0


def print_fleet(measured: Fleet, console: Console) -> None:
    """Print the table of the Fleet page."""
    from core.lab.footprint import MEANINGFUL_READINGS, saving
    from core.lab.wording import cost

    words = console.words
    columns = (
        *("cli.fleet.meters-column", "cli.status.readings"),
        *("footprint.ordinary", "footprint.time-series", "footprint.table.saving"),
    )
    rows = [[words.text(column) for column in columns]]
    for one in measured.sizes:
        sides = (one.footprint.ordinary, one.footprint.time_series)
        rows.append(
            [
                words.number(one.meters),
                words.number(sides[0].readings),
                *(cost(side, words) for side in sides),
                words.percent(saving(sides[0].net_bytes, sides[1].net_bytes))
                if one.footprint.settled
                else "",
            ]
        )
    console.table(rows, left=0)
    console.line(words.text("cli.fleet.note", server=measured.server))
    if not measured.settled:
        console.line(words.text("lab.unsettled"))
    if measured.sizes[0].footprint.ordinary.readings < MEANINGFUL_READINGS:
        few = words.number(MEANINGFUL_READINGS)
        console.line(words.text("fleet.few", readings=few))
    for name in measured.kept:
        console.line(words.text("cli.fleet.kept", name=name))


def _drop_fleets(arguments: argparse.Namespace, console: Console) -> int:
    """Drop the collections that `--keep` left, without measuring."""
    from core.lab.fleet import kept

    with household() as store:
        dropped = kept.drop(store.database)
    if arguments.json:
        console.data({"dropped": [{"collection": one.collection, "bytes": one.bytes} for one in dropped]})
    elif not dropped:
        console.line(console.words.text("cli.fleet.none-kept"))
    for one in () if arguments.json else dropped:
        console.line(
            console.words.text("cli.fleet.dropped", name=one.collection, size=console.words.size(one.bytes))
        )
    return 0
