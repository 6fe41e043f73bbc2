"""Runs a program that ends with its parent process, even if that is killed with -9.

Started as a script, `parent_death.py <kernel|pipe> <parent pid> <program> <arguments…>`. It imports nothing
of the project, so that it starts in milliseconds.

- `kernel` (Linux): the kernel signals this process when the parent's thread ends; it then becomes the
  program.
- `pipe` (elsewhere): it stays as the program's parent and stops it once its own standard input closes.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import threading

if sys.platform != "win32":
    import resource

_PR_SET_PDEATHSIG = 1
_GRACE_SECONDS = 10.0
_FILES = 64_000
"""The limit of open files that MongoDB recommends.

mongod holds a file open for each collection and index used lately, and ends when it may open no more. Most
shells allow 1,024 at first and far more on request.
"""


def main() -> int:
    """Run the program of the command line; its exit code, or 1 if the parent has ended already."""
    how, parent, *command = sys.argv[1:]
    _allow_files()
    return _by_kernel(int(parent), command) if how == "kernel" else _by_pipe(command)


def _allow_files() -> None:
    if sys.platform == "win32":
        return
    allowed, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _FILES if most == resource.RLIM_INFINITY else min(_FILES, most)
    if allowed != resource.RLIM_INFINITY and allowed < wanted:
        with contextlib.suppress(OSError, ValueError):  # the real limit may be lower than the reported one
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))


def _by_kernel(parent: int, command: list[str]) -> int:
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() == parent:  # else the parent died before this call
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
