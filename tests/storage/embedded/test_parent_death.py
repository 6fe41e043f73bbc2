"""A program ends with its parent process."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from core.storage.embedded import parent_death
from core.storage.embedded.server import EmbeddedServer
from tests.storage.embedded.processes import (
    Child,
    linux,
    until,
    values,
    write,
)


def is_alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


@linux
def test_mongod_ends_with_a_killed_owner_and_the_data_are_whole(
    folder: Path, started: Callable[..., EmbeddedServer]
) -> None:
    owner = Child(folder)
    mongod = owner.mongod()
    assert is_alive(mongod)
    found = started(folder)
    assert found.pid is None
    write(found, 1)
    found.stop()
    owner.kill()
    until(lambda: not is_alive(mongod))
    assert values(started(folder)) == [1]


@linux
def test_the_pipe_ends_its_program_with_the_process_that_wanted_it() -> None:
    """The pipe replaces the kernel's signal on other systems."""
    command = [sys.executable, parent_death.__file__, "pipe", str(os.getpid()), "/bin/sleep", "600"]
    holder = subprocess.Popen(
        [
            sys.executable,
            "-c",
            f"import subprocess; subprocess.Popen({command}, stdin=subprocess.PIPE).wait()",
        ]
    )

    def of(pid: int) -> list[int]:
        children = Path(f"/proc/{pid}/task/{pid}/children")
        return [int(child) for child in children.read_text().split()] if children.exists() else []

    until(lambda: any(of(child) for child in of(holder.pid)))
    sleep = of(of(holder.pid)[0])[0]
    holder.kill()
    holder.wait()
    until(lambda: not is_alive(sleep))
