"""What is there: `status`, `export` and `erase`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.cli.console import Console
from core.cli.home import add_meter_options, chosen, household, shown
from core.errors import InputError
from core.formats import kwh, moment, number

if TYPE_CHECKING:
    from core.storage.record import Summary


def add(command: Callable[[str], argparse.ArgumentParser], console: Console) -> None:
    """Declare the commands of this group."""
    status = command("status")
    add_meter_options(status, console)
    status.add_argument("--json", action="store_true", help=console.text("cli.option.json"))
    status.set_defaults(run=run_status)

    export = command("export")
    target = export.add_mutually_exclusive_group(required=True)
    path = console.text("cli.path")
    target.add_argument("--csv", type=Path, metavar=path, help=console.text("cli.export.csv"))
    target.add_argument("--parquet", type=Path, metavar=path, help=console.text("cli.export.parquet"))
    export.add_argument("--production", action="store_true", help=console.text("cli.export.production"))
    add_meter_options(export, console)
    export.set_defaults(run=run_export)

    erase = command("erase")
    add_meter_options(erase, console)
    erase.add_argument("--yes", action="store_true", help=console.text("cli.erase.yes"))
    erase.set_defaults(run=run_erase)


def run_status(arguments: argparse.Namespace, console: Console) -> int:
    """What each meter holds, exact."""
    with household() as store:
        meters = chosen(store, arguments.prm)
    if arguments.json:
        console.data({"meters": [_meter_json(one, arguments) for one in meters]})
    elif not meters:
        console.line(console.text("cli.status.empty"))
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

    language = console.language
    columns = ("meter", "flow", "readings", "energy", "first", "last", "missing")
    rows = [[console.text(f"cli.status.{column}") for column in columns]]
    for one in meters:
        span = one.span
        rows.append(
            [
                shown(one.meter, arguments),
                console.text(f"common.flow.{one.meter.flow}"),
                number(one.readings, language),
                kwh(one.watt_minutes, language),
                moment(local(span.start), language) if span else "-",
                moment(local(span.end), language) if span else "-",
                number(one.missing, language),
            ]
        )
    console.table(rows, left=2)


def run_export(arguments: argparse.Namespace, console: Console) -> int:
    """The whole history of one meter as a file; `-` is standard output."""
    from core.consumption.export import enedis_csv, history_parquet
    from core.model import Flow

    flow = Flow.PRODUCTION if arguments.production else Flow.CONSUMPTION
    with household() as store:
        meters = [one.meter for one in chosen(store, arguments.prm) if one.meter.flow is flow]
        if len(meters) != 1:
            raise InputError("cli-which-meter", count=len(meters))
        curve = store.read(meters[0])
    make = enedis_csv if arguments.csv else history_parquet
    path = arguments.csv or arguments.parquet
    _write(path, make(meters[0], curve, with_prm=arguments.show_prm))
    if str(path) != "-":
        count = number(len(curve), console.language)
        console.line(console.text("cli.export.done", count=count, path=str(path)))
    return 0


def _write(path: Path, content: bytes) -> None:
    """All of it or nothing: a file that was there stays until the new one is whole."""
    if str(path) == "-":
        sys.stdout.buffer.write(content)
        return
    try:
        if path.exists() and not path.is_file():  # a pipe or a device cannot be replaced
            path.write_bytes(content)
            return
        draft = path.with_name(f".{path.name}.part")
        draft.write_bytes(content)
        draft.replace(path)
    except OSError as error:
        raise InputError("cli-cannot-write", path=str(path), reason=error.strerror or "?") from None


def run_erase(arguments: argparse.Namespace, console: Console) -> int:
    """Erase one meter or everything, after asking."""
    with household() as store:
        meters = chosen(store, arguments.prm)
        if not meters:
            if arguments.yes:
                store.erase()  # what belongs to no meter
            console.line(console.text("cli.status.empty"))
            return 0
        names = ", ".join(shown(one.meter, arguments) for one in meters)
        count = number(sum(one.readings for one in meters), console.language)
        if not arguments.yes and not _agreed(
            console.text("cli.erase.ask", count=count, meters=names), console
        ):
            console.note(console.text("cli.erase.kept"))
            return 1
        if arguments.prm is None:
            store.erase()
        else:
            for one in meters:
                store.erase(one.meter)
    console.line(console.text("cli.erase.done", count=count, meters=names))
    return 0


def _agreed(question: str, console: Console) -> bool:
    """Whether a person said yes. InputError where nobody can be asked."""
    if not sys.stdin.isatty():
        raise InputError("cli-nobody-to-ask")
    print(f"{question} ", end="", file=sys.stderr, flush=True)
    answer = sys.stdin.readline().strip().casefold()
    return bool(answer) and answer in console.text("cli.erase.agreed").split()
