"""Charts below the first screen: drawn when the reader comes near, in a place kept for them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, WebSocketRoute, expect

from core.texts import Language
from tests.browser.app import App
from tests.browser.visit import PATIENCE_MS, PHONE, WIDE, Visit, visit

SCROLLED = "() => document.querySelector('[data-testid=stMain]').scrollTop > 0"
LOOKED = """() => new Promise(done => new IntersectionObserver(
    (_, me) => { me.disconnect(); done(true); }).observe(document.body))"""
"""Once the browser has told each place whether it is in view."""
HEIGHT = "() => document.querySelector('[data-testid=stMain]').scrollHeight"


class Held:
    """Between page and server: what the server says can be held back for a while."""

    def __init__(self, page: Page) -> None:
        self.asked = 0
        """Messages of the browser."""
        self._held: list[Any] | None = None
        self._page: WebSocketRoute | None = None
        self._tab = page
        page.route_web_socket("**/_stcore/stream", self._between)

    def _between(self, page: WebSocketRoute) -> None:
        server = page.connect_to_server()
        self._page = page
        page.on_message(lambda said: self._ask(server, said))
        server.on_message(self._answer)

    def _ask(self, server: WebSocketRoute, said: str | bytes) -> None:
        self.asked += 1
        server.send(said)

    def _answer(self, said: str | bytes) -> None:
        if self._held is not None:
            self._held.append(said)
        elif self._page:
            self._page.send(said)

    def asked_after(self, said: int) -> int:
        """Wait until the browser has asked more than `said` times; how often it has then."""
        while self.asked == said:
            self._tab.wait_for_timeout(20)
        return self.asked

    def hold(self) -> None:
        self._held = []

    def release(self) -> None:
        held, self._held = self._held or [], None
        for said in held:
            self._answer(said)


@contextmanager
def behind(browser: Browser, app: App) -> Iterator[tuple[Visit, Held]]:
    """A visitor whose answers can be held back."""
    with browser.new_context(locale="en-GB", viewport=WIDE) as context, context.new_page() as page:
        page.set_default_timeout(PATIENCE_MS)
        yield Visit(page, app.url, Language.ENGLISH), Held(page)


def opened(tab: Visit, **query: str) -> None:
    tab.open("consumption", **query)
    tab.expect_title("consumption.title")
    tab.expect_charts()


def waits(place: Locator) -> None:
    """The place is there, with nothing in it."""
    expect(place).to_have_count(1)
    expect(place.get_by_test_id("stPlotlyChart")).to_have_count(0)


def drawn(place: Locator) -> None:
    expect(place.locator(".main-svg").first).to_be_attached()


def wheel(tab: Visit) -> None:
    """Turn the wheel over the middle of the page."""
    size = tab.page.viewport_size or WIDE
    tab.page.mouse.move(size["width"] * 0.6, size["height"] / 2)
    tab.page.mouse.wheel(0, 20_000)


def end(tab: Visit) -> None:
    """Press the End key with the focus in the page."""
    tab.page.get_by_test_id("stMain").focus()
    tab.page.keyboard.press("End")


def focus(tab: Visit) -> None:
    """Focus the field below the last chart, as the Tab key does."""
    field = tab.page.get_by_role("group", name=tab.say("consumption.card.open")).last
    field.get_by_role("spinbutton").first.focus()


@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
@pytest.mark.parametrize("come", [wheel, end, focus])
def test_a_chart_waits_until_the_reader_comes_and_nothing_moves(
    browser: Browser, demo_app: App, come: Callable[[Visit], None], size: dict[str, int]
) -> None:
    with visit(browser, demo_app.url, viewport=size) as tab:  # type: ignore[arg-type]
        opened(tab)
        for name in ("bars", "carpet", "calendar"):
            waits(tab.place(name))
        assert tab.violations() == []
        before = tab.page.evaluate(HEIGHT)
        come(tab)
        drawn(tab.place("calendar"))
        tab.settle()
        assert abs(tab.page.evaluate(HEIGHT) - before) <= 2


def test_charts_that_come_near_together_are_all_drawn(browser: Browser, demo_app: App) -> None:
    with visit(browser, demo_app.url) as tab:
        opened(tab)
        tab.page.set_viewport_size({"width": 1280, "height": 4000})
        for name in ("bars", "carpet", "calendar"):
            drawn(tab.place(name))


def test_a_chart_stays_with_the_period_and_waits_again_in_its_section(
    browser: Browser, demo_app: App
) -> None:
    with visit(browser, demo_app.url) as tab:
        opened(tab)
        carpet = tab.show_chart("carpet").locator(".main-svg").first.element_handle()
        tab.show_chart("bars")
        tab.click("consumption.view.previous")
        tab.expect_address("day=")
        drawn(tab.place("bars"))
        tab.click("consumption.view.day", "radio")  # without bars, so that what follows moves up
        tab.expect_address("view=day")
        expect(tab.place("bars")).to_have_count(0)
        tab.settle()
        assert carpet.evaluate("chart => chart.isConnected")

        tab.click("consumption.section.habits", "radio")
        tab.expect_address("show=habits")
        waits(tab.place("base"))
        tab.click("consumption.section.overview", "radio")
        expect(tab.place("base")).to_have_count(0)
        tab.settle()
        waits(tab.place("calendar"))


def test_a_chart_of_the_section_before_is_not_taken_for_that_of_a_place(
    browser: Browser, demo_app: App
) -> None:
    """The browser shows in a new place what stood there before, until the script has ended."""
    with visit(browser, demo_app.url) as tab:
        opened(tab)
        tab.show_charts()
        tab.click("consumption.section.habits", "radio")
        for go, gone, shown in (
            (tab.settle, "bars", "mean_day"),
            (tab.page.go_back, "mean_day", "bars"),
            (tab.page.go_forward, "bars", "mean_day"),
        ):
            go()
            expect(tab.place(shown)).to_be_attached()
            expect(tab.place(gone)).to_have_count(0)
            tab.settle()
            tab.show_charts()


def test_a_browser_that_cannot_tell_what_is_in_view_gets_all_charts(browser: Browser, demo_app: App) -> None:
    context = browser.new_context(locale="en-GB", viewport=WIDE)
    context.add_init_script("delete window.IntersectionObserver")
    with context, context.new_page() as page:
        page.goto(f"{demo_app.url}/consumption?lang=en")
        for name in ("bars", "carpet", "calendar"):
            drawn(page.locator(f".st-key-later-{name}"))


def come_near(tab: Visit) -> None:
    """Scroll to the end, until each place has seen that it is near."""
    wheel(tab)
    tab.page.wait_for_function(SCROLLED)
    for _ in range(3):  # the first scroll makes a place look further
        tab.page.evaluate(LOOKED)


def test_a_place_says_nothing_while_a_click_is_answered(browser: Browser, demo_app: App) -> None:
    """It would speak for a browser that still holds the period before, and undo the click."""
    with behind(browser, demo_app) as (tab, answers):
        opened(tab, view="month", day="2026-01-01")
        answers.hold()
        said = answers.asked
        tab.click("consumption.view.previous")
        said = answers.asked_after(said)
        come_near(tab)
        assert answers.asked == said
        answers.release()
        drawn(tab.place("calendar"))
        tab.expect_address("day=2025-12-01")
        tab.expect_address("view=month")


def test_a_click_right_after_a_place_spoke_is_answered(browser: Browser, demo_app: App) -> None:
    with behind(browser, demo_app) as (tab, answers):
        opened(tab, view="month", day="2026-01-01")
        said = answers.asked
        wheel(tab)
        said = answers.asked_after(said)
        answers.hold()
        tab.click("consumption.view.previous")
        answers.asked_after(said)
        answers.release()
        drawn(tab.place("calendar"))
        tab.expect_address("day=2025-12-01")


def test_a_place_says_nothing_while_another_page_opens(browser: Browser, demo_app: App) -> None:
    """Streamlit would show neither page."""
    with behind(browser, demo_app) as (tab, answers):
        opened(tab)
        answers.hold()
        said = answers.asked
        tab.page.get_by_role("link", name=tab.say("common.nav.footprint")).click()
        said = answers.asked_after(said)
        come_near(tab)
        assert answers.asked == said
        answers.release()
        tab.expect_title("footprint.title")
        tab.expect_charts()
