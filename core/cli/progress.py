"""A progress bar on a terminal, and a Ctrl-C that lets an import end properly."""

from __future__ import annotations

import shutil
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event
from types import FrameType
from typing import Final, Self

from core.cli.console import Console
from core.formats import number, percent

_BAR: Final = 24
_EVERY_SECONDS: Final = 0.1


class ProgressBar:
    """`[#####...] 45 %  12 345 of 35 000 readings, 90 000/s, 3 s left`, redrawn in place on standard error.

    Silent where standard error is no terminal.
    """

    def __init__(self, console: Console) -> None:
        self._console = console
        self._shown = sys.stderr.isatty()
        self._started = time.monotonic()
        self._drawn = 0.0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._drawn:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)

    def show(self, done: int, expected: int | None, unit: str) -> None:
        """`unit` is the ready-made word for what is counted."""
        now = time.monotonic()
        if not self._shown or (now - self._drawn < _EVERY_SECONDS and done != expected):
            return
        self._drawn = now
        line = self._line(done, expected, unit, max(now - self._started, 1e-6))
        width = shutil.get_terminal_size().columns - 1
        print(f"\r\x1b[K{line[:width]}", end="", file=sys.stderr, flush=True)

    def _line(self, done: int, expected: int | None, unit: str, seconds: float) -> str:
        language = self._console.language
        values = {
            "done": number(done, language),
            "unit": unit,
            "speed": number(done / seconds, language),
        }
        if not expected:
            return self._console.text("cli.progress.unknown", **values)
        share = min(done / expected, 1.0)
        filled = round(share * _BAR)
        values |= {
            "bar": "#" * filled + "." * (_BAR - filled),
            "share": percent(share, language, 0),
            "expected": number(expected, language),
            "left": number(seconds / share - seconds if share else 0, language),
        }
        return self._console.text("cli.progress.known", **values)


@contextmanager
def stop_on_interrupt() -> Iterator[Event]:
    """An event that the first Ctrl-C sets, so that what was read is stored and both collections agree; the
    second one interrupts at once."""
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
