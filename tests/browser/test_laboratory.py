"""The pages of measurements after measuring: accessible in both themes, and a self-contained report."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from playwright.sync_api import Browser, expect

from core.lab.layouts.catalogue import WATERFALL
from tests.browser.app import App
from tests.browser.visit import PATIENCE_MS, PHONE, Visit, visit
from tests.curves import regular
from tests.sources.files import writers


def await_end(tab: Visit, left: int = 0) -> None:
    """Wait until the measurements end: their figures replace the examples, except for `left` of them."""
    begins = tab.say("prepare.kept.example", moment="", server="", machine="").partition(":")[0]
    expect(tab.page.get_by_text(begins)).to_have_count(left)
    expect(tab.page.get_by_role("button", name=tab.say("lab.cancel"))).to_have_count(0)
    tab.settle()


def sound(tab: Visit) -> list[str]:
    """Check the page for violations, also with the dark theme on a phone."""
    found = tab.violations()
    before = tab.page.viewport_size
    tab.page.emulate_media(color_scheme="dark")
    tab.page.set_viewport_size(PHONE)
    tab.settle()
    found += tab.violations() + [f"{tab.overflow()} pixels too wide"] * bool(tab.overflow())
    tab.page.emulate_media(color_scheme="light")
    tab.page.set_viewport_size(before or PHONE)
    return found


def test_what_was_measured_is_sound_and_goes_into_a_report_that_needs_nothing(
    browser: Browser, empty_app: App, tmp_path: Path
) -> None:
    household = tmp_path / "household.csv"  # of a quarter: two years would be measured for minutes
    household.write_bytes(writers.enedis_csv(regular(date(2025, 1, 1), days=90)))
    empty_app.command("import", "--file", str(household))
    with visit(browser, empty_app.url) as tab:
        tab.open("laboratory")
        tab.page.get_by_role("button", name=tab.say("laboratory.layouts.steps", count=len(WATERFALL))).click()
        expect(tab.page.get_by_role("heading", name=tab.say("laboratory.waterfall.title"))).to_be_visible()
        await_end(tab)
        assert not sound(tab)
        tab.open("speed")
        tab.click("speed.start")
        expect(tab.page.get_by_role("heading", name=tab.say("speed.examined"))).to_be_visible()
        await_end(tab, left=1)
        assert not sound(tab)
        tab.open("fleet")
        days = tab.page.get_by_label(tab.say("fleet.form.days"))
        days.fill("7")
        days.press("Tab")
        tab.click("fleet.form.start")
        expect(tab.page.get_by_role("heading", name=tab.say("fleet.closing.title"))).to_be_visible()
        await_end(tab)
        assert not sound(tab)
        tab.click("report.prepare")
        with tab.page.expect_download(timeout=PATIENCE_MS) as download:
            tab.click("report.html")
        download.value.save_as(tmp_path / "report.html")
    assert_needs_nothing(browser, tmp_path / "report.html")


def assert_needs_nothing(browser: Browser, report: Path) -> None:
    """The report draws its charts without a network, and sends no request."""
    context = browser.new_context(offline=True)
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: asked.append(str(error)))
    page.goto(report.as_uri())
    expect(page.locator(".js-plotly-plot:has(.main-svg)")).to_have_count(6)
    assert asked == [report.as_uri()]
    context.close()
