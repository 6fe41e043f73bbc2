"""The walk of a first visitor, by clicking."""

from __future__ import annotations

import json

from playwright.sync_api import Browser, expect

from core.model import DEMO_PRM
from core.sources.demo import DemoSource
from tests.browser.app import App
from tests.browser.visit import visit


def test_from_welcome_to_the_charts_and_the_footprint(browser: Browser, empty_app: App) -> None:
    with visit(browser, empty_app.url) as tab:
        tab.open()
        tab.expect_title("welcome.title")
        tab.click("welcome.demo")
        tab.expect_title("consumption.title")
        tab.expect_charts()
        tab.click("common.to_footprint", "link")
        tab.expect_title("footprint.title")
        tab.expect_charts()
        tab.page.reload()
        tab.expect_title("footprint.title")
        assert DEMO_PRM not in tab.page.url
    assert "Traceback" not in empty_app.log


def test_own_data_lead_to_connect(browser: Browser, empty_app: App) -> None:
    with visit(browser, empty_app.url) as tab:
        tab.open()
        tab.click("welcome.own")
        tab.expect_title("connect.title")


def test_an_empty_page_leads_to_the_step_before(browser: Browser, empty_app: App) -> None:
    with visit(browser, empty_app.url) as tab:
        tab.open("consumption")
        tab.expect_title("consumption.title")
        expect(tab.find("common.empty.title", "heading")).to_be_visible()
        tab.click("common.empty.import", "link")
        tab.expect_title("history.title")


def test_killed_during_an_import_then_again_is_exact(browser: Browser, empty_app: App) -> None:
    with visit(browser, empty_app.url) as tab:
        tab.open()
        tab.expect_title("welcome.title")
        tab.click("welcome.demo")
        tab.expect_begun()
        empty_app.kill()
    empty_app.start()
    with visit(browser, empty_app.url) as tab:
        tab.open()
        tab.click("welcome.demo")
        tab.expect_title("consumption.title")
        tab.expect_charts()
    (meter,) = json.loads(empty_app.command("status", "--json"))["meters"]
    assert meter["readings"] == DemoSource().preview().readings
    assert json.loads(empty_app.command("footprint", "--json"))["ordinary"]["readings"] == meter["readings"]
