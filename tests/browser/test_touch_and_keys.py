"""Touch and keyboard: a swipe scrolls, a tap opens, a form keeps typed values, focus follows what opens."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, CDPSession, expect

from tests.browser.app import App
from tests.browser.visit import PHONE, Visit, visit

TOKEN = "e30.eyJzdWIiOlsiMTIzNDU2Nzg5MDEyMzQiXX0.c2ln"  # of a synthetic meter, without an end
TABS = 8


@contextmanager
def finger(tab: Visit) -> Iterator[CDPSession]:
    """A touch screen for the block; its tab is used again."""
    session = tab.page.context.new_cdp_session(tab.page)
    session.send("Emulation.setTouchEmulationEnabled", {"enabled": True})
    try:
        yield session
    finally:
        session.send("Emulation.setTouchEmulationEnabled", {"enabled": False})
        session.detach()


def touch(session: CDPSession, kind: str, *at: float) -> None:
    points = [{"x": at[0], "y": at[1]}] if at else []
    session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})


def swipe(session: CDPSession, x: float, y: float) -> None:
    """Swipe up by 150 pixels."""
    touch(session, "touchStart", x, y)
    for step in range(1, 16):
        touch(session, "touchMove", x, y - 10 * step)
    touch(session, "touchEnd")


def scrolled(tab: Visit) -> float:
    place: float = tab.page.get_by_test_id("stMain").evaluate("one => one.scrollTop")
    return place


def test_a_swipe_over_a_chart_scrolls_and_a_tap_opens_a_day(browser: Browser, demo_app: App) -> None:
    with visit(browser, demo_app.url, viewport=PHONE) as tab, finger(tab) as session:
        tab.open("consumption")
        tab.expect_title("consumption.title")
        tab.expect_charts()
        for plot in (tab.page.get_by_test_id("stPlotlyChart").first, tab.show_chart("carpet")):
            plot.evaluate("one => one.scrollIntoView({block: 'center', behavior: 'instant'})")
            tab.settle()
            box = plot.locator(".nsewdrag").first.bounding_box()
            assert box
            ticks = plot.locator(".xtick").all_inner_texts()
            before = scrolled(tab)
            swipe(session, box["x"] + 150, box["y"] + box["height"] - 40)
            tab.page.wait_for_function(
                "before => document.querySelector('[data-testid=stMain]').scrollTop > before + 100",
                arg=before,
            )
            assert plot.locator(".xtick").all_inner_texts() == ticks  # and nothing was zoomed
        tab.open("consumption")  # opened again, as a tap stops a page that is still scrolling
        tab.expect_title("consumption.title")
        box = tab.show_chart("carpet").locator(".nsewdrag").bounding_box()
        assert box
        touch(session, "touchStart", box["x"] + 150, box["y"] + 200)
        touch(session, "touchEnd")
        tab.expect_address("view=day")
        expect(tab.page.get_by_role("heading", level=2).first).to_be_in_viewport()


def test_the_buttons_of_a_chart_cover_none_of_its_data(browser: Browser, demo_app: App) -> None:
    with visit(browser, demo_app.url, viewport=PHONE) as tab:
        tab.open("consumption", show="compare")
        tab.expect_title("consumption.title")
        tab.expect_charts()
        tab.show_charts()
        covered = tab.page.evaluate(
            """() => [...document.querySelectorAll('.js-plotly-plot')].map(plot => {
                const bar = plot.querySelector('.modebar')?.getBoundingClientRect();
                const shown = [...plot.querySelectorAll('.nsewdrag, .legend .traces')];
                return bar ? shown.filter(one => one.getBoundingClientRect().top < bar.bottom - 1).length : 0;
            })"""
        )
        assert covered
        assert not any(covered)


def test_a_day_is_opened_by_keys_has_the_focus_and_back_goes_back(browser: Browser, demo_app: App) -> None:
    with visit(browser, demo_app.url) as tab:
        tab.open("consumption", view="month", day="2026-01-01", show="compare")
        tab.expect_title("consumption.title")
        before = tab.page.url
        sentence = tab.page.locator("[class*='st-key-days-'] button").first
        sentence.focus()
        tab.page.keyboard.press("Enter")
        expect(tab.page).not_to_have_url(before)
        tab.settle()
        heading = tab.page.get_by_role("heading", level=2).first
        expect(heading).to_be_focused()
        expect(heading).to_be_in_viewport()
        assert "show=" not in tab.page.url  # where the curve of these days is
        tab.page.go_back()
        expect(tab.page).to_have_url(before)
        tab.settle()

        tab.open("consumption", view="month", day="2026-01-01")
        tab.expect_title("consumption.title")
        tab.page.get_by_role("group", name=tab.say("consumption.card.open")).first.get_by_role(
            "spinbutton"
        ).first.focus()
        tab.page.keyboard.type("15012026")
        tab.page.keyboard.press("Tab")  # to the field's own calendar button
        tab.page.keyboard.press("Tab")
        tab.expect_address("day=2026-01-15")
        tab.expect_address("view=day")
        expect(heading).to_be_focused()


def test_a_token_entered_by_keys_alone_is_taken(browser: Browser, demo_app: App) -> None:
    with visit(browser, demo_app.url) as tab:
        tab.open("connect")
        tab.expect_title("connect.title")
        tab.page.get_by_label(tab.say("connect.token"), exact=True).focus()
        tab.page.keyboard.type(TOKEN)
        reached = "() => document.activeElement?.innerText ?? ''"
        for _ in range(TABS):
            tab.page.keyboard.press("Tab")
            if tab.say("connect.next") in tab.page.evaluate(reached):
                break
        tab.page.keyboard.press("Enter")
        tab.expect_title("history.title")
        tab.go("connect")
        expect(tab.page.get_by_text(tab.say("connect.token_kept"))).to_be_visible()
