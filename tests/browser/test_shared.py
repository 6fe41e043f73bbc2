"""A shared deployment with two visitors at a time: no data of one are visible to the other."""

from __future__ import annotations

import re

from playwright.sync_api import Browser, expect

from tests.browser.app import App
from tests.browser.visit import Visit, visit


def begin_demo(tab: Visit) -> str:
    """Import the demo household; returns the URL of its workspace."""
    tab.open()
    tab.expect_title("welcome.title")
    tab.click("welcome.demo")
    tab.expect_title("consumption.title")
    tab.expect_charts()
    found = re.search(r"[?&]w=([0-9a-f]{32})", tab.page.url)
    assert found, "the workspace's link is not in the address"
    return found[1]


def expect_empty(tab: Visit) -> None:
    expect(tab.find("common.empty.title", "heading")).to_be_visible()


def test_two_visitors_do_not_meet(browser: Browser, shared_app: App) -> None:
    with visit(browser, shared_app.url) as one, visit(browser, shared_app.url) as other:
        link = begin_demo(one)
        other.open("consumption")
        expect_empty(other)
        assert begin_demo(other) != link
        one.page.reload()  # the link brings the readings back
        one.expect_title("consumption.title")
        one.expect_charts()

        one.click("common.workspace.erase")
        sure = one.find("common.erase_yes")
        expect(sure).to_be_visible()
        assert one.violations() == []
        one.page.keyboard.press("Escape")  # the confirmation can be declined
        expect(sure).to_be_hidden()
        one.find("common.workspace.erase").focus()
        one.page.keyboard.press("Enter")
        expect(sure).to_be_visible()
        sure.press("Enter")
        one.expect_title("welcome.title")
        one.open("consumption")
        expect_empty(one)
        other.open("consumption", w=re.search(r"w=([0-9a-f]{32})", other.page.url)[1])  # type: ignore[index]
        other.expect_charts()

        one.open("consumption", w=link)  # erased readings do not come back
        expect_empty(one)
    assert link not in shared_app.log


def test_a_hosted_demonstration_offers_neither_the_api_nor_a_database(
    browser: Browser, shared_app: App
) -> None:
    with visit(browser, shared_app.url) as tab:
        tab.open("connect")
        tab.expect_title("connect.title")
        expect(tab.page.locator("input[type=password]")).to_have_count(0)
