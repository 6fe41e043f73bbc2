"""From a click to a page at rest, in a real browser: median and slowest, and with a processor four
times slower.

Two years of the demo household. At rest: the script has ended and every chart of the page is drawn. Each
visit opens the address anew, so it includes loading the application. Run: python -m benchmarks.bench_pages
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

from playwright.sync_api import sync_playwright

from tests.browser.app import App
from tests.browser.visit import WIDE, Visit, launch, visit

RUNS: Final = int(sys.argv[1]) if len(sys.argv) > 1 else 7
SLOWER: Final = 4
VISITS: Final[dict[str, tuple[str, dict[str, str]]]] = {
    "consumption, day": ("consumption", {"view": "day"}),
    "consumption, month": ("consumption", {}),
    "consumption, all": ("consumption", {"view": "all"}),
    "consumption, habits": ("consumption", {"show": "habits"}),
    "consumption, compare": ("consumption", {"show": "compare"}),
    "history": ("history", {}),
    "footprint": ("footprint", {}),
}
AT_REST: Final = """() => {
    const charts = [...document.querySelectorAll('[data-testid=stPlotlyChart]')];
    return charts.length > 0 && charts.every(chart => chart.querySelector('.main-svg'))
        && !document.querySelector('[data-stale=true], [data-testid=stSkeleton]');
}"""


def seconds(tab: Visit, name: str, query: dict[str, str]) -> float:
    """From the address to the page at rest."""
    begun = time.perf_counter()
    tab.open(name, **query)
    tab.page.wait_for_function(AT_REST)
    return time.perf_counter() - begun


def main() -> None:
    with (
        tempfile.TemporaryDirectory(prefix="courbe-bench-") as folder,
        App(Path(folder)) as app,
        sync_playwright() as playwright,
    ):
        app.command("import", "--demo")
        browser = launch(playwright)
        print(f"{'page':24}{'p50 s':>8}{'max s':>8}{f'{SLOWER}x p50':>10}{f'{SLOWER}x max':>10}")
        for label, (name, query) in VISITS.items():
            cells = ""
            for rate in (1, SLOWER):
                with visit(browser, app.url, viewport=WIDE) as tab:
                    session = tab.page.context.new_cdp_session(tab.page)
                    session.send("Emulation.setCPUThrottlingRate", {"rate": rate})
                    seconds(tab, name, query)  # once for the caches
                    taken = sorted(seconds(tab, name, query) for _ in range(RUNS))
                    session.send("Emulation.setCPUThrottlingRate", {"rate": 1})
                    session.detach()
                width = 8 if rate == 1 else 10
                cells += f"{statistics.median(taken):>{width}.2f}{taken[-1]:>{width}.2f}"
            print(f"{label:24}{cells}", flush=True)
        browser.close()


if __name__ == "__main__":
    main()
