"""What the reader of uploads and its child process tell each other, besides the sources that were read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from core.sources.files import Stamped


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits for one file.

    `cpu_seconds`: two years of half-hours take 0.1 s. `memory_bytes`: beyond what the process takes; the size
    of the upload is added to it, for its rows.
    """

    cpu_seconds: int = 20
    memory_bytes: int = 256 << 20


@dataclass(frozen=True, slots=True)
class Task:
    """Uploaded files to read.

    `skip`: how many of their sources were read before. `parent`: id of the process that waits. `stamped`:
    which end of its interval a stamp names, in files that do not tell.
    """

    files: Sequence[tuple[str, bytes]]
    prm: str | None
    skip: int
    parent: int
    limits: Limits = Limits()
    stamped: Stamped = Stamped.UNSAID


@dataclass(frozen=True, slots=True)
class Reached:
    """How far the reading of an upload is.

    `name`: the file being read, as shown; empty before the first. `number` of `of`: its place, counted from
    1; the files of a zip count once it was opened. `share`: of the bytes of the whole upload, 0 to 1.
    """

    name: str = ""
    number: int = 0
    of: int = 0
    share: float = 0.0
