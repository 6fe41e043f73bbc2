"""Reads uploaded files in a child process, so that no file can exhaust or stop the application.

The caller's function is called often and may raise: the child then ends. It also ends with its parent.
"""

from __future__ import annotations

import os
import pickle
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final

import core
from core.errors import SourceError
from core.importing.files.child import TOO_MUCH
from core.importing.files.messages import Limits, Reached, Task
from core.sources.files import FileSource, Stamped

_ROOT: Final = Path(core.__file__).parents[1]
_POLL_SECONDS: Final = 0.1
_FILE_SECONDS: Final = 30.0
"""Wall time for one file; its processor time is limited too, but other work may be going on."""
_TOTAL_SECONDS: Final = 180.0
"""Wall time for one upload."""
_SPARED: Final = ("COURBE_API_TOKEN", "COURBE_MONGODB_URI")
"""Variables that a process reading strangers' files must not get."""


def _was_limited(exit_code: int | None) -> bool:
    """Whether a child was ended by its limits; one that still runs has used up its time."""
    return exit_code is None or exit_code < 0 or exit_code == TOO_MUCH


class Turns:
    """Limits children to one at a time per visitor, and to `total` in all."""

    def __init__(self, total: int) -> None:
        self._total = total
        self._changed = threading.Condition()
        self._taken: set[str] = set()

    @contextmanager
    def taken(self, key: str, waiting: Callable[[], None]) -> Iterator[None]:
        """Wait for a turn; `waiting` is called meanwhile and may raise."""
        with self._changed:
            while key in self._taken or len(self._taken) >= self._total:
                waiting()
                self._changed.wait(_POLL_SECONDS)
            self._taken.add(key)
        try:
            yield
        finally:
            with self._changed:
                self._taken.discard(key)
                self._changed.notify_all()


def read(
    files: Sequence[tuple[str, bytes]],
    prm: str | None,
    progress: Callable[[Reached], None] = lambda _: None,
    limits: Limits = Limits(),  # noqa: B008 - frozen
    stamped: Stamped = Stamped.UNSAID,
) -> list[FileSource]:
    """A source for each file, and for each file in a zip, already read.

    The source of an unreadable file raises on `preview`; `file-too-much-work` if it took too much memory or
    time. `progress` is called ten times a second with what is reached; an exception from it ends the reading.
    """
    sources: list[FileSource] = []
    deadline = time.monotonic() + _TOTAL_SECONDS
    begun = _Begun(Reached(of=len(files)))
    while True:
        begun.name = None
        with _child(Task(files, prm, len(sources), os.getpid(), limits, stamped)) as (process, answers):
            whole = _collect(answers, sources, begun, progress, deadline)
            code = "file-too-much-work" if _was_limited(process.poll()) else "file-not-foreseen"
        if whole:
            return sources
        sources.append(FileSource.refused(begun.name or files[0][0], SourceError(code)))
        if time.monotonic() > deadline or begun.name is None:
            return sources


@dataclass(slots=True)
class _Begun:
    """What is reached, and the name of the file that a child is reading."""

    reached: Reached
    name: str | None = None


def _collect(
    answers: queue.Queue[Any],
    sources: list[FileSource],
    begun: _Begun,
    progress: Callable[[Reached], None],
    deadline: float,
) -> bool:
    """Collect what a child has read. False if it ended, or took too long, before all was read."""
    until = time.monotonic() + _FILE_SECONDS
    while True:
        progress(begun.reached)
        try:
            answer = answers.get(timeout=_POLL_SECONDS)
        except queue.Empty:
            if time.monotonic() > min(until, deadline):
                return False
            continue
        if not isinstance(answer, Reached) or begun.name is None:  # a file does not gain time as it is read
            until = time.monotonic() + _FILE_SECONDS
        match answer:
            case None:
                return True
            case FileSource():
                sources.append(answer)
                begun.name = None
            case Reached():
                begun.reached, begun.name = answer, answer.name
            case _:
                return False


@contextmanager
def _child(task: Task) -> Iterator[tuple[subprocess.Popen[bytes], queue.Queue[Any]]]:
    """A running child and a queue of its answers; the child has ended when the block ends.

    The queue ends with False if the child ended early.
    """
    environment = {name: value for name, value in os.environ.items() if name not in _SPARED}
    process = subprocess.Popen(
        [sys.executable, "-m", "core.importing.files.child"],
        cwd=_ROOT,
        env=environment | {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,  # a traceback could show what is in the file
    )
    assert process.stdin is not None
    assert process.stdout is not None
    answers: queue.Queue[Any] = queue.Queue()
    helpers = [
        threading.Thread(target=_send, args=(process.stdin, task), daemon=True),
        threading.Thread(target=_listen, args=(process, answers), daemon=True),
    ]
    try:
        for helper in helpers:
            helper.start()
        yield process, answers
    finally:
        process.kill()
        process.wait()
        for helper in helpers:
            helper.join()
        process.stdout.close()


def _send(pipe: IO[bytes], task: Task) -> None:
    with suppress(BrokenPipeError, OSError), pipe:
        pickle.dump(task, pipe, protocol=pickle.HIGHEST_PROTOCOL)


def _listen(process: subprocess.Popen[bytes], answers: queue.Queue[Any]) -> None:
    pipe = process.stdout
    assert pipe is not None
    try:
        while True:
            answer = pickle.load(pipe)  # noqa: S301 - from our own program
            answers.put(answer)
            if answer is None:
                return
    except (EOFError, OSError, pickle.UnpicklingError):  # it ended in the middle of an answer, or of a file
        process.wait()
        answers.put(False)
