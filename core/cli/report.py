"""`report`: writes everything the laboratory measures to a file."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable
from errno import EACCES, EISDIR, ENOENT
from pathlib import Path

from core.cli.prepare import teller
from core.cli.shared.console import Console
from core.cli.shared.progress import stop_on_interrupt
from core.cli.shared.store import household
from core.errors import InputError


def add(command: Callable[[str], argparse.ArgumentParser], console: Console) -> None:
    """Declare the command."""
    parser = command("report")
    wanted = parser.add_mutually_exclusive_group()
    path = console.words.text("cli.path")
    wanted.add_argument(
        "--html",
        type=Path,
        default=Path("courbe-report.html"),
        metavar=path,
        help=console.words.text("cli.report.html"),
    )
    wanted.add_argument(
        "--compare", nargs=2, type=Path, metavar=path, help=console.words.text("cli.report.compare")
    )
    parser.add_argument(
        "--fleet",
        type=int,
        default=0,
        metavar=console.words.text("cli.number"),
        help=console.words.text("cli.report.fleet"),
    )
    parser.set_defaults(run=run_report)


def run_report(arguments: argparse.Namespace, console: Console) -> int:
    """Measure everything and write the report, or compare two reports. InputError `cli-cannot-write`."""
    if arguments.compare:
        return _compare(arguments.compare, console)
    from core.lab.jobs import measure_all
    from core.lab.report.html import write_report

    _refuse_early(arguments.html, arguments.fleet)
    with household() as store, stop_on_interrupt() as stop:
        findings = measure_all(store, arguments.fleet, stop, teller(console))
    if findings is None:
        raise KeyboardInterrupt
    try:
        written = write_report(findings, arguments.html, console.words)
    except OSError as error:
        raise InputError("cli-cannot-write", path=str(arguments.html), reason=error.strerror or "?") from None
    for path in written:
        console.line(console.words.text("cli.report.done", path=str(path)))
    return 0


def _refuse_early(path: Path, meters: int) -> None:
    """Check arguments before the measurement, which takes minutes. Raises InputError."""
    from core.lab.fleet.measure import check_size
    from core.lab.prepared.run import DAYS

    if meters:
        check_size(meters, DAYS)
    folder = path.parent
    number = ENOENT if not folder.is_dir() else EISDIR if path.is_dir() else 0
    if not number and not os.access(folder, os.W_OK):
        number = EACCES
    if number:
        raise InputError("cli-cannot-write", path=str(path), reason=os.strerror(number))


def _compare(paths: list[Path], console: Console) -> int:
    from core.lab.report.findings import compare, read_report
    from core.lab.wording import figure_name

    one, other = (read_report(_read(path)) for path in paths)
    words = console.words
    rows = [[words.text(f"cli.report.{name}") for name in ("figure", "first", "second", "change")]]
    for path, first, second in compare(one, other):
        shown = (words.number(value, 2) for value in (first, second))
        change = words.percent(second / first - 1) if first else "–"
        rows.append([figure_name(path, words), *shown, change])
    console.table(rows)
    return 0


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError("cli-cannot-read", path=str(path), reason=error.strerror or "?") from None
