"""Measures the memory that reading one file takes, in a process of its own.

    python -m tests.sources.files.peak FILE [WARM_UP]

prints the peak of resident memory above what the process had before it opened the file, in bytes, and the
number of readings. The file is read as a page reads an upload: its bytes stay in memory while it is previewed
and then delivered. WARM_UP is a small file whose reading imports all modules.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from threading import Event
from typing import Final

from core.errors import SourceError
from core.sources.files import open_files
from tests.children import environment

ROOT: Final = Path(__file__).parents[3]


def measured(file: Path, warm_up: Path) -> tuple[int, int, str]:
    """What the process prints: the peak in bytes, the number of readings, and the code of a refusal."""
    run = subprocess.run(
        [sys.executable, "-m", "tests.sources.files.peak", str(file), str(warm_up)],
        cwd=ROOT, env=environment(), capture_output=True, text=True, check=True,
    )  # fmt: skip
    peak, count = map(int, run.stdout.split())
    return peak, count, run.stderr.strip()


def readings(path: Path) -> int:
    data = path.read_bytes()
    count = 0
    for source in open_files([(path.name, data)]):
        try:
            source.preview()
            count += sum(len(delivery.curve) for delivery in source.deliveries(Event()))
        except SourceError as refused:
            print(refused.code, file=sys.stderr)
    return count


def highest() -> int:
    """The peak of resident memory of this process, in bytes."""
    found = re.search(r"VmHWM:\s*(\d+) kB", Path("/proc/self/status").read_text())
    assert found
    return int(found[1]) * 1024


if __name__ == "__main__":
    file, *warm_up = (Path(name) for name in sys.argv[1:])
    for small in warm_up:
        readings(small)
    before = highest()
    count = readings(file)
    print(highest() - before, count)
