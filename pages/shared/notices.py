"""What a person is told: an error as title, what happened and what to do; checks with their cure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Final

import streamlit as st

from core.errors import CourbeError
from core.model import Check
from core.texts import Words
from pages.shared.visitor import language

_MARKS: Final = re.compile(r"([\\`*_{}\[\]<>$#|~:])")
_SIGNS: Final = {True: ":green[:material/check_circle:]", False: ":red[:material/cancel:]"}
_UNKNOWN: Final = ":gray[:material/help:]"


def show(error: CourbeError) -> None:
    """An error in the visitor's language."""
    words = Words(language())
    title, happened, cure = error.title(words), error.happened(words), error.cure(words)
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
    words = Words(language())
    st.markdown("  \n".join(_line(check, words) for check in checks))


def _line(check: Check, words: Words) -> str:
    def say(part: str) -> str:
        return plain(words.text(f"check.{check.code}{part}", **words.details(check.details)))

    error = check.details.get("error")
    why = (
        CourbeError(str(error), **{k: v for k, v in check.details.items() if k != "error"}) if error else None
    )
    if check.passed is None:
        found = plain(why.happened(words) if why else words.text("common.not_looked_at"))
        return f"{_UNKNOWN} **{say('')}** — {found}"
    if check.passed:
        return f"{_SIGNS[True]} **{say('')}** — {say('.ok')}"
    cure = plain(f"{why.happened(words)} {why.cure(words)}") if why else say(".cure")
    return f"{_SIGNS[False]} **{say('')}** — {say('.failed')}  \n→ {cure}"


def plain(told: str) -> str:
    """Text that Markdown leaves as it is."""
    return _MARKS.sub(r"\\\1", told)
