"""What a person is told: an error as title, what happened and what to do; checks with their cure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Final

import streamlit as st

from core.errors import CourbeError
from core.model import Check
from core.texts import text
from pages.shared.visitor import language

_MARKS: Final = re.compile(r"([\\`*_{}\[\]<>$#|~:])")
_SIGNS: Final = {True: ":green[:material/check_circle:]", False: ":red[:material/cancel:]"}
_UNKNOWN: Final = ":gray[:material/help:]"


def show(error: CourbeError) -> None:
    """An error in the visitor's language."""
    spoken = language()
    title, happened, cure = error.title(spoken), error.happened(spoken), error.cure(spoken)
    st.error(f"**{plain(title)}**\n\n{plain(happened)} {plain(cure)}", icon=":material/error:")


@contextmanager
def guard() -> Iterator[None]:
    """Shows an error of ours that is raised inside, and ends the page there."""
    try:
        yield
    except CourbeError as error:
        show(error)
        st.stop()


def show_checks(checks: Iterable[Check]) -> None:
    """A preflight line by line: what was looked at, what was found, and the cure of what failed."""
    spoken = language()
    for check in checks:
        sign = _UNKNOWN if check.passed is None else _SIGNS[check.passed]
        what = text(f"check.{check.code}", spoken, **check.details)
        line = f"{sign} **{plain(what)}**"
        if check.passed is None:
            line += f" — {plain(text('common.not_looked_at', spoken))}"
        else:
            found = "ok" if check.passed else "failed"
            line += f" — {plain(text(f'check.{check.code}.{found}', spoken, **check.details))}"
        if check.passed is False:
            line += f"  \n{plain(text(f'check.{check.code}.cure', spoken, **check.details))}"
        st.markdown(line)


def plain(words: str) -> str:
    """Text that Markdown leaves as it is."""
    return _MARKS.sub(r"\\\1", words)
