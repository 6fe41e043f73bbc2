"""`erase`: a meter or everything, after asking."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable

from core.cli.console import Console
from core.cli.store import add_meter_options, chosen, household, shown
from core.errors import InputError


def add(command: Callable[[str], argparse.ArgumentParser], console: Console) -> None:
    """Declare the command."""
    parser = command("erase")
    add_meter_options(parser, console)
    parser.add_argument("--yes", action="store_true", help=console.words.text("cli.erase.yes"))
    parser.set_defaults(run=run_erase)


def run_erase(arguments: argparse.Namespace, console: Console) -> int:
    """Erase one meter or everything, after asking."""
    with household() as store:
        meters = chosen(store, arguments.prm)
        if not meters:
            if arguments.yes:
                store.erase()  # what belongs to no meter
            console.line(console.words.text("cli.status.empty"))
            return 0
        names = ", ".join(shown(one.meter, arguments) for one in meters)
        count = console.words.number(sum(one.readings for one in meters))
        if not arguments.yes and not _agreed(
            console.words.text("cli.erase.ask", count=count, meters=names), console
        ):
            console.note(console.words.text("cli.erase.kept"))
            return 1
        if arguments.prm is None:
            store.erase()
        else:
            for one in meters:
                store.erase(one.meter)
    console.line(console.words.text("cli.erase.done", count=count, meters=names))
    return 0


def _agreed(question: str, console: Console) -> bool:
    """Whether a person said yes. InputError where nobody can be asked."""
    if not sys.stdin.isatty():
        raise InputError("cli-nobody-to-ask")
    print(f"{question} ", end="", file=sys.stderr, flush=True)
    answer = sys.stdin.readline().strip().casefold()
    return bool(answer) and answer in console.words.text("cli.erase.agreed").split()
