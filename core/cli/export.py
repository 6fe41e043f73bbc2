"""`export`: writes the history of a meter to a file."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from core.cli.shared.console import Console
from core.cli.shared.store import add_meter_options, chosen, household
from core.errors import InputError


def add(command: Callable[[str], argparse.ArgumentParser], console: Console) -> None:
    """Declare the command."""
    parser = command("export")
    target = parser.add_mutually_exclusive_group(required=True)
    path = console.words.text("cli.path")
    target.add_argument("--csv", type=Path, metavar=path, help=console.words.text("cli.export.csv"))
    target.add_argument("--parquet", type=Path, metavar=path, help=console.words.text("cli.export.parquet"))
    parser.add_argument("--production", action="store_true", help=console.words.text("cli.export.production"))
    add_meter_options(parser, console)
    parser.set_defaults(run=run_export)


def run_export(arguments: argparse.Namespace, console: Console) -> int:
    """Write the whole history of one meter to a file; `-` is standard output.

    InputError `cli-which-meter` unless exactly one meter matches, `cli-cannot-write`.
    """
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
        count = console.words.number(len(curve))
        console.line(console.words.text("cli.export.done", count=count, path=str(path)))
    return 0


def _write(path: Path, content: bytes) -> None:
    """Write the file atomically: an existing file is replaced only by a complete one."""
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
