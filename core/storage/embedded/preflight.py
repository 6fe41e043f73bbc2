"""The preflight of this machine: data folder, mongod programs, then MongoDB itself."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Final

from core.errors import StorageError
from core.model import Check, Days
from core.settings import Settings
from core.storage.connection import connect, preflight
from core.storage.embedded import server
from core.storage.embedded.folder import LIBRARIES, data_folder, prepare
from core.storage.embedded.libraries import PACKAGE, resolved
from core.storage.embedded.mongod import Candidate, Origin, Program, candidates

_MEGABYTE: Final = 1_000_000


def check_machine(settings: Settings) -> Iterator[Check]:
    """All checks that these settings require, in order; those that depend on a failed one are left out.

    The embedded server is started, or found running, and stopped again. No check contains a secret.
    """
    if settings.mongodb_uri:
        try:
            client = connect(settings.mongodb_uri)
        except StorageError as error:
            yield Check("mongodb-uri", False, _why(error))
            return
        yield Check("mongodb-uri", True)
        with client:
            yield from preflight(client, settings.database)
        return
    try:
        found = data_folder(settings)
        folder = prepare(found.path)
    except StorageError as error:
        yield Check("data-folder", False, _why(error))
        return
    place = {"folder": _from_home(found.path)}
    yield Check("data-folder", True, place)
    if not found.lasts:
        yield Check("data-folder-lasts", None, {"error": "data-temporary", **place})
    yield Check("data-disk", True, {"free": shutil.disk_usage(folder).free // _MEGABYTE})
    looked_at = list(candidates(settings.mongod, folder / LIBRARIES))
    yield from _programs(looked_at)
    if any(isinstance(one.found, Program) for one in looked_at):
        yield from _served(found.path, settings)


def _programs(looked_at: list[Candidate]) -> Iterator[Check]:
    """One check per mongod: the first that runs is used, the others are for data that it cannot open."""
    if not looked_at:
        yield Check("mongod-none", False, {"error": "server-none"})
    used: Program | None = None
    runs = any(isinstance(one.found, Program) for one in looked_at)
    for one in looked_at:
        if isinstance(one.found, StorageError):
            yield _of(one.origin, None if runs else False, _why(one.found))
            continue
        about: dict[str, str | int | Days] = {
            "program": _from_home(one.found.path),
            "version": ".".join(map(str, one.found.version)),
        }
        if used:
            yield Check("mongod-reserve", True, about)
        else:
            used = one.found
            yield _of(one.origin, True, about)
    if used and used.lent.names:
        names = ", ".join(used.lent.names)
        yield Check("mongod-lent", True, {"libraries": names, "package": f"{PACKAGE} {version(PACKAGE)}"})
    elif used and sys.platform == "linux":
        yield Check("mongod-library", True, {"library": resolved(used.path, "libcurl") or "–"})


def _of(origin: Origin, passed: bool | None, about: dict[str, str | int | Days]) -> Check:
    match origin:
        case Origin.SETTING:
            return Check("mongod-setting", passed, about)
        case Origin.PATH:
            return Check("mongod-path", passed, about)
        case Origin.BUNDLED:
            return Check("mongod-bundled", passed, about)


def _served(folder: Path, settings: Settings) -> Iterator[Check]:
    try:
        running = server.start(folder, settings.mongod)
    except StorageError as error:
        yield Check("mongod-start", False, _why(error))
        return
    yield Check("mongod-start", True)
    try:
        with connect(running.uri) as client:
            yield from preflight(client, settings.database)
    finally:
        running.stop()


def _why(error: StorageError) -> dict[str, str | int | Days]:
    return {"error": error.code, **error.details}


def _from_home(path: Path) -> str:
    """The path with `~` for the home folder, so that a report shows no user name."""
    try:
        return str(Path("~") / path.relative_to(Path.home()))
    except (ValueError, RuntimeError):
        return str(path)
