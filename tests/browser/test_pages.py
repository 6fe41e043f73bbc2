"""Every page by its URL in a fresh process, in both themes, on a phone, in both languages.

What axe-core finds in each of these looks is asked in test_accessibility.
"""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, ViewportSize

from core.texts import Language
from tests.browser.app import App
from tests.browser.visit import PHONE, WIDE, Visit, visit
from tests.code import PAGES

LOOKS = [
    pytest.param(Language.FRENCH, "dark", WIDE, id="dark-french"),
    pytest.param(Language.ENGLISH, "light", PHONE, id="phone"),
]
"""Besides English, light and wide."""


def open_page(tab: Visit, name: str) -> None:
    tab.open("" if name == "welcome" else name)
    tab.expect_title(f"{name}.title")


def assert_whole(tab: Visit, picture: str) -> None:
    """Save a picture of the page, and assert what holds in every look."""
    tab.screenshot(picture)
    assert tab.page.locator("html").get_attribute("lang") == tab.language.value
    assert tab.overflow() == 0
    if tab.page.viewport_size == WIDE:  # on a phone, dates may have to stand upright
        assert tab.widened() == []


@pytest.mark.parametrize("name", PAGES)
def test_a_page_opens_by_its_address_in_a_fresh_process(browser: Browser, demo_app: App, name: str) -> None:
    """The fresh process finds and uses the MongoDB of the running one."""
    with App(demo_app.folder, log=f"{name}.log") as fresh, visit(browser, fresh.url) as tab:
        open_page(tab, name)
        assert_whole(tab, f"{name}-light")
        assert "Traceback" not in fresh.log


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize(("language", "scheme", "viewport"), LOOKS)
def test_a_page_looks_right(
    browser: Browser,
    demo_app: App,
    name: str,
    language: Language,
    scheme: str,
    viewport: ViewportSize,
    request: pytest.FixtureRequest,
) -> None:
    look = request.node.callspec.id.removesuffix(f"-{name}")
    with visit(browser, demo_app.url, language=language, scheme=scheme, viewport=viewport) as tab:
        open_page(tab, name)
        assert_whole(tab, f"{name}-{look}")


def test_the_zone_of_the_browser_does_not_move_the_charts(browser: Browser, demo_app: App) -> None:
    """Times are Paris times in any browser; the carpet begins at midnight."""
    seen = []
    for zone in ("Europe/Paris", "Pacific/Auckland"):
        with visit(browser, demo_app.url, zone=zone) as tab:
            open_page(tab, "consumption")
            tab.show_charts()
            seen.append(
                tab.page.locator("[data-testid=stPlotlyChart] .xtick text, .ytick text").all_text_contents()
            )
            carpet = tab.place("carpet").locator(".ytick text")
            assert sorted(carpet.all_text_contents()) == carpet.all_text_contents()[::-1]  # midnight on top
    assert seen[0] == seen[1]


def test_the_uploader_speaks_the_language_of_the_page(browser: Browser, demo_app: App) -> None:
    """Streamlit's own texts are in English only; ours are drawn in their place."""
    drawn = "element => getComputedStyle(element, '::after').content.slice(1, -1)"
    with visit(browser, demo_app.url, language=Language.FRENCH) as tab:
        open_page(tab, "history")
        words = tab.page.get_by_test_id("stFileUploaderDropzone").locator("button p")
        assert words.evaluate(drawn) == tab.say("common.upload.choose")
        limit = tab.page.get_by_test_id("stFileUploaderDropzoneInstructions").locator("span")
        assert limit.evaluate(drawn) == tab.say("common.upload.limit", size=400)
