"""Memory of a shared deployment with 1, 5 and 20 browser tabs open, and after they are closed.

A real application with its embedded MongoDB; each tab imports the demo household into a workspace of its own
and opens five pages. Resident memory (RSS) in MB, of the application with its children and of mongod.
Goal: 20 tabs within 690 MB in all. Run: python -m benchmarks.bench_shared [TABS...]
"""

from __future__ import annotations

import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from tests.browser.app import App
from tests.streamlit_session import Session

GOAL_MB = 690
PAGES = ("consumption", "cost", "footprint", "history", "consumption")
KEPT_SECONDS = 75
"""Longer than `server.disconnectedSessionTTL`, so that closed sessions have ended."""


def memory(root: int) -> dict[str, float]:
    """Resident memory (MB) of a process and its descendants, by program."""
    parents, sizes, names = {}, {}, {}
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            status = (entry / "status").read_text(encoding="utf-8", errors="replace")
        except OSError:  # it has ended meanwhile
            continue
        fields = dict(line.split(":", 1) for line in status.splitlines() if ":" in line)
        number = int(entry.name)
        parents[number] = int(fields["PPid"])
        sizes[number] = int(fields.get("VmRSS", "0 kB").split()[0]) / 1024
        names[number] = "mongod" if fields["Name"].strip() == "mongod" else "application"
    found = {"application": 0.0, "mongod": 0.0}
    for number, size in sizes.items():
        above = number
        while above not in (root, 0, 1):
            above = parents.get(above, 0)
        if above == root:
            found[names[number]] += size
    return found


def told(what: str, process: int) -> float:
    """Print one row of the table; returns the total in MB."""
    sizes = memory(process)
    total = sum(sizes.values())
    print(f"{what:32} {sizes['application']:8.0f} {sizes['mongod']:8.0f} {total:8.0f}", flush=True)
    return total


def measure(tabs: int) -> None:
    """Measure with this many tabs open, then after they are closed."""
    with (
        tempfile.TemporaryDirectory(prefix="courbe-bench-") as folder,
        App(Path(folder), COURBE_DEPLOYMENT="shared") as app,
    ):
        process = app.process
        with Session(app.port) as first:
            first.open("lang=en")
            told("one tab that looks around", process)
        with ExitStack() as all_of_them:
            for _ in range(tabs):
                tab = all_of_them.enter_context(Session(app.port))
                tab.open("lang=en")
                tab.click("try_demo")
                for page in PAGES:
                    tab.open(tab.query, page)
            total = told(f"{tabs} tabs open", process)
        if tabs >= 20:
            verdict = "within" if total <= GOAL_MB else "above"
            print(f"{verdict} the goal of {GOAL_MB} MB")
        time.sleep(KEPT_SECONDS)
        told(f"{tabs} tabs closed", process)


def main() -> None:
    """Measure for each number of tabs given as an argument."""
    print(f"{'MB':32} {'app':>8} {'mongod':>8} {'all':>8}")
    for tabs in [int(one) for one in sys.argv[1:]] or [1, 5, 20]:
        measure(tabs)


if __name__ == "__main__":
    main()
