"""`status`: prints the exact contents of each meter."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from core.cli.repair import told
from core.cli.shared.console import Console
from core.cli.shared.store import add_meter_options, chosen, household, shown

if TYPE_CHECKING:
    from core.storage.record import Summary


def add(command: Callable[[str], argparse.ArgumentParser], console: Console) -> None:
    """Declare the command."""
    parser = command("status")
    add_meter_options(parser, console)
    parser.add_argument("--json", action="store_true", help=console.words.text("cli.option.json"))
    parser.set_defaults(run=run_status)


def run_status(arguments: argparse.Namespace, console: Console) -> int:
    """Print readings, energy, period and gaps of each meter, and the damages found."""
    with household() as store:
        meters = chosen(store, arguments.prm)
        damages = store.damages()
    for one in damages:
        console.note(told(one, arguments, console.words))
    if arguments.json:
        console.data({"meters": [_meter_json(one, arguments) for one in meters]})
    elif not meters:
        console.line(console.words.text("cli.status.empty"))
    else:
        _print_status(meters, arguments, console)
    return 0


def _meter_json(summary: Summary, arguments: argparse.Namespace) -> dict[str, Any]:
    from core.paristime import local

    span = summary.span
    return {
        "prm": shown(summary.meter, arguments),
        "flow": summary.meter.flow.value,
        "readings": summary.readings,
        "wh": exact_wh(summary.watt_minutes),
        "first": local(span.start).isoformat() if span else None,
        "last": local(span.end).isoformat() if span else None,
        "missing": summary.missing,
    }


def exact_wh(watt_minutes: int) -> int | str:
    """Watt-hours without rounding: an integer, or a fraction such as `12345/2`."""
    wh = Fraction(watt_minutes, 60)
    return wh.numerator if wh.denominator == 1 else str(wh)


def _print_status(meters: list[Summary], arguments: argparse.Namespace, console: Console) -> None:
    from core.paristime import local

    words = console.words
    columns = ("meter", "flow", "readings", "energy", "first", "last", "missing")
    rows = [[words.text(f"cli.status.{column}") for column in columns]]
    for one in meters:
        span = one.span
        rows.append(
            [
                shown(one.meter, arguments),
                words.text(f"common.flow.{one.meter.flow}"),
                words.number(one.readings),
                words.kwh(one.watt_minutes),
                words.moment(local(span.start)) if span else "-",
                words.moment(local(span.end)) if span else "-",
                words.number(one.missing),
            ]
        )
    console.table(rows, left=2)
