"""Who is writing: enough to tell, after a crash, that unfinished work has nobody left to finish it."""

from __future__ import annotations

import os
import secrets
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from core.paristime import now_ms

STALE_MS: Final = 15 * 60_000
"""After this unfinished work is nobody's, wherever its owner ran; it takes seconds."""
_working: set[str] = set()


@contextmanager
def working() -> Iterator[str]:
    """A name for one piece of work: host, process, its start time (numbers recur), and a token that is
    known here while the work goes on."""
    token = secrets.token_hex(4)
    _working.add(token)
    try:
        yield f"{socket.gethostname()}:{os.getpid()}:{_started(os.getpid())}:{token}"
    finally:
        _working.discard(token)


def is_gone(name: str, since_ms: int) -> bool:
    """Whether work begun at `since_ms` under this name can be known to have ended."""
    if now_ms() - since_ms > STALE_MS:
        return True
    host, pid, started, token = name.rsplit(":", 3)
    if host != socket.gethostname():
        return False
    if int(pid) == os.getpid() and started == _started(os.getpid()):
        return token not in _working
    return bool(started) and _started(int(pid)) != started


def _started(pid: int) -> str:
    """Start time of a process in clock ticks; empty where /proc does not tell or the process is gone."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace")
    except OSError:
        return ""
    state, *fields = stat.rpartition(")")[2].split()
    return "" if state == "Z" else fields[18]
