"""`prepare`: measures all results of a talk once and stores them in MongoDB."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import TYPE_CHECKING

from core.cli.shared.console import Console

if TYPE_CHECKING:
    from core.jobs import Progress


def add(command: Callable[[str], argparse.ArgumentParser], console: Console) -> None:
    """Declare the command."""
    parser = command("prepare")
    parser.add_argument("--prm", metavar="PRM", help=console.words.text("cli.option.prm"))
    number, meters = console.words.text("cli.number"), console.words.text("cli.prepare.meters")
    parser.add_argument("--meters", type=int, default=100, metavar=number, help=meters)
    parser.add_argument("--json", action="store_true", help=console.words.text("cli.option.json"))
    parser.set_defaults(run=run_prepare)


def run_prepare(arguments: argparse.Namespace, console: Console) -> int:
    """Measure every part and store it; returns 1 if a part failed.

    Ctrl-C ends it after the current part; what was measured stays. InputError `footprint-empty` without
    readings.
    """
    from core.cli.shared.progress import stop_on_interrupt
    from core.cli.shared.store import chosen, household
    from core.errors import InputError
    from core.lab.prepared.kept import as_document
    from core.lab.prepared.run import prepare

    with household() as store, stop_on_interrupt() as stop:
        summaries = [one for one in chosen(store, arguments.prm) if one.readings]
        if not summaries:
            raise InputError("footprint-empty")
        meter = max(summaries, key=lambda one: one.readings).meter
        found = prepare(store, meter, meters=arguments.meters, stop=stop, progress=teller(console))
    if arguments.json:  # without versions, whose keys contain PRMs
        console.data({"results": [as_document(one) | {"versions": {}} for one in found.kept]})
    else:
        for one in found.kept:
            console.line(console.words.text(f"prepare.kind.{one.kind.value}"))
    for kind, error in found.failed:
        console.failed(error, console.words.text(f"prepare.kind.{kind.value}"))
    if not found.complete:
        raise KeyboardInterrupt
    return 1 if found.failed else 0


def teller(console: Console) -> Callable[[Progress], None]:
    """A progress callback that prints one line when a part begins."""
    at = -1

    def tell(progress: Progress) -> None:
        nonlocal at
        if progress.step > at:
            at = progress.step
            kind = console.words.text(f"prepare.kind.{progress.source}")
            console.note(console.words.text("prepare.at", step=at + 1, steps=progress.steps or 0, kind=kind))

    return tell
