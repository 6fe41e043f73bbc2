"""Shows errors (title, what happened, what to do) and checks with their cure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Final

import streamlit as st

from core.checks import told
from core.errors import CourbeError
from core.model import Check
from core.texts import Words
from pages.shared.visitor import language

_MARKS: Final = re.compile(r"([\\`*_{}\[\]<>$#|~:@]|(?<=\bwww)\.)", re.IGNORECASE)
"""Characters special to Markdown or Streamlit; a name with `www.` or `@` would become a link."""
_SIGNS: Final = {True: ":green[:material/check_circle:]", False: ":red[:material/cancel:]"}
_UNKNOWN: Final = ":gray[:material/help:]"


def show(error: CourbeError) -> None:
    """Show an error in the visitor's language."""
    words = Words(language())
    title, happened, cure = error.title(words), error.happened(words), error.cure(words)
    st.error(f"**{plain(title)}**\n\n{plain(happened)} {plain(cure)}", icon=":material/error:")


@contextmanager
def guard() -> Iterator[None]:
    """Show an error raised in the block, and end the page there."""
    try:
        yield
    except CourbeError as error:
        show(error)
        st.stop()


def show_checks(checks: Iterable[Check]) -> None:
    """Show checks, one line each: what was checked, what was found, and the cure if it failed."""
    words = Words(language())
    st.markdown("  \n".join(_line(check, words) for check in checks))


def _line(check: Check, words: Words) -> str:
    line = told(check, words)
    name, found = plain(line.name), plain(line.found)
    if check.passed is None:
        return f"{_UNKNOWN} **{name}** — {found}"
    shown = f"{_SIGNS[check.passed]} **{name}** — {found}"
    return shown if check.passed else f"{shown}  \n→ {plain(line.cure)}"


def plain(told: str) -> str:
    """Text escaped for Markdown."""
    return _MARKS.sub(r"\\\1", told)
