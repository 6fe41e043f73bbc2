"""Clicks on charts: a click opens a day once, and charts of the whole history are not redrawn."""

from __future__ import annotations

from playwright.sync_api import Browser, expect

from tests.browser.app import App
from tests.browser.visit import PHONE, visit


def test_a_click_opens_its_day_and_a_step_redraws_no_whole_history(browser: Browser, demo_app: App) -> None:
    with visit(browser, demo_app.url) as tab:
        tab.open("consumption")
        tab.expect_title("consumption.title")
        carpet = tab.show_chart("carpet")
        before = carpet.locator(".main-svg").first.element_handle()
        tab.click("consumption.view.previous")
        tab.expect_address("day=")
        assert before.evaluate("drawn => drawn.isConnected")

        carpet.locator(".nsewdrag").click()  # the middle of two years
        tab.expect_address("view=day")
        opened = tab.page.url
        tab.click("consumption.view.previous")
        expect(tab.page).not_to_have_url(opened)
        tab.settle()
        assert tab.page.url != opened  # the click has no effect again
        carpet.locator(".nsewdrag").click()
        expect(tab.page).to_have_url(opened)  # but a second one on the same day is


def test_a_step_of_the_navigator_is_one_step_of_the_browsers_way_back(
    browser: Browser, demo_app: App
) -> None:
    with visit(browser, demo_app.url) as tab:
        tab.open("consumption", view="month", day="2026-01-01", against="2025-01-01")
        tab.expect_title("consumption.title")
        before = tab.page.url
        tab.click("consumption.view.previous")
        tab.expect_address("day=")
        expect(tab.page).not_to_have_url(before)
        tab.settle()
        month = tab.page.url
        tab.click("consumption.view.custom", "radio")
        tab.expect_address("view=custom")
        tab.page.go_back()
        expect(tab.page).to_have_url(month)
        tab.page.go_back()
        expect(tab.page).to_have_url(before)


def test_data_and_query_of_a_chart_are_within_reach_of_everybody_on_a_phone(
    browser: Browser, demo_app: App
) -> None:
    with visit(browser, demo_app.url, viewport=PHONE) as tab:
        tab.open("consumption", show="power")
        tab.expect_title("consumption.title")
        tab.page.get_by_text(tab.say("consumption.card.more")).click()
        expect(tab.find("consumption.query.run")).to_be_visible()
        tab.settle()
        tab.click("consumption.query.run")
        expect(tab.page.get_by_text(tab.say("consumption.query.same"))).to_be_visible()
        tab.settle()
        assert tab.violations() == []
        assert tab.overflow() == 0
