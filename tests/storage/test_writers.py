"""The end of a piece of work is known from its process, its token or its age, never guessed."""

from __future__ import annotations

import subprocess
import sys

import pytest

from core.paristime import now_ms
from core.storage import writers

_OTHER = """
import sys
from core.storage import writers
with writers.working() as name:
    print(name, flush=True)
    sys.stdin.read()
"""


def test_work_in_this_process_is_gone_when_it_ends() -> None:
    with writers.working() as name:
        assert not writers.is_gone(name, now_ms())
    assert writers.is_gone(name, now_ms())


def test_work_in_another_process_is_gone_when_that_is_killed() -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", _OTHER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    name = process.stdout.readline().strip()
    assert not writers.is_gone(name, now_ms())
    process.kill()
    process.communicate()
    assert writers.is_gone(name, now_ms())


@pytest.mark.parametrize("name", ["0" * 18, "elsewhere:1:1:aa", ""])
def test_work_on_another_machine_is_gone_only_by_age(name: str) -> None:
    assert not writers.is_gone(name, now_ms())
    assert writers.is_gone(name, now_ms() - writers.STALE_MS - 1)
