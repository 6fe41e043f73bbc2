"""Opens the household's store for a command and selects its meters."""

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
    """The household's store, as `home` opens it; `prepared=False` also opens a damaged one."""
    with home(prepared=prepared) as (store, _):
        yield store


@contextmanager
def home(*, prepared: bool = True) -> Iterator[tuple[Store, Workspaces]]:
    """The store that the settings name, created if missing, and the workspaces it belongs to.

    Uses the server of a running application. With `prepared`, takes in what a scheduled trigger left in the
    inbox. InputError `cli-shared` on a shared deployment, which has no household; `cli-env-file` if `.env`
    cannot be read.
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
    """The settings in force. InputError `cli-env-file` if `.env` cannot be read."""
    from core.settings import load_settings

    try:
        settings = load_settings()
    except (UnicodeDecodeError, OSError):  # raised below: this exception holds bytes of the file
        settings = None
    if settings is None:
        raise InputError("cli-env-file")
    return settings


def add_meter_options(parser: argparse.ArgumentParser, console: Console) -> None:
    """Add `--prm` to select meters and `--show-prm` to print whole PRMs."""
    parser.add_argument("--prm", metavar="PRM", help=console.words.text("cli.option.prm"))
    add_show_option(parser, console)


def add_show_option(parser: argparse.ArgumentParser, console: Console) -> None:
    """Add `--show-prm` to print whole PRMs."""
    parser.add_argument("--show-prm", action="store_true", help=console.words.text("cli.option.show-prm"))


def chosen(store: Store, wanted: str | None) -> list[Summary]:
    """All meters, or those whose PRM ends with `wanted`. InputError `cli-no-such-meter` if none does."""
    summaries = store.meters()
    found = matching([one.meter for one in summaries], wanted)
    return [one for one in summaries if one.meter in found]


def matching(meters: Sequence[Meter], wanted: str | None) -> Sequence[Meter]:
    """The meters whose PRM ends with `wanted`, at least 4 digits; all for None. InputError as in `chosen`."""
    if wanted is None:
        return meters
    digits = "".join(wanted.split())
    found = [one for one in meters if len(digits) >= 4 and one.prm.endswith(digits)]
    if not found:
        raise InputError("cli-no-such-meter")
    return found


def shown(meter: Meter, arguments: argparse.Namespace) -> str:
    """The PRM as this command may print it: whole with `--show-prm`, else its last digits."""
    return meter.prm if arguments.show_prm else meter.masked
