"""Seconds from a click to a page at rest in a real browser: p50 and p95, also with a four times slower CPU.

Two years of the demo household. At rest: the script has ended, nothing of the previous page is left and every
chart that came near is drawn; `scroll to` is what the others take then. Targets: 0.5 s for Consumption,
Footprint, History and each slide of the talk; with the slower CPU 5 s from the click on the demo to the first
chart. `address` loads the application anew.
Run: python -m benchmarks.bench_pages [RUNS]
"""

from __future__ import annotations

import math
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from playwright.sync_api import Browser, sync_playwright

from tests.browser.app import App
from tests.browser.visit import WIDE, Visit, launch, visit

RUNS: Final = int(sys.argv[1]) if len(sys.argv) > 1 else 20
SLOWER: Final = 4
TALK_STEPS: Final = 8
WATCH: Final = """() => {
    window.runs = 0;
    const app = document.querySelector('[data-testid=stApp]');
    window.watcher?.disconnect();
    window.watcher = new MutationObserver(() => {
        window.runs += app.dataset.testScriptState === 'running';
    });
    window.watcher.observe(app, {attributes: true, attributeFilter: ['data-test-script-state']});
}"""
"""Counts the script runs from now on."""
AT_REST: Final = """least => {
    const app = document.querySelector('[data-testid=stApp]');
    const charts = [...document.querySelectorAll('[data-testid=stPlotlyChart]')];
    return app?.dataset.testScriptState === 'notRunning' && (window.runs ?? 1) > 0
        && charts.length >= least && charts.every(chart => chart.querySelector('.main-svg'))
        && !document.querySelector('[data-stale=true], [data-testid=stSkeleton]');
}"""


def rest(tab: Visit, act: Callable[[], object], charts: int = 1) -> float:
    """Seconds from an action, which must make a script run, to the page at rest."""
    tab.page.evaluate(WATCH)
    return until_rest(tab, act, charts)


def until_rest(tab: Visit, act: Callable[[], object], charts: int) -> float:
    """Seconds from an action, which may also load the application anew, to the page at rest."""
    begun = time.perf_counter()
    act()
    tab.page.wait_for_function(AT_REST, arg=charts)
    return time.perf_counter() - begun


def followed(tab: Visit, step: str) -> Callable[[], None]:
    """An action that clicks on the navigation."""
    link = tab.page.get_by_test_id("stSidebar").get_by_role("link", name=tab.say(f"common.nav.{step}"))
    return lambda: link.click()


def pages(tab: Visit) -> dict[str, list[float]]:
    """Seconds of clicks from page to page."""
    taken: dict[str, list[float]] = {"history": [], "consumption": [], "footprint": []}
    tab.open("footprint")
    for lap in range(RUNS + 1):
        for name, seconds in taken.items():
            found = rest(tab, followed(tab, name))
            if lap:  # the first one fills the caches
                seconds.append(found)
    return taken


def periods(tab: Visit) -> dict[str, list[float]]:
    """Seconds of clicks within Consumption: another month, another view, another section."""
    taken: dict[str, list[float]] = {}
    tab.open("consumption")
    clicks: tuple[tuple[str, str, str], ...] = (
        ("month before", "consumption.view.previous", "button"),
        ("one day", "consumption.view.day", "radio"),
        ("everything", "consumption.view.all", "radio"),
        ("one month", "consumption.view.month", "radio"),
        ("habits", "consumption.section.habits", "radio"),
        ("comparison", "consumption.section.compare", "radio"),
        ("overview", "consumption.section.overview", "radio"),
    )
    for lap in range(RUNS + 1):
        for label, key, role in clicks:
            found = rest(tab, lambda key=key, role=role: tab.click(key, role))  # type: ignore[misc]
            if lap:
                taken.setdefault(f"  {label}", []).append(found)
    return taken


