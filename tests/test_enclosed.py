"""`.ci/debian.py`: after a run in namespaces, killed or not, no mount, process or folder is left."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from tests.code import ROOT

PATIENCE: Final = 60.0
ENCLOSE: Final = """
import signal, sys
from pathlib import Path
from debian import enclosed
signal.signal(signal.SIGINT, signal.default_int_handler)
"""
"""Ctrl-C counts here even where the tests were begun in the background of a script, which ignores it."""
INSIDE: Final = """
import subprocess, sys
from pathlib import Path
_, _, folder, mark, *rest = sys.argv
place = Path(folder, "mounted")
place.mkdir()
subprocess.run(["mount", "-t", "tmpfs", "tmpfs", str(place)], check=True)
(place / "file").touch()
subprocess.Popen(["sleep", mark])
if rest:
    subprocess.run(["sleep", mark])
sys.exit(7)
"""

try:
    POSSIBLE = not subprocess.run(
        ["unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc", "true"], capture_output=True
    ).returncode
except OSError:
    POSSIBLE = False
pytestmark = pytest.mark.skipif(not POSSIBLE, reason="namespaces cannot be made here")


@pytest.fixture
def mark() -> str:
    """An argument that identifies processes of this test."""
    return f"{3600 + time.time_ns() % 1_000_000}"


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache" / "courbe-fresh"


def begin(tmp_path: Path, mark: str, *more: str) -> subprocess.Popen[bytes]:
    (tmp_path / "inside.py").write_text(INSIDE)
    run = f"sys.exit(enclosed(Path({str(tmp_path / 'inside.py')!r}), {[mark, *more]!r}))"
    return subprocess.Popen(
        [sys.executable, "-c", ENCLOSE + run],
        cwd=tmp_path,
        env=os.environ | {"XDG_CACHE_HOME": str(tmp_path / "cache"), "PYTHONPATH": str(ROOT / ".ci")},
    )


def sleepers(mark: str) -> Iterator[str]:
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if path.read_bytes() == f"sleep\0{mark}\0".encode():
                yield path.parent.name
        except OSError:
            continue


def until(holds: object) -> None:
    deadline = time.monotonic() + PATIENCE
    while not holds():  # type: ignore[operator]
        assert time.monotonic() < deadline, "it never came"
        time.sleep(0.02)


def test_its_end_ends_all_and_its_exit_code_is_told(tmp_path: Path, cache: Path, mark: str) -> None:
    assert begin(tmp_path, mark).wait(PATIENCE) == 7
    until(lambda: not list(sleepers(mark)))
    assert str(tmp_path) not in Path("/proc/mounts").read_text()
    assert list(cache.glob("run-*")) == []


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_killed_it_leaves_nothing_mounted_or_running(
    tmp_path: Path, cache: Path, mark: str, how: signal.Signals
) -> None:
    process = begin(tmp_path, mark, "and stay")
    until(lambda: len(list(sleepers(mark))) == 2)
    process.send_signal(how)
    assert process.wait(PATIENCE) != 0
    until(lambda: not list(sleepers(mark)))
    assert str(tmp_path) not in Path("/proc/mounts").read_text()
    assert begin(tmp_path, mark).wait(PATIENCE) == 7
    assert list(cache.glob("run-*")) == [], "the next run removes what a killed one left"
