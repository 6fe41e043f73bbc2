"""`erase`: erases a meter or everything, with confirmation."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from core.cli.shared.console import Console
from core.cli.shared.store import add_meter_options, household, matching, shown
from core.errors import InputError
from core.texts import Words

if TYPE_CHECKING:
    from core.model import Meter
    from core.storage.upkeep.ownership import Kind


def add(command: Callable[[str], argparse.ArgumentParser], console: Console) -> None:
    """Declare the command."""
    parser = command("erase")
    add_meter_options(parser, console)
    parser.add_argument("--yes", action="store_true", help=console.words.text("cli.erase.yes"))
    parser.set_defaults(run=run_erase)


def run_erase(arguments: argparse.Namespace, console: Console) -> int:
    """Erase one meter or everything after confirmation; returns 1 if the user declined."""
    words = console.words
    with household(prepared=False) as store:
        held = store.belongings()
        meters = matching(held.meters, arguments.prm)
        others = dict(held.others) if arguments.prm is None else {}
        if not meters and not others:
            console.line(words.text("cli.status.empty"))
            return 0
        known = {one.meter: one.readings for one in store.meters()}
        told = words.listed([*_named(meters, known, arguments, words), *_others(others, words)])
        if held.foreign and arguments.prm is None:
            console.note(words.text("belongings.foreign", names=", ".join(held.foreign)))
        if not arguments.yes and not _agreed(words.text("cli.erase.ask", what=told), console):
            console.note(words.text("cli.erase.kept"))
            return 1
        if arguments.prm is None:
            store.erase()
        else:
            for one in meters:
                store.erase(one)
    console.line(words.text("cli.erase.done", what=told))
    return 0


def _named(
    meters: Sequence[Meter], known: Mapping[Meter, int], arguments: argparse.Namespace, words: Words
) -> list[str]:
    """Each meter with its number of readings, if its record has one."""
    return [
        words.text("belongings.meter", count=words.number(known[one]), meter=shown(one, arguments))
        if one in known
        else words.text("belongings.damaged", meter=shown(one, arguments))
        for one in meters
    ]


def _others(others: Mapping[Kind, int], words: Words) -> list[str]:
    return [words.text(f"belongings.{kind}", count=words.number(count)) for kind, count in others.items()]


def _agreed(question: str, console: Console) -> bool:
    """Whether the user agreed. InputError `cli-nobody-to-ask` without a terminal."""
    if not sys.stdin.isatty():
        raise InputError("cli-nobody-to-ask")
    print(f"{question} ", end="", file=sys.stderr, flush=True)
    answer = sys.stdin.readline().strip().casefold()
    return bool(answer) and answer in console.words.text("cli.erase.agreed").split()
