"""Background jobs that outlive a page run, by key, with their progress.

One job per key at a time; the key names the workspace it belongs to, so that no visitor finds another's job.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, Generic, TypeVar

from core.errors import CourbeError, InputError
from core.paristime import now_ms

R = TypeVar("R")
_log: Final = logging.getLogger(__name__)
_LOOK_SECONDS: Final = 30.0
"""Longest delay of the end of a pause after the machine has slept."""


_POLL_SECONDS: Final = 0.2


class Phase(StrEnum):
    """What a job is doing, if it does more than one thing."""

    WORKING = "working"
    LOADING = "loading"
    WRITING = "writing"
    """Bringing both collections in line with what was imported."""
    MEASURING = "measuring"
    CHECKPOINT = "checkpoint"
    """Waiting for the server's next checkpoint, after which sizes are final."""
    QUEUED = "queued"
    """Waiting for `step` jobs before it."""


@dataclass(frozen=True, slots=True)
class Progress:
    """Progress of a job.

    `readings` done of `expected`, `step` of `steps`: the totals are None while unknown.
    `source`: code or name of the current part, which the page puts into words; `phase`: what is done with it;
    `meters`: number of meters it concerns, 0 if that does not apply.
    `written`: those of the `readings` that both collections hold, if that is counted.
    `waiting_until`: UTC ms, while a source waits or pauses; `waiting_for`: the code of the error that made it
    wait. `began_ms`: start of what is counted here, after the last pause, UTC ms.
    """

    readings: int = 0
    expected: int | None = None
    step: int = 0
    steps: int | None = None
    source: str = ""
    phase: Phase = Phase.WORKING
    meters: int = 0
    written: int = 0
    waiting_until: int | None = None
    waiting_for: str = ""
    began_ms: int = 0


class State(StrEnum):
    """State of a job."""

    RUNNING = "running"
    PAUSED = "paused"
    CANCELLING = "cancelling"
    DONE = "done"
    CANCELLED = "cancelled"
    FAILED = "failed"


class Job(Generic[R]):
    """One piece of work. Pages read its attributes at any time; the work sets `progress`."""

    def __init__(self, key: str, work: Callable[[Job[R]], R]) -> None:
        self.key = key
        self.stop = threading.Event()
        self.started_ms = now_ms()
        self.ended_ms: int | None = None
        self.state = State.RUNNING
        self.progress: Progress = Progress()
        self.result: R | None = None
        self.error: CourbeError | None = None
        self._thread = threading.Thread(target=self._run, args=(work,), name="job", daemon=True)
        self._ending = threading.Lock()

    @property
    def active(self) -> bool:
        """Whether the work has not ended."""
        return self.ended_ms is None

    def cancel(self) -> None:
        """Ask the work to end soon; what it committed stays."""
        with self._ending:
            if self.active:
                self.state = State.CANCELLING
                self.stop.set()

    def wait(self, seconds: float | None = None) -> bool:
        """Wait for the end; False if it did not come in time."""
        self._thread.join(seconds)
        return not self.active

    def begin(self) -> None:
        """Start the thread."""
        self._thread.start()

    def pause(self, until_ms: int) -> bool:
        """Wait inside the work until a moment (UTC ms); False if cancelled meanwhile."""
        self._enter(State.PAUSED)
        # timers stop while the machine sleeps, and the clock may be set: check it regularly
        while not self.stop.is_set() and (left := until_ms - now_ms()) > 0:
            self.stop.wait(min(left / 1000, _LOOK_SECONDS))
        self._enter(State.RUNNING)
        return not self.stop.is_set()

    def _enter(self, state: State) -> None:
        with self._ending:
            if not self.stop.is_set():
                self.state = state

    def _run(self, work: Callable[[Job[R]], R]) -> None:
        state = State.FAILED
        try:
            self.result = work(self)
            state = State.CANCELLED if self.stop.is_set() else State.DONE
        except CourbeError as error:
            self.error = error
        except Exception as error:  # noqa: BLE001 - a thread has no caller to raise to
            # only the place: the message of a foreign exception may hold private data
            _log.error("job failed: %s in %s", type(error).__name__, _place(error))
            self.error = CourbeError("unexpected", kind=type(error).__name__)
        with self._ending:
            self.state = state
            self.ended_ms = now_ms()


class Line:
    """A queue that runs jobs one at a time, in the order of their arrival."""

    def __init__(self) -> None:
        self._waiting: list[Job[Any]] = []
        self._moved = threading.Condition()

    def queued(self, work: Callable[[Job[R | None]], R | None]) -> Callable[[Job[R | None]], R | None]:
        """The same work, run when it is first in the queue.

        Until then its progress gives its place; a job cancelled in the queue has no result.
        """

        def wait(job: Job[R | None]) -> R | None:
            with self._moved:
                self._waiting.append(job)
            try:
                if not self._came(job):
                    return None
                job.started_ms, job.progress = now_ms(), Progress()
                return work(job)
            finally:
                with self._moved:
                    self._waiting.remove(job)
                    self._moved.notify_all()

        return wait

    def _came(self, job: Job[Any]) -> bool:
        """Wait until it is the first; False if cancelled meanwhile."""
        with self._moved:
            while (place := self._waiting.index(job)) and not job.stop.is_set():
                job.progress = Progress(step=place, phase=Phase.QUEUED)
                self._moved.wait(_POLL_SECONDS)
        return not job.stop.is_set()


class Jobs:
    """The jobs of a process, one per key."""

    def __init__(self) -> None:
        self._jobs: dict[str, Job[object]] = {}
        self._lock = threading.Lock()

    def start(self, key: str, work: Callable[[Job[R]], R]) -> Job[R]:
        """Start work under a key. InputError `job-running` while the last job of that key is active."""
        job = Job(key, work)
        with self._lock:
            last = self._jobs.get(key)
            if last is not None and last.active:
                raise InputError("job-running")
            self._jobs[key] = job  # type: ignore[assignment]
            job.begin()
        return job

    def find(self, key: str) -> Job[object] | None:
        """The running or the last job of a key; None if there is none."""
        return self._jobs.get(key)

    def end(self, workspace: str, seconds: float = 30.0) -> None:
        """Cancel, wait for and drop every job of a workspace: those under its key, or `<key>:<more>`."""
        with self._lock:
            mine = [key for key in self._jobs if key == workspace or key.startswith(f"{workspace}:")]
            jobs = [self._jobs.pop(key) for key in mine]
        for job in jobs:
            job.cancel()
        for job in jobs:
            job.wait(seconds)

    def forget(self, key: str) -> None:
        """Cancel and drop the job of a key, with its result."""
        with self._lock:
            job = self._jobs.pop(key, None)
        if job is not None:
            job.cancel()


def _place(error: BaseException) -> str:
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return "?" if trace is None else f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}"
