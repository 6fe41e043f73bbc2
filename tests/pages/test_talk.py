"""The talk on the real script: its eight slides, its notes, and its start."""

from __future__ import annotations

import pytest

from core.texts import ENGLISH, Language, Words
from pages.views.talk.slides import SLIDES
from tests.pages.conftest import Opens


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("step", range(1, len(SLIDES) + 1))
def test_every_step_is_drawn_also_before_anything_was_measured(
    household_page: Opens, step: int, language: Language
) -> None:
    page = household_page("welcome", talk=str(step), lang=language.value)
    words, code = Words(language), list(SLIDES)[step - 1]
    assert not page.exception
    drawn = "".join(one.proto.body for one in page.get("html"))
    assert words.text(f"talk.{code}.title") in drawn
    assert 'class="figure">?' not in drawn
    assert page.get("plotly_chart")
    assert page.button(key="talk_back").disabled == (step == 1)
    assert page.button(key="talk_next").disabled == (step == len(SLIDES))
    assert not page.sidebar.children


def test_next_and_back_are_in_the_address(household_page: Opens) -> None:
    page = household_page("welcome", talk="3")
    page.button(key="talk_next").click().run()
    assert page.query_params["talk"] in ("4", ["4"])
    page.button(key="talk_back").click().run()
    assert page.query_params["talk"] in ("3", ["3"])


@pytest.mark.parametrize("wish", ["0", "99", "x", ""])
def test_an_address_nobody_offers_is_a_step_all_the_same(household_page: Opens, wish: str) -> None:
    assert not household_page("welcome", talk=wish).exception


def test_figures_of_the_example_say_so(household_page: Opens) -> None:
    page = household_page("welcome", talk="3")
    assert any("Example" in one.value for one in page.caption)


def test_the_notes_follow_the_step_on_screen(household_page: Opens) -> None:
    notes = household_page("welcome", talk="notes")
    assert ENGLISH.text("talk.note.waiting") in [one.value for one in notes.info]
    household_page("welcome", talk="6")
    notes.run()
    drawn = "".join(one.proto.body for one in notes.get("html"))
    assert ENGLISH.text("talk.note.speed.answer") in drawn
    assert notes.code[0].value == ENGLISH.text("talk.note.speed.run")


def test_the_talk_needs_a_load_curve(open_page: Opens) -> None:
    page = open_page("welcome", lang="en", talk="1").run()
    assert ENGLISH.text("talk.needs") in [one.value for one in page.info]


def test_the_notes_name_a_command_that_there_is() -> None:
    for code in SLIDES:
        for language in Language:
            assert Words(language).text(f"talk.note.{code}.run") == ENGLISH.text(f"talk.note.{code}.run")
