"""Measures the memory that reading one file takes, in a process of its own.

    python -m tests.sources.files.peak FILE [WARM_UP]

prints the peak of resident memory above what the process had before it opened the file, in bytes, and the
number of readings. The file is read as a page reads an upload: its bytes stay in memory while it is previewed
and then delivered. WARM_UP is a small file whose reading imports all modules.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from threading import Event

from core.errors import SourceError
from core.sources.files import open_files


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
