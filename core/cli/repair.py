"""`repair`: checks all stored documents and repairs what it can."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import TYPE_CHECKING

from core.cli.shared.console import Console
from core.cli.shared.store import add_show_option, household, shown
from core.texts import Words

if TYPE_CHECKING:
    from core.storage.upkeep.damage import Damage

REMAINS = 1
"""Exit code if something could not be repaired."""


def add(command: Callable[[str], argparse.ArgumentParser], console: Console) -> None:
    """Declare the command."""
    parser = command("repair")
    add_show_option(parser, console)
    parser.set_defaults(run=run_repair)


def run_repair(arguments: argparse.Namespace, console: Console) -> int:
    """Repair, and print each damage with its outcome; returns REMAINS if something is lost."""
    from core.storage.upkeep.damage import Outcome

    with household(prepared=False) as store:
        found = store.mend()
        store.prepare()
    for one in found:
        console.line(told(one, arguments, console.words))
    if not found:
        console.line(console.words.text("cli.repair.sound"))
    return REMAINS if any(one.outcome is Outcome.LOST for one in found) else 0


def told(damage: Damage, arguments: argparse.Namespace, words: Words) -> str:
    """A damage in one line: what was wrong, and its outcome or the cure."""
    return words.text(
        f"damage.{damage.kind}.{damage.outcome}",
        count=words.number(damage.count),
        meter=shown(damage.meter, arguments) if damage.meter else "",
        collection=damage.collection,
        aside=damage.aside,
    )
