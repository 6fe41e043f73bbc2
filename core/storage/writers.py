"""Writer ids: whether the process that began a write is still alive."""

from __future__ import annotations

import os
import re
import secrets
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import blake2b
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np

from core.paristime import now_ms

STALE_MS: Final = 15 * 60_000
"""Age after which unfinished work is abandoned, wherever its owner ran; work takes seconds."""
NAME: Final = "[0-9a-v]{18}"
"""Pattern of a writer id."""
_DIGITS: Final = 18
_HOST_BITS, _PID_BITS, _START_BITS, _TOKEN_BITS = _BITS = (30, 25, 15, 20)  # 90 bits, 5 a digit
_working: set[int] = set()


@contextmanager
def working() -> Iterator[str]:
    """A writer id for one piece of work, 18 digits and letters.

    It encodes host, process, the start time of the process (process ids recur), and a token that this process
    knows while the work goes on. It is short, as names of collections contain it too.
    """
    token = secrets.randbits(_TOKEN_BITS)
    _working.add(token)
    try:
        yield _Name(_host(), os.getpid(), _start_of(os.getpid()), token).text
    finally:
        _working.discard(token)


def is_gone(name: str, since_ms: int) -> bool:
    """Whether work begun at `since_ms` (UTC ms) under this writer id is known to have ended."""
    if abs(now_ms() - since_ms) > STALE_MS:  # also in the future, after a clock was set back
        return True
    owner = _Name.read(name)
    if owner is None or owner.host != _host():
        return False
    start = _start_of(owner.pid)
    if owner.pid == os.getpid() and owner.start == start:
        return owner.token not in _working
    return owner.start not in (start, _digest("", _START_BITS))  # empty: /proc did not tell it then


class _Name(NamedTuple):
    """The parts of a writer id, each a number."""

    host: int
    pid: int
    start: int
    token: int

    @classmethod
    def read(cls, text: str) -> _Name | None:
        """None for what is not a writer id."""
        if not re.fullmatch(NAME, text):
            return None
        rest, parts = int(text, 32), []
        for bits in reversed(_BITS):
            parts.append(rest & ((1 << bits) - 1))
            rest >>= bits
        return cls(*reversed(parts))

    @property
    def text(self) -> str:
        number = 0
        for part, bits in zip(self, _BITS, strict=True):
            number = number << bits | part
        return base32(number).rjust(_DIGITS, "0")


def base32(number: int) -> str:
    """A number in base 32, in digits and small letters, as `int(text, 32)` reads it."""
    return np.base_repr(number, 32).lower()


def _digest(text: str, bits: int) -> int:
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest()) >> (64 - bits)


def _host() -> int:
    return _digest(socket.gethostname(), _HOST_BITS)


def _start_of(pid: int) -> int:
    return _digest(_started(pid), _START_BITS)


def _started(pid: int) -> str:
    """Start time of a process in clock ticks; empty if /proc does not tell it, or the process is gone."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace")
    except OSError:
        return ""
    state, *fields = stat.rpartition(")")[2].split()
    return "" if state == "Z" else fields[18]
