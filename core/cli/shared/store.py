"""Where the commands find the household's readings, and which of its meters they mean."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from core.cli.shared.console import Console
from core.errors import InputError

if TYPE_CHECKING:
    from core.model import Meter
    from core.settings import Settings
    from core.storage.record import Summary
    from core.storage.store import Store
    from core.storage.workspace import Workspaces


@contextmanager
def household(*, prepared: bool = True) -> Iterator[Store]:
    """The household's store, see `home`. `prepared`: False for what must work on a damaged one."""
    with home(prepared=prepared) as (store, _):
        yield store


@contextmanager
def home(*, prepared: bool = True) -> Iterator[tuple[Store, Workspaces]]:
    """The store the settings name, made where it is absent, with what a scheduled trigger left for us; the
    server of a running application is used; and the workspaces it is opened from.

    InputError `cli-shared` on a shared deployment: it holds many visitors' data and no household's;
    `cli-env-file` where `.env` cannot be read.
    """
    from core.importing import inbox
    from core.storage.mongo_errors import explained
    from core.storage.workspace import Workspaces

    workspaces = Workspaces(usable_settings())
    if workspaces.is_shared:
        raise InputError("cli-shared")
    try:
        with explained():
            if prepared:
                store = workspaces.open().store
                inbox.fold(store)
            else:
                store = workspaces.unprepared()
            yield store, workspaces
    finally:
        workspaces.close()


def usable_settings() -> Settings:
    """The settings in force. InputError `cli-env-file` where `.env` cannot be read."""
    from core.settings import load_settings

    try:
        settings = load_settings()
    except (UnicodeDecodeError, OSError):  # outside the handler: the exception holds the file's bytes
        settings = None
    if settings is None:
        raise InputError("cli-env-file")
    return settings


def add_meter_options(parser: argparse.ArgumentParser, console: Console) -> None:
    """`--prm` to choose meters, `--show-prm` to print them whole."""
    parser.add_argument("--prm", metavar="PRM", help=console.words.text("cli.option.prm"))
    add_show_option(parser, console)


def add_show_option(parser: argparse.ArgumentParser, console: Console) -> None:
    parser.add_argument("--show-prm", action="store_true", help=console.words.text("cli.option.show-prm"))


def chosen(store: Store, wanted: str | None) -> list[Summary]:
    """All meters, or those whose PRM is, or ends with, what was asked for. InputError when none does."""
    summaries = store.meters()
    found = matching([one.meter for one in summaries], wanted)
    return [one for one in summaries if one.meter in found]


def matching(meters: Sequence[Meter], wanted: str | None) -> Sequence[Meter]:
    """The same of a list of meters."""
    if wanted is None:
        return meters
    digits = "".join(wanted.split())
    found = [one for one in meters if len(digits) >= 4 and one.prm.endswith(digits)]
    if not found:
        raise InputError("cli-no-such-meter")
    return found


def shown(meter: Meter, arguments: argparse.Namespace) -> str:
    """The PRM as this command may print it."""
    return meter.prm if arguments.show_prm else meter.masked
