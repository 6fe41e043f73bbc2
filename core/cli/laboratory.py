"""What a reading costs: `footprint`, `fleet` and `report`."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import TYPE_CHECKING

from core.cli.console import Console
from core.cli.home import household
from core.cli.progress import ProgressBar, stop_on_interrupt
from core.formats import number, percent, size

if TYPE_CHECKING:
    from core.lab.fleet.measure import Fleet
    from core.lab.footprint import Footprint


def add(command: Callable[[str], argparse.ArgumentParser], console: Console) -> None:
    """Declare the commands of this group."""
    footprint = command("footprint")
    footprint.add_argument("--json", action="store_true", help=console.text("cli.option.json"))
    footprint.set_defaults(run=run_footprint)

    measure = command("fleet")
    number_word = console.text("cli.number")
    measure.add_argument(
        "--meters", type=int, default=100, metavar=number_word, help=console.text("cli.fleet.meters")
    )
    measure.add_argument(
        "--days", type=int, default=730, metavar=number_word, help=console.text("cli.fleet.days")
    )
    measure.add_argument("--small", action="store_true", help=console.text("cli.fleet.small"))
    after = measure.add_mutually_exclusive_group()
    after.add_argument("--keep", action="store_true", help=console.text("cli.fleet.keep"))
    after.add_argument("--drop", action="store_true", help=console.text("cli.fleet.drop"))
    measure.add_argument("--json", action="store_true", help=console.text("cli.option.json"))
    measure.set_defaults(run=run_fleet)


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

    language = console.language
    ordinary, series = measured.ordinary, measured.time_series
    sides = (ordinary, series)
    readings = [number(side.readings, language) for side in sides]
    rows = [
        ["", *(console.text(f"footprint.{name}") for name in ("ordinary", "time-series", "table.saving"))],
        [console.text("cli.status.readings"), *readings, ""],
    ]
    names = ("data_bytes", "storage_bytes", "index_bytes", "total_bytes", "unused_bytes", "net_bytes")
    has_free = any(side.unused_bytes for side in sides)
    for name in names if has_free else names[:4]:
        one, other = (getattr(side, name) for side in sides)
        final = name != "unused_bytes" and (measured.settled or name == "data_bytes")
        saved = percent(saving(one, other), language) if final else ""
        title = "footprint.part.free" if name == "unused_bytes" else f"footprint.table.{name}"
        rows.append([console.text(title), size(one, language), size(other, language), saved])
    units = ("bytes_per_reading", "net_per_reading")
    for unit in units if has_free else units[:1]:
        each = [number(getattr(side, unit), language, 2) for side in sides]
        rows.append([console.text(f"footprint.table.{unit}"), *each, ""])
    rows.append([console.text("cli.footprint.buckets"), "", number(series.buckets or 0, language), ""])
    console.table(rows)
    settled = "settled" if measured.settled else "unsettled"
    console.line(console.text(f"cli.footprint.{settled}", server=measured.server))
    if not measured.meaningful:
        few = number(MEANINGFUL_READINGS, language)
        console.line(console.text("footprint.few", readings=few))


def run_fleet(arguments: argparse.Namespace, console: Console) -> int:
    """Measure synthetic fleets of 1, 10, 100, … meters; interrupted, what was measured is still told."""
    from core.lab.fleet import measure

    if arguments.drop:
        return _drop_fleets(arguments, console)
    with household() as store, stop_on_interrupt() as stop, ProgressBar(console) as bar:
        measured = measure.run_fleet(
            store.database,
            arguments.meters,
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
    """The table of the Fleet page, in its words."""
    from core.lab.footprint import MEANINGFUL_READINGS, saving
    from core.lab.wording import cost

    language = console.language
    columns = (
        *("cli.fleet.meters-column", "cli.status.readings"),
        *("footprint.ordinary", "footprint.time-series", "footprint.table.saving"),
    )
    rows = [[console.text(column) for column in columns]]
    for one in measured.sizes:
        sides = (one.footprint.ordinary, one.footprint.time_series)
        rows.append(
            [
                number(one.meters, language),
                number(sides[0].readings, language),
                *(cost(side, language) for side in sides),
                percent(saving(sides[0].net_bytes, sides[1].net_bytes), language)
                if one.footprint.settled
                else "",
            ]
        )
    console.table(rows, left=0)
    console.line(console.text("cli.fleet.note", server=measured.server))
    if not measured.settled:
        console.line(console.text("lab.unsettled"))
    if measured.sizes[0].footprint.ordinary.readings < MEANINGFUL_READINGS:
        few = number(MEANINGFUL_READINGS, language)
        console.line(console.text("fleet.few", readings=few))
    for name in measured.kept:
        console.line(console.text("cli.fleet.kept", name=name))


def _drop_fleets(arguments: argparse.Namespace, console: Console) -> int:
    """Drop what `--keep` left; nothing is measured."""
    from core.lab.fleet import kept

    with household() as store:
        dropped = kept.drop(store.database)
    if arguments.json:
        console.data({"dropped": [{"collection": one.collection, "bytes": one.bytes} for one in dropped]})
    elif not dropped:
        console.line(console.text("cli.fleet.none-kept"))
    for one in () if arguments.json else dropped:
        console.line(
            console.text("cli.fleet.dropped", name=one.collection, size=size(one.bytes, console.language))
        )
    return 0
