"""A household's own data in the browser: files, a second tab, erasing everything."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, expect

from core.cli.status import exact_wh
from core.consumption.export import enedis_csv
from core.model import Curve, Meter
from core.paristime import midnight
from tests.browser.app import App
from tests.browser.visit import visit

PRM = "12345678901234"


@pytest.fixture
def own_file(tmp_path: Path) -> tuple[Path, Curve]:
    """Four months in Enedis's layout, over a change of clocks."""
    start = np.arange(midnight(date(2025, 1, 1)), midnight(date(2025, 5, 1)), 30 * 60_000)
    watts = np.random.default_rng(3).integers(80, 6000, len(start))
    curve = Curve.of(start, np.full(len(start), 30), watts)
    path = tmp_path / "my curve.csv"
    path.write_bytes(enedis_csv(Meter(PRM), curve, with_prm=True))
    return path, curve


def test_a_file_is_previewed_imported_and_shown(
    browser: Browser, empty_app: App, own_file: tuple[Path, Curve], tmp_path: Path
) -> None:
    path, curve = own_file
    noise = tmp_path / "noise.csv"
    noise.write_bytes(b"these are\nno readings\n")
    with visit(browser, empty_app.url) as tab:
        tab.open("history")
        tab.expect_title("history.title")
        tab.page.get_by_test_id("stMain").get_by_text(tab.say("history.source.files"), exact=True).click()
        chooser = tab.page.locator("input[type=file]")
        chooser.set_input_files([path, noise])
        expect(tab.page.get_by_text("my curve.csv").first).to_be_visible()
        expect(tab.page.get_by_text("•••• 1234").first).to_be_visible()
        tab.settle()
        tab.screenshot("history-preview")
        tab.click("history.start")
        done = tab.page.get_by_role("heading", name=tab.say("history.job.done"))
        expect(done).to_be_visible()
        tab.settle()
        tab.screenshot("history-report")
        assert tab.violations() == []
        assert PRM not in tab.page.content()
        tab.go("consumption")
        tab.expect_charts()
        with visit(browser, empty_app.url) as second:  # another browser finds the household's readings
            second.open("consumption")
            second.expect_charts()
    assert PRM not in empty_app.log
    (meter,) = json.loads(empty_app.command("status", "--json", "--show-prm"))["meters"]
    assert (meter["prm"], meter["readings"], meter["wh"]) == (PRM, len(curve), exact_wh(curve.watt_minutes))
