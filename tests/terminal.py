"""A terminal of a test's own, for commands that people type at one."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import subprocess
import termios
from collections.abc import Callable
from typing import Any

CTRL_C = "\x03"
_POLL_SECONDS = 0.02
_END_SECONDS = 180


def on_terminal(
    begin: Callable[..., subprocess.Popen[Any]], keys: str, *, when: Callable[[], bool] = lambda: True
) -> tuple[int, str]:
    """The exit code of a process on a terminal, and everything shown there.

    `begin` starts it with the given options of Popen. `keys` are pressed once, as soon as `when` is so; the
    process must not end before. Ctrl-C reaches the whole foreground, as on any terminal.
    """
    ours, theirs = pty.openpty()
    try:
        process = begin(
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
        )
        os.close(theirs)
        shown, pressed = b"", False
        while True:
            if not pressed and when():
                os.write(ours, keys.encode())
                pressed = True
            if select.select([ours], [], [], _END_SECONDS if pressed else _POLL_SECONDS)[0]:
                try:
                    shown += os.read(ours, 4096)
                except OSError:  # the other end is closed: everybody there has ended
                    break
            elif pressed:
                process.kill()
                raise AssertionError(f"it says nothing more and does not end: {shown.decode()}")
        assert pressed
        return process.wait(_END_SECONDS), shown.decode()
    finally:
        os.close(ours)
