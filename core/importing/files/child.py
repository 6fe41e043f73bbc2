"""Reads uploaded files in a separate process, with limits on memory and time.

Standard input: one pickled Task. Standard output: pickles; for each file its number and name before it is
read, then the source that was read; None at the end. Both ends are the same program.
"""

from __future__ import annotations

import ctypes
import os
import pickle
import re
import signal
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final

from core.errors import SourceError
from core.sources.files import FileSource, Stamped, open_files

if sys.platform != "win32":
    import resource

TOO_MUCH: Final = 41
"""Exit code if memory ran out; a killed process has a negative code."""
_PR_SET_PDEATHSIG: Final = 1


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


def main() -> int:
    """Read the task from standard input, answer on standard output; the exit code."""
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # what a library prints must not mix with answers
    task: Task = pickle.load(sys.stdin.buffer)  # noqa: S301 - from the program that started this one
    if not _stays_with(task.parent):
        return 1
    _limit_memory(task.limits.memory_bytes + sum(len(data) for _, data in task.files))
    try:
        _read(task, answers)
    except MemoryError:
        return TOO_MUCH
    return 0


def _read(task: Task, answers: IO[bytes]) -> None:
    number = 0
    for file in task.files:
        _allow_time(task.limits.cpu_seconds)
        for source in open_files([file], task.prm, stamped=task.stamped):
            if number >= task.skip:
                _tell(answers, (number, source.name))
                _allow_time(task.limits.cpu_seconds)
                _read_one(source)
                _tell(answers, source)
            number += 1
    _tell(answers, None)


def _read_one(source: FileSource) -> None:
    try:
        source.preview()
    except SourceError:
        return  # the source keeps it and raises it again


def _tell(answers: IO[bytes], answer: Any) -> None:
    pickle.dump(answer, answers, protocol=pickle.HIGHEST_PROTOCOL)
    answers.flush()


def _stays_with(parent: int) -> bool:
    """End with the parent, even if it is killed. False if it has ended already."""
    if sys.platform != "linux":
        return True
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    return os.getppid() == parent


def _limit_memory(more: int) -> None:
    """Limit further allocations to `more` bytes; on Linux only, as macOS and Windows do not count them."""
    if sys.platform != "linux":
        return
    found = re.search(r"VmData:\s*(\d+) kB", Path("/proc/self/status").read_text(encoding="ascii"))
    if found:
        most = int(found[1]) * 1024 + more
        resource.setrlimit(resource.RLIMIT_DATA, (most, most))


def _allow_time(seconds: int) -> None:
    """Allow so many seconds of processor time from now on; the system then ends the process."""
    if sys.platform == "win32":
        return
    used = resource.getrusage(resource.RUSAGE_SELF)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    until = int(used.ru_utime + used.ru_stime) + 1 + seconds
    resource.setrlimit(resource.RLIMIT_CPU, (until, resource.RLIM_INFINITY))


if __name__ == "__main__":
    sys.exit(main())
