"""The talk with arrow keys on a projector of 1024 x 768, after a restart, without a network."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from playwright.sync_api import Browser, ViewportSize, expect

from core.texts import Language
from tests.browser.app import App
from tests.browser.visit import Visit, visit
from tests.code import ROOT

PROJECTOR: Final[ViewportSize] = {"width": 1024, "height": 768}
STEPS: Final = ("meters", "carpet", "smaller", "gain", "bucket", "speed", "fleet", "limits")
PREPARED: Final = """
from core.cli.shared.store import household
from core.lab.prepared.kept import example, save
with household() as store:
    meter = store.meters()[0].meter
    for kind, one in example().items():
        save(store, kind, one.result, meter)
"""
"""Stores the example's figures as this household's own, as `prepare` would measure for minutes."""


@pytest.fixture(scope="module")
def prepared_app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """An application that was prepared and then restarted."""
    with App(tmp_path_factory.mktemp("talk")) as app:
        app.command("import", "--demo")
        subprocess.run(
            [sys.executable, "-c", PREPARED], cwd=ROOT, env=app.environment, check=True, timeout=120
        )
        app.stop()
        app.start()
        yield app


def expect_step(tab: Visit, number: int) -> None:
    """The slide is drawn with its title, its figure of 96 px and its chart, if any, all within the window."""
    code = STEPS[number - 1]
    expect(tab.page.get_by_role("heading", name=tab.say(f"talk.{code}.title"), level=1)).to_be_visible()
    tab.settle()
    figure = tab.page.locator(".talk .figure")
    assert figure.evaluate("one => getComputedStyle(one).fontSize") == "96px"
    assert "?" not in figure.inner_text()
    tab.expect_charts()
    where = tab.say("talk.where", step=number, steps=len(STEPS))
    expect(tab.page.get_by_text(where, exact=True)).to_be_in_viewport()
    expect(tab.page.get_by_role("button", name=tab.say("talk.next"))).to_be_in_viewport(ratio=1)
    expect(tab.page.get_by_test_id("stSidebar")).to_be_hidden()
    assert tab.overflow() <= 0


@pytest.mark.parametrize(("language", "scheme"), [(Language.ENGLISH, "light"), (Language.FRENCH, "dark")])
def test_the_whole_talk_by_arrow_keys(
    browser: Browser, prepared_app: App, language: Language, scheme: str
) -> None:
    with visit(browser, prepared_app.url, language=language, scheme=scheme, viewport=PROJECTOR) as tab:
        tab.open()
        tab.expect_title("welcome.title")
        expect(tab.page.get_by_role("button", name=tab.say("talk.begin"))).to_be_visible()
        tab.page.keyboard.press("p")
        for number in range(1, len(STEPS) + 1):
            expect_step(tab, number)
            assert f"talk={number}" in tab.page.url
            tab.page.screenshot(path=_artefact(f"talk-{number}-{language}-{scheme}"))
            assert not tab.violations()
            tab.page.keyboard.press("ArrowRight")
        expect_step(tab, len(STEPS))
        tab.page.keyboard.press("ArrowLeft")
        expect_step(tab, len(STEPS) - 1)
        tab.page.keyboard.press("PageUp")  # a presenter's remote control
        expect_step(tab, len(STEPS) - 2)
        tab.page.reload()
        expect_step(tab, len(STEPS) - 2)
        tab.page.keyboard.press("Escape")
        tab.expect_title("welcome.title")
    assert "Traceback" not in prepared_app.log


def test_the_notes_follow_in_a_second_window(browser: Browser, prepared_app: App) -> None:
    with visit(browser, prepared_app.url, viewport=PROJECTOR) as tab:
        tab.open(talk="3")
        expect_step(tab, 3)
        notes = tab.page.context.new_page()
        notes.goto(f"{prepared_app.url}/?lang=en&talk=notes")
        expect(notes.get_by_text(tab.say("talk.note.smaller.answer"))).to_be_visible()
        tab.page.bring_to_front()
        tab.page.keyboard.press("ArrowRight")
        expect_step(tab, 4)
        expect(notes.get_by_text(tab.say("talk.note.gain.say"))).to_be_visible()
        expect(notes.get_by_text(tab.say("talk.note.gain.run"))).to_be_visible()
        notes.close()


def test_a_step_is_measured_again_before_a_sceptic(browser: Browser, prepared_app: App) -> None:
    with visit(browser, prepared_app.url, viewport=PROJECTOR) as tab:
        tab.open(talk="8")
        expect_step(tab, 8)
        tab.page.keyboard.press("m")
        expect(tab.page.get_by_role("button", name=tab.say("talk.live"))).to_be_hidden()
        expect(tab.page.get_by_role("button", name=tab.say("talk.live"))).to_be_visible()
        expect_step(tab, 8)


def test_without_a_load_curve_the_talk_leads_to_the_demo(browser: Browser, empty_app: App) -> None:
    with visit(browser, empty_app.url, viewport=PROJECTOR) as tab:
        tab.open(talk="1")
        expect(tab.page.get_by_text(tab.say("talk.needs"))).to_be_visible()
        tab.click("common.empty.demo", "link")
        tab.expect_title("welcome.title")


def _artefact(name: str) -> Path:
    path = ROOT / "tests" / "artefacts" / f"{name}.png"
    path.parent.mkdir(parents=True, exist_ok=True)
    return path
