"""A user at a browser: opens pages, waits for them, and collects errors."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Locator, Page, Playwright, ViewportSize, expect

from core.texts import Language, Words
from tests.code import ROOT

ARTEFACTS: Final = ROOT / "tests" / "artefacts"
AXE: Final = Path(__file__).with_name("node_modules") / "axe-core" / "axe.min.js"
WIDE: Final[ViewportSize] = {"width": 1280, "height": 900}
PHONE: Final[ViewportSize] = {"width": 390, "height": 844}
PROGRAMS: Final = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PATIENCE_MS: Final = 180_000
"""Timeout in ms, long enough for a busy machine; it does not slow a passing test."""
LOOPBACK: Final = ("127.0.0.1", "localhost")
FRAMEWORK: Final = {
    "empty-table-header": "stDataFrame",
    "presentation-role-conflict": "stFileUploader",
    "target-size": "stDateInput",
}
"""Violations in Streamlit's own widgets: the rule, and the widget in which it is allowed."""
FLAGS: Final = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--disable-extensions",
    "--mute-audio",
    "--hide-scrollbars",
    "--force-color-profile=srgb",
    f"--host-resolver-rules=MAP * ~NOTFOUND, {', '.join(f'EXCLUDE {host}' for host in LOOPBACK)}",
)
"""The last option makes only this machine reachable."""
TURN: Final = """address => new Promise(begun => {
    const app = document.querySelector('[data-testid=stApp]');
    const watcher = new MutationObserver(() => {
        if (app.dataset.testScriptState !== 'running') return;
        watcher.disconnect();
        begun();
    });
    watcher.observe(app, {attributes: true, attributeFilter: ['data-test-script-state']});
    history.pushState(null, '', address);
    dispatchEvent(new PopStateEvent('popstate'));
})"""
"""Goes to an address, and waits until the script runs for it."""
_resting: dict[tuple[Browser, Language, str], list[Page]] = {}
"""Unused tabs by language and time zone of their profile."""


def launch(playwright: Playwright) -> Browser:
    """Start Debian's Chromium, or any other on PATH. Without one the tests fail; they never skip."""
    program = next(filter(None, map(shutil.which, PROGRAMS)), None)
    assert program, f"no browser on PATH: install one of {', '.join(PROGRAMS)}"
    expect.set_options(timeout=PATIENCE_MS)
    return playwright.chromium.launch(executable_path=program, args=list(FLAGS))


