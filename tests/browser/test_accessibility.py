"""axe-core on every page and section, in both themes, sizes and languages; and keyboard navigation."""

from __future__ import annotations

import re
from typing import Final

import pytest
from playwright.sync_api import Browser, ViewportSize, expect

from core.texts import Language
from tests.browser.app import App
from tests.browser.visit import PHONE, WIDE, Visit, visit
from tests.code import PAGES

SECTIONS: Final = {
    "consumption": [{"show": name} for name in ("act", "habits", "compare", "power", "export")],
    "cost": [{"part": "compare"}, {"part": "contract"}],
}
"""Further URLs of a page, which show other content."""
LOOKS: Final = [(scheme, size) for scheme in ("light", "dark") for size in (WIDE, PHONE)]
FOCUSED: Final = """() => {
    const chosen = document.activeElement;
    const named = chosen.matches('a, button, input, textarea, [role]');
    return named ? chosen.getAttribute('aria-label') || chosen.innerText : '';
}"""


def look(tab: Visit, scheme: str, size: ViewportSize) -> None:
    """The same page in another theme and size, without opening it again."""
    tab.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    tab.page.set_viewport_size(size)
    tab.page.wait_for_function(
        "scheme => getComputedStyle(document.querySelector('[data-testid=stApp]')).colorScheme === scheme",
        arg=scheme,
    )
    tab.settle()


def inspected(
    tab: Visit, name: str, query: dict[str, str], looks: list[tuple[str, ViewportSize]]
) -> list[str]:
    """Violations on a page, with the theme and size they appear in."""
    tab.turn_to("" if name == "welcome" else name, **query)
    tab.expect_title(f"{name}.title")
    found = []
    for scheme, size in looks:
        look(tab, scheme, size)
        tab.show_charts()
        wrong = tab.violations() + [f"{tab.overflow()} pixels wider than its window"] * bool(tab.overflow())
        found += [f"{name} {query} {scheme} {size['width']}: {one}" for one in wrong]
    return found


@pytest.mark.parametrize("language", Language)
def test_axe_finds_nothing_of_ours(browser: Browser, demo_app: App, language: Language) -> None:
    found = []
    looks = LOOKS
    with visit(browser, demo_app.url, language=language) as tab:
        tab.open("connect")
        for name in PAGES:
            looks = looks[
                ::-1
            ]  # each page keeps the theme of the one before, as a change of theme reruns the page
            found += inspected(tab, name, {}, looks)
            for query in SECTIONS.get(name, []):
                found += inspected(tab, name, query, looks[-1:])
    assert found == []


def tab_to(tab: Visit, wanted: str, most: int = 60) -> None:
    """Press Tab until the element with this text has the focus."""
    for _ in range(most):
        tab.page.keyboard.press("Tab")
        if wanted in tab.page.evaluate(FOCUSED):
            return
    raise AssertionError(f"{wanted} cannot be reached with Tab")


def test_the_walk_by_keyboard_alone(browser: Browser, empty_app: App) -> None:
    with visit(browser, empty_app.url) as tab:
        keyboard = tab.page.keyboard
        # The browser passes on file dialogs from here on; set just before the key, it may be too late.
        tab.on("filechooser", lambda _: None)
        tab.open()
        tab.expect_title("welcome.title")
        tab_to(tab, tab.say("welcome.demo"))
        keyboard.press("Enter")
        tab.expect_title("consumption.title")
        tab.expect_charts()

        tab_to(tab, tab.say("consumption.view.day"))
        keyboard.press("ArrowRight")
        keyboard.press("Space")  # a week
        expect(tab.page).to_have_url(re.compile("view=week"))
        tab.settle()
        week = tab.page.url
        tab_to(tab, tab.say("consumption.view.previous"))
        keyboard.press("Enter")
        expect(tab.page).not_to_have_url(week)
        tab.settle()
        keyboard.press("Tab")
        assert tab.say("consumption.view.next") in tab.page.evaluate(FOCUSED)
        keyboard.press("Enter")
        expect(tab.page).to_have_url(week)
        tab.settle()

        tab.open("history")
        tab.expect_title("history.title")
        tab_to(tab, "Upload")
        with tab.page.expect_file_chooser():
            keyboard.press("Enter")
