"""The embedded mongod killed during an import or a visit: the application recovers without loss."""

from __future__ import annotations

import json
import os
import signal
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from core.sources.demo import DemoSource
from tests.browser.app import App
from tests.browser.visit import visit


def kill_mongod(folder: Path) -> None:
    """Kill the mongod with data in this folder, as `kill -9` does."""
    mine = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            words = (entry / "cmdline").read_bytes().split(b"\0")
        except OSError:  # it has ended, or belongs to another user
            continue
        if Path(os.fsdecode(words[0])).name == "mongod" and any(os.fsencode(folder) in one for one in words):
            mine.append(int(entry.name))
    assert mine, "no mongod runs in this folder"
    for process in mine:
        os.kill(process, signal.SIGKILL)


@pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="finds the mongod through /proc")
def test_a_killed_mongod_costs_no_reading_and_no_click(browser: Browser, empty_app: App) -> None:
    with visit(browser, empty_app.url) as tab:
        tab.open()
        tab.expect_title("welcome.title")
        tab.click("welcome.demo")
        tab.expect_begun()
        kill_mongod(empty_app.folder)
        tab.expect_title("consumption.title")
        tab.expect_charts()
        before = tab.page.get_by_test_id("stMetricValue").first.inner_text()
        kill_mongod(empty_app.folder)
        tab.click("consumption.view.previous")
        expect(tab.page.get_by_test_id("stMetricValue").first).not_to_have_text(before)
        tab.expect_charts()
        expect(tab.page.get_by_test_id("stAlert")).to_have_count(0)
    (meter,) = json.loads(empty_app.command("status", "--json"))["meters"]
    assert meter["readings"] == DemoSource().preview().readings
    sizes = json.loads(empty_app.command("footprint", "--json"))
    assert {sizes[one]["readings"] for one in ("ordinary", "time_series")} == {meter["readings"]}
    assert "Traceback" not in empty_app.log
