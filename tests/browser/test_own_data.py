"""A household's own data in the browser: files, a second tab, erasing everything."""

from __future__ import annotations

import json
from datetime import date
from itertools import cycle, islice
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, expect

from core.cli.status import exact_wh
from core.consumption.export import enedis_csv
from core.model import Curve, Meter
from core.paristime import midnight
from tests.browser.app import App
from tests.browser.visit import PHONE, visit
from tests.curves import regular
from tests.sources.files.writers import edf

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


def large_file() -> bytes:
    """40 MB in EDF's layout, which take seconds to read on any machine: 26 years of ten minutes, repeated."""
    lines = edf(regular(date(2023, 1, 1), days=365, step=10)).split(b"\n")
    body = b"\n".join(lines[4:])
    years = [body.replace(b"2023", b"%d" % year) for year in range(2025, 1999, -1)]
    enough = 40_000_000 // len(body) + 1
    return b"\n".join([*lines[:4], *islice(cycle(years), enough)])


def test_the_reading_of_a_large_file_is_followed_and_ended(
    browser: Browser, empty_app: App, own_file: tuple[Path, Curve], tmp_path: Path
) -> None:
    large = tmp_path / f"EDF {PRM}.csv"
    large.write_bytes(large_file())
    with visit(browser, empty_app.url, viewport=PHONE) as tab:
        tab.open("history", source="files")
        chooser = tab.page.locator("input[type=file]")
        before = tab.page.get_by_test_id("stFileUploader").bounding_box()
        chooser.set_input_files(large)
        name = "EDF ••••1234.csv"
        expect(tab.page.get_by_test_id("stProgress")).to_contain_text(name)
        expect(tab.page.get_by_role("status").filter(has_text=name)).to_have_count(1)
        expect(tab.page.get_by_test_id("stFileUploader")).to_be_in_viewport()
        expect(tab.find("history.files.cancel")).to_be_in_viewport()
        now = tab.page.get_by_test_id("stFileUploader").bounding_box()
        assert before
        assert now
        assert before["y"] == now["y"]
        share = int(tab.page.get_by_role("progressbar").get_attribute("aria-valuenow") or 0)
        expect(tab.page.get_by_role("progressbar")).not_to_have_attribute("aria-valuenow", str(share))
        tab.click("history.files.cancel")
        expect(tab.page.get_by_text(tab.say("history.files.note"))).to_be_visible()
        expect(tab.page.get_by_role("progressbar")).to_have_count(0)
        expect(chooser).to_have_count(1)  # Streamlit shows the field before this one until its run ends
        chooser.set_input_files(own_file[0])  # the field is ready for another
        expect(tab.find("history.start")).to_be_enabled()
