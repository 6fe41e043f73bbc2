"""Runs a program that ends with the process that wanted it, even when that is killed with -9.

Started as a script, `leash.py <kernel|pipe> <parent pid> <program> <arguments…>`. It imports nothing of
ours, so that it starts in milliseconds.

`kernel` (Linux): the kernel signals this process when the parent's thread ends, then it becomes the program.
`pipe` (elsewhere): it stays as the program's parent and stops it once its own standard input closes.
"""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import threading

_PR_SET_PDEATHSIG = 1
_GRACE_SECONDS = 10.0


def main() -> int:
    how, parent, *command = sys.argv[1:]
    return _by_kernel(int(parent), command) if how == "kernel" else _by_pipe(command)


def _by_kernel(parent: int, command: list[str]) -> int:
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() == parent:  # else it died before the signal was asked for
        os.execv(command[0], command)  # noqa: S606
    return 1


def _by_pipe(command: list[str]) -> int:
    child = subprocess.Popen(command, stdin=subprocess.DEVNULL)  # noqa: S603

    def stop() -> None:
        sys.stdin.buffer.read()
        child.terminate()
        try:
            child.wait(_GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            child.kill()

    threading.Thread(target=stop, daemon=True).start()
    for wanted in (signal.SIGTERM, signal.SIGINT):
        signal.signal(wanted, lambda *_: child.terminate())
    return child.wait()


if __name__ == "__main__":
    sys.exit(main())