def scrolls(tab: Visit) -> dict[str, list[float]]:
    """Seconds from scrolling to a chart below the first screen to the page at rest with this chart."""
    taken: dict[str, list[float]] = {}
    for lap in range(RUNS + 1):
        for section, name in (("overview", "carpet"), ("overview", "calendar"), ("habits", "base")):
            tab.open("consumption", show=section)
            tab.page.wait_for_function(AT_REST, arg=1)
            found = until_rest(tab, lambda name=name: tab.show_chart(name), 2)  # type: ignore[misc]
            if lap:
                taken.setdefault(f"  scroll to {name}", []).append(found)
    return taken


def addresses(tab: Visit) -> dict[str, list[float]]:
    """Seconds to open the same pages by URL, which loads the application anew."""
    taken: dict[str, list[float]] = {}
    for lap in range(RUNS + 1):
        for name in ("consumption", "footprint", "history"):
            found = until_rest(tab, lambda name=name: tab.open(name), 1)  # type: ignore[misc]
            if lap:
                taken.setdefault(f"address of {name}", []).append(found)
    return taken


def talk(tab: Visit) -> dict[str, list[float]]:
    """Seconds from slide to slide with the arrow key."""
    taken: dict[str, list[float]] = {}
    for lap in range(max(RUNS // 4, 3) + 1):
        tab.open(talk="1")
        for step in range(2, TALK_STEPS + 1):
            found = rest(tab, lambda: tab.page.keyboard.press("ArrowRight"), charts=0)
            if lap:
                taken.setdefault(f"talk, step {step}", []).append(found)
    return taken


def at_both_rates(browser: Browser, app: App, measured: Callable[[Visit], dict[str, list[float]]]) -> None:
    """Print measurements with the full and the slower CPU."""
    columns = []
    for rate in (1, SLOWER):
        with visit(browser, app.url, viewport=WIDE) as tab:
            session = tab.page.context.new_cdp_session(tab.page)
            session.send("Emulation.setCPUThrottlingRate", {"rate": rate})
            columns.append(measured(tab))
            session.send("Emulation.setCPUThrottlingRate", {"rate": 1})
            session.detach()
    for label, fast in columns[0].items():
        show(label, fast, columns[1][label])


def show(label: str, fast: list[float], slow: list[float]) -> None:
    """Print one row: p50 and p95 of both."""
    cells = "".join(f"{quantile(of, share):10.2f}" for of in (fast, slow) for share in (0.5, 0.95))
    print(f"{label:26}{cells}", flush=True)


def quantile(of: list[float], share: float) -> float:
    """Quantile by nearest rank, so that it is a measured value."""
    return sorted(of)[math.ceil(share * len(of)) - 1]


def try_demo(tab: Visit) -> None:
    """Click on the demo and follow it to its charts."""
    tab.click("welcome.demo")
    tab.expect_title("consumption.title")


def demo(browser: Browser, app: App) -> None:
    """Seconds from the click on the demo to the first chart, each time on an empty database."""
    found: dict[int, list[float]] = {1: [], SLOWER: []}
    for rate, seconds in found.items():
        for _ in range(3):
            app.command("erase", "--yes")
            with visit(browser, app.url, viewport=WIDE) as tab:
                tab.open()
                session = tab.page.context.new_cdp_session(tab.page)
                session.send("Emulation.setCPUThrottlingRate", {"rate": rate})
                seconds.append(until_rest(tab, lambda tab=tab: try_demo(tab), 1))  # type: ignore[misc]
                session.send("Emulation.setCPUThrottlingRate", {"rate": 1})
                session.detach()
    show("demo, click to charts", found[1], found[SLOWER])


def main() -> None:
    """Run all measurements and print a table."""
    with (
        tempfile.TemporaryDirectory(prefix="courbe-bench-") as folder,
        App(Path(folder)) as app,
        sync_playwright() as playwright,
    ):
        app.command("import", "--demo")
        browser = launch(playwright)
        print(f"{'seconds':26}{'p50':>10}{'p95':>10}{f'{SLOWER}x p50':>10}{f'{SLOWER}x p95':>10}")
        for measured in (pages, periods, scrolls, addresses, talk):
            at_both_rates(browser, app, measured)
        demo(browser, app)
        browser.close()


if __name__ == "__main__":
    main()
