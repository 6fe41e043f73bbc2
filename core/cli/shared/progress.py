"""The progress bar on a terminal, and a Ctrl-C that ends an import cleanly."""

from __future__ import annotations

import shutil
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event
from types import FrameType
from typing import TYPE_CHECKING, Final, Self

from core.cli.shared.console import Console

if TYPE_CHECKING:
    from core.jobs import Progress

_BAR: Final = 24
_LEAST: Final = 4
"""Characters of a bar: the most, and the fewest on a narrow terminal."""
_EVERY_SECONDS: Final = 0.1


class ProgressBar:
    """A progress line on standard error, redrawn in place; silent if that is no terminal.

    Example: `[#####...] 45 %  12 345 of 35 000 readings, 90 000/s, 3 s left`.
    """

    def __init__(self, console: Console) -> None:
        self._console = console
        self._shown = sys.stderr.isatty()
        self._started = time.monotonic()
        self._drawn = 0.0
        self._bar = _BAR

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._drawn:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)

    def show(self, progress: Progress) -> None:
        """Draw the readings if their total is known, else the calls; during a wait, its reason."""
        now = time.monotonic()
        done = progress.expected is not None and progress.readings == progress.expected
        calm = now - self._drawn >= _EVERY_SECONDS or done or progress.waiting_until is not None
        if not self._shown or not calm:
            return
        self._drawn = now
        width = shutil.get_terminal_size().columns - 1
        print(f"\r\x1b[K{self._fitting(progress, now, width)}", end="", file=sys.stderr, flush=True)

    def _fitting(self, progress: Progress, now: float, width: int) -> str:
        """The line, with a bar short enough to keep the rest of the line visible."""
        self._bar = _BAR
        line = self._line(progress, now)
        if len(line) > width:
            self._bar = max(_BAR - (len(line) - width), _LEAST)
            line = self._line(progress, now)
        return line[:width]

    def _line(self, progress: Progress, now: float) -> str:
        if progress.waiting_until is not None:
            return self._waiting(progress, progress.waiting_until)
        if progress.expected is None and progress.steps:
            return self._calls(progress, progress.steps)
        seconds = max(now - self._started, 1e-6)
        values = self._values(progress.readings, progress.expected)
        values["speed"] = self._console.words.number(progress.readings / seconds)
        if not progress.expected:
            return self._console.words.text("cli.progress.unknown", **values)
        share = min(progress.readings / progress.expected, 1.0)
        left = seconds / share - seconds if share else 0
        return self._console.words.text("cli.progress.known", left=self._console.words.number(left), **values)

    def _calls(self, progress: Progress, steps: int) -> str:
        """Calls made so far; without a time left, as calls also wait for the budget and the API."""
        values = self._values(progress.step, steps)
        readings = self._console.words.counted("history.preview.readings", progress.readings)
        return self._console.words.text("cli.progress.calls", readings=readings, **values)

    def _waiting(self, progress: Progress, until: int) -> str:
        from core.paristime import local

        why = self._console.words.text(f"error.{progress.waiting_for}.title")
        return self._console.words.text("history.job.again", why=why, time=f"{local(until):%H:%M:%S}")

    def _values(self, done: int, expected: int | None) -> dict[str, str]:
        """The bar, its share and both numbers."""
        words = self._console.words
        share = min(done / expected, 1.0) if expected else 0.0
        filled = round(share * self._bar)
        return {
            "bar": "#" * filled + "." * (self._bar - filled),
            "share": words.percent(share, 0),
            "done": words.number(done),
            "expected": words.number(expected or 0),
        }


@contextmanager
def stop_on_interrupt() -> Iterator[Event]:
    """An event that the first Ctrl-C sets; the second one interrupts at once.

    After the first, what was read is stored and both collections agree.
    """
    stop = Event()

    def handle(_signal: int, _frame: FrameType | None) -> None:
        if stop.is_set():
            raise KeyboardInterrupt
        stop.set()

    before = signal.signal(signal.SIGINT, handle)
    try:
        yield stop
    finally:
        signal.signal(signal.SIGINT, before)