class Visit:
    """A user in a tab. Made by `visit`, which asserts at the end that no error occurred."""

    def __init__(self, page: Page, url: str, language: Language) -> None:
        self.page = page
        self.language = language
        self._url = url
        self.strangers: list[str] = []
        """Requested URLs outside this machine."""
        self.complaints: list[str] = []
        """Uncaught exceptions in the browser."""
        self._listening: list[tuple[str, Callable[[Any], None]]] = []
        self.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.on("websocket", lambda socket: self._judge(socket.url))
        self.on("request", lambda request: self._judge(request.url))

    def on(self, event: Any, handler: Callable[[Any], None]) -> None:
        """Listen to the events of the tab during this visit."""
        self.page.on(event, handler)
        self._listening.append((event, handler))

    def leave(self) -> None:
        """Remove everything this visit left in the tab."""
        for event, handler in self._listening:
            self.page.remove_listener(event, handler)
        self.page.evaluate("() => { localStorage.clear(); sessionStorage.clear(); }")
        self.page.context.clear_cookies()
        self.page.goto("about:blank")

    def say(self, key: str, /, **values: str | int) -> str:
        """A text of the catalogue in this visitor's language."""
        return Words(self.language).text(key, **values)

    def open(self, name: str = "", **query: str) -> None:
        """Open a URL, as a new visitor does."""
        self.page.goto(self._address(name, query), wait_until="domcontentloaded")
        self.settle()

    def turn_to(self, name: str = "", **query: str) -> None:
        """Open another URL as the way back does: the program stays loaded, in a third of the time."""
        self.page.evaluate(TURN, self._address(name, query))
        self.settle()

    def _address(self, name: str, query: dict[str, str]) -> str:
        parts = "&".join(f"{key}={value}" for key, value in ({"lang": self.language.value} | query).items())
        return f"{self._url}/{name}?{parts}"

    def settle(self) -> None:
        """Wait until the script has run and nothing of the previous page is left."""
        page = self.page
        page.locator('[data-testid=stApp][data-test-script-state="notRunning"]').wait_for()
        expect(page.locator("[data-stale=true]")).to_have_count(0)
        expect(page.locator("[data-testid=stSkeleton]")).to_have_count(0)

    def expect_title(self, key: str) -> None:
        """The page with this title is shown, without an exception."""
        heading = self.page.get_by_role("heading", name=self.say(key), level=1)
        expect(heading).to_be_visible()
        self.settle()
        expect(self.page.get_by_test_id("stException")).to_have_count(0)

    def expect_address(self, part: str) -> None:
        """The URL contains these words, and its page is shown."""
        expect(self.page).to_have_url(re.compile(re.escape(part)))
        self.settle()

    def expect_begun(self) -> None:
        """The demo import is running, or has ended."""
        shown = self.page.get_by_role("heading", name=self.say("consumption.title"), level=1)
        expect(self.page.get_by_role("progressbar").or_(shown).first).to_be_visible()

    def expect_charts(self, at_least: int = 1) -> None:
        """At least this number of charts is drawn."""
        charts = self.page.locator("[data-testid=stPlotlyChart] .main-svg").first
        expect(charts).to_be_visible()
        drawn = self.page.locator("[data-testid=stPlotlyChart]:has(.main-svg)")
        expect(drawn.nth(at_least - 1)).to_be_attached()

    def place(self, name: str) -> Locator:
        """The place of a chart below the first screen, which may not be drawn yet."""
        return self.page.locator(f".st-key-later-{name}")

    def show_chart(self, name: str) -> Locator:
        """Scroll to a chart below the first screen, which draws it."""
        place = self.place(name)
        place.evaluate("one => one.scrollIntoView({block: 'center', behavior: 'instant'})")
        place.locator(".main-svg").first.wait_for()
        self.settle()
        return place.get_by_test_id("stPlotlyChart")

    def show_charts(self) -> None:
        """Scroll to every chart of the page, and back."""
        places = self.page.locator("[class*='st-key-later-']")
        for name in places.evaluate_all(
            "all => all.map(one => one.className.match(/st-key-later-(\\w+)/)[1])"
        ):
            self.show_chart(name)
        self.page.get_by_test_id("stMain").evaluate("one => one.scrollTo({top: 0, behavior: 'instant'})")

    def click(self, key: str, role: Any = "button") -> None:
        """Click the element with this text."""
        self.find(key, role).click()

    def find(self, key: str, role: Any = "button") -> Locator:
        return self.page.get_by_role(role, name=self.say(key)).first

    def go(self, step: str) -> None:
        """Open a page by the navigation."""
        self.page.get_by_test_id("stSidebar").get_by_role("link", name=self.say(f"common.nav.{step}")).click()
        self.expect_title(f"{step}.title")

    def screenshot(self, name: str) -> Path:
        """Save a picture of the whole page in tests/artefacts."""
        path = ARTEFACTS / f"{name}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        height = self.page.evaluate(
            """() => Math.max(...[...document.querySelectorAll(
                '[data-testid=stMain], [data-testid=stAppViewContainer]')].map(e => e.scrollHeight))"""
        )
        size = self.page.viewport_size or WIDE
        self.page.set_viewport_size(
            {"width": size["width"], "height": min(max(height, size["height"]), 6000)}
        )
        self.settle()
        expect(self.page.locator("[class*='st-key-later-']:not(:has(.main-svg))")).to_have_count(0)
        self.page.screenshot(path=path, animations="disabled")
        self.page.set_viewport_size(size)
        return path

    def violations(self) -> list[str]:
        """Violations that axe-core finds on this page, without those of Streamlit's widgets."""
        if not self.page.evaluate("() => 'axe' in window"):
            self.page.add_script_tag(path=AXE)
        found = self.page.evaluate(
            """async () => (await axe.run(document, {resultTypes: ['violations']})).violations.flatMap(
                rule => rule.nodes.map(node => ({
                rule: rule.id, help: rule.help, target: node.target.flat(9).join(' '), html: node.html,
                inside: (document.querySelector(node.target.flat(9)[0])?.closest(
                    '[data-testid=' + CSS.escape(({ALLOWED})[rule.id] ?? '-') + ']')) !== null
            })))""".replace("{ALLOWED}", repr(FRAMEWORK))
        )
        return [
            f"{one['rule']}: {one['help']}: {one['target']}: {one['html'][:160]}"
            for one in found
            if not one["inside"]
        ]

    def overflow(self) -> int:
        """By how many pixels the page is wider than its window."""
        wider: int = self.page.evaluate(
            "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        return wider

    def widened(self) -> list[str]:
        """Charts whose labels need more than their margins, each of which Plotly has drawn twice."""
        found: list[str] = self.page.evaluate(
            """() => [...document.querySelectorAll('.js-plotly-plot')]
                .map(({_fullLayout: {margin, _size}}) => ['l', 't', 'b']
                    .filter(side => _size[side] > margin[side])
                    .map(side => `${side}: ${_size[side]} instead of ${margin[side]}`).join(', '))
                .filter(Boolean)"""
        )
        return found

    def _judge(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("data", "blob") and parts.hostname not in LOOPBACK:
            self.strangers.append(url)


@contextmanager
def visit(
    browser: Browser,
    url: str,
    *,
    language: Language = Language.ENGLISH,
    scheme: Any = "light",
    viewport: ViewportSize = WIDE,
    zone: str = "America/New_York",
) -> Iterator[Visit]:
    """A new visitor in a tab. On failure a picture of the page is saved in tests/artefacts.

    A tab is used again, cleaned of the previous visit, as the browser has then loaded the program of the
    page, which takes most of the time of a first visit.
    """
    resting = _resting.setdefault((browser, language, zone), [])
    page = resting.pop() if resting else _new_tab(browser, language, zone)
    page.set_viewport_size(viewport)
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    tab = Visit(page, url, language)
    try:
        yield tab
        assert not tab.strangers, "the page wanted something from the network"
        assert not tab.complaints, "the browser met an uncaught exception"
        tab.leave()
    except BaseException:
        name = re.sub(r"\W+", "-", os.environ.get("PYTEST_CURRENT_TEST", "failure").split(" ")[0])
        page.screenshot(path=ARTEFACTS / f"failed-{name}.png")
        page.context.close()
        raise
    resting.append(page)


def _new_tab(browser: Browser, language: Language, zone: str) -> Page:
    context = browser.new_context(
        locale="fr-FR" if language is Language.FRENCH else "en-GB",
        timezone_id=zone,  # far from Paris by default, as the time zone must not matter
        accept_downloads=True,
    )
    context.set_default_timeout(PATIENCE_MS)
    return context.new_page()
