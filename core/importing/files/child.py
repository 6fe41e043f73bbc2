"""Reads uploaded files in a separate process, with limits on memory and time.

Standard input: one pickled Task. Standard output: pickles; for each file what is reached, from before it is
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
from dataclasses import replace
from pathlib import Path
from typing import IO, Any, Final

from core.errors import SourceError
from core.importing.files.messages import Reached, Task
from core.sources.files import FileSource, open_files

if sys.platform != "win32":
    import resource

TOO_MUCH: Final = 41
"""Exit code if memory ran out; a killed process has a negative code."""
_PR_SET_PDEATHSIG: Final = 1
_STEP: Final = 0.01
"""Least share of an upload that is worth a message."""


def main() -> int:
    """Read the task from standard input, answer on standard output; the exit code."""
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # what a library prints must not mix with answers
    task: Task = pickle.load(sys.stdin.buffer)  # noqa: S301 - from the program that started this one
    if not _stays_with(task.parent):
        return 1
    sizes = [len(data) for _, data in task.files]
    _limit_memory(task.limits.memory_bytes + sum(sizes))
    try:
        _read(task, sizes, answers)
    except MemoryError:
        return TOO_MUCH
    return 0


def _read(task: Task, sizes: Sequence[int], answers: IO[bytes]) -> None:
    number, left = 0, len(sizes)
    for file, (begin, width) in zip(task.files, _shares(sizes), strict=True):
        left -= 1
        _allow_time(task.limits.cpu_seconds)
        sources = open_files([file], task.prm, stamped=task.stamped)
        of = number + len(sources) + left
        inside = _shares([source.size for source in sources])
        for source, (before, mine) in zip(sources, inside, strict=True):
            number += 1
            if number > task.skip:
                at = Reached(source.name, number, of, begin + before * width)
                _allow_time(task.limits.cpu_seconds)
                _read_one(source, answers, at, mine * width)
                _tell(answers, source)
    _tell(answers, None)


def _shares(sizes: Sequence[int]) -> list[tuple[float, float]]:
    """For each size the share of those before it, and its own."""
    whole = max(sum(sizes), 1)
    return [(sum(sizes[:place]) / whole, size / whole) for place, size in enumerate(sizes)]


def _read_one(source: FileSource, answers: IO[bytes], at: Reached, width: float) -> None:
    """Read a file, telling from its beginning `at` what is reached; it is `width` of the upload."""

    def tell(share: float) -> None:
        nonlocal at
        share = start + width * share
        if share - at.share >= _STEP:  # what is read a second time is not told again
            at = replace(at, share=share)
            _tell(answers, at)

    start = at.share
    _tell(answers, at)
    source.follow(tell)
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
