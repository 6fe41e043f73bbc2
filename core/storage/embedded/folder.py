"""The folder in which the embedded MongoDB keeps its data.

It is the user's data folder or, if that cannot be created (a home without write permission), a folder in the
temporary folder, which does not last.
"""

from __future__ import annotations

import logging
import os
import shutil
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from core.errors import StorageError
from core.settings import Settings
from core.storage.embedded.address import is_private

LIBRARIES: Final = "libraries"
"""Folder beside the data, with links to libraries that the system lacks."""
ROOM_BYTES: Final = 64_000_000
"""Free space that a start requires; with less, mongod would fail half-way."""
_log: Final = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class DataFolder:
    """A folder for data. `lasts` is False where the system may empty it at any start."""

    path: Path
    lasts: bool = True


def data_folder(settings: Settings) -> DataFolder:
    """The folder to use, the same for every process of this user.

    A folder named by a setting is always used, and so is one that exists, even if it is not writable now: its
    readings must not seem lost. StorageError `server-folder` if not even the temporary folder can be used.
    """
    wanted = settings.data_dir
    if "data_dir" in settings.model_fields_set or _exists(wanted) or _make(wanted):
        return DataFolder(wanted)
    owner = "" if sys.platform == "win32" else f"-{os.getuid()}"
    try:
        spare = Path(tempfile.gettempdir()) / f"courbe{owner}"
    except FileNotFoundError as error:
        raise StorageError("server-folder", folder=str(wanted)) from error
    _make(spare)
    if not is_private(spare):  # another user's folder of that name, or none
        raise StorageError("server-folder", folder=str(wanted))
    _log.warning("%s cannot be made; readings are kept in %s and do not last", wanted, spare)
    return DataFolder(spare, lasts=False)


def prepare(data_dir: Path) -> Path:
    """Create the server's own folder, closed to all other users.

    StorageError `server-folder`, `server-disk-full`.
    """
    folder = data_dir.absolute() / "mongodb"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.chmod(0o700)
        free = shutil.disk_usage(folder).free
    except OSError as error:
        raise StorageError("server-folder", folder=str(folder)) from error
    if free < ROOM_BYTES:
        raise StorageError("server-disk-full", folder=str(folder))
    return folder


def _exists(folder: Path) -> bool:
    """Whether the folder exists; False too if this user may not look."""
    try:
        folder.lstat()
    except OSError:
        return False
    return True


def _make(folder: Path) -> bool:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError:
        return False
    return True
