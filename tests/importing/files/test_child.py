"""The child that reads uploads ends with its parent."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from tests.code import ROOT


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's promise on Linux")
def test_a_child_ends_with_its_parent_even_when_that_is_killed() -> None:
    program = """
        from core.importing.files.reading import read
        from pathlib import Path
        from tests.importing.files.hogs import Hog
        def tell(_):
            for task in Path("/proc/self/task").iterdir():
                for child in (task / "children").read_text().split():
                    print(child, flush=True)
        read([Hog("burns")], None, tell)
    """
    parent = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(program)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    while _program(child) and b"child" not in _program(child):
        pass  # it has not become the program yet
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    parent.stdout.close()
    for _ in range(10**7):
        if not _program(child):
            return
        os.sched_yield()
    pytest.fail("the child goes on without its parent")


def _program(process: int) -> bytes:
    """The command line of a process; empty if it has ended."""
    try:
        return (Path("/proc") / str(process) / "cmdline").read_bytes()
    except OSError:
        return b""
