"""Reads uploads while the page waits, and shows how far the reading is."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import streamlit as st

from core.importing.files.messages import Reached
from core.importing.files.reading import read
from core.sources.files import FileSource, Stamped
from core.texts import Words
from pages.shared import notices
from pages.shared.visitor import Visitor

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator
    from streamlit.runtime.uploaded_file_manager import UploadedFile

_KEPT: Final = 3
"""Most results kept: those of one upload, read again for another meter."""
_AT_ONCE_SECONDS: Final = 1.0
"""What is read within this time shows no progress."""
_TOLD: Final = "history_told"
_POLITE: Final = (
    f"""<script>document.querySelector(".st-key-{_TOLD}")?.setAttribute("role", "status");</script>"""
)


class Place:
    """The place below the field for files, filled at the end of a page run, as reading them may take long.

    First what is asked about them, then their progress, which what they bring replaces in one step.
    """

    def __init__(self) -> None:
        with st.container(key=_TOLD):
            self._told = st.empty()
        st.html(_POLITE, unsafe_allow_javascript=True)
        self.asked = st.container()
        self._below = st.container()
        self._shown: DeltaGenerator | None = None

    def tell(self, text: str) -> None:
        """Tell a screen reader, when it has nothing else to say."""
        self._told.markdown(notices.plain(text))

    def show(self) -> DeltaGenerator:
        """A new block in place of what was shown, also of what the last run showed."""
        if self._shown is None:  # made only now, as it clears what the last run showed
            self._shown = self._below.empty()
        return self._shown.container()


class _Progress:
    """The progress of one reading, once it takes long enough to be worth it."""

    def __init__(self, visitor: Visitor, place: Place) -> None:
        self._visitor, self._place = visitor, place
        self._begun = time.monotonic()
        self._bar: DeltaGenerator | None = None
        self._shown: Reached | None = None

    def tell(self, now: Reached) -> None:
        """Show what is reached. Streamlit notices here that the page was left, or another file chosen."""
        if time.monotonic() - self._begun < _AT_ONCE_SECONDS:
            return
        if self._bar is None:
            with self._place.show():
                self._bar = st.empty()
                st.button(
                    self._visitor.words.text("history.files.cancel"),
                    icon=":material/stop_circle:",
                    key="history_reading_cancel",
                    on_click=_let_go,
                    args=(self._visitor,),
                )
        words = self._visitor.words
        told = _what(words, now)
        if self._shown is None or self._shown.name != now.name:
            self._place.tell(told)
        text = words.labelled(told, words.percent(now.share, 0)) if now.name else told
        self._bar.progress(min(now.share, 1.0), notices.plain(text))
        self._shown = now


def _what(words: Words, now: Reached) -> str:
    if not now.name:
        return words.text("history.files.reading")
    if now.of < 2:
        return words.text("history.files.reading_one", name=now.name)
    number, of = words.number(now.number), words.number(now.of)
    return words.text("history.files.reading_each", name=now.name, number=number, of=of)


def _let_go(visitor: Visitor) -> None:
    """Empty the field for files; the rerun ends the reading."""
    visitor.emptied += 1


def opened(
    visitor: Visitor, uploads: Sequence[UploadedFile], prm: str | None, stamped: Stamped, place: Place
) -> list[FileSource]:
    """The sources of these uploads, read once in a separate process and kept for this session only.

    The process ends when the page is left, or another file is chosen.
    """
    key = (*(upload.file_id for upload in uploads), prm, stamped)
    if key in visitor.kept:
        return visitor.kept[key]
    progress = _Progress(visitor, place)
    with visitor.turn(lambda: progress.tell(Reached(of=len(uploads)))):
        files = [(upload.name, upload.getvalue()) for upload in uploads]
        sources = read(files, prm, progress.tell, stamped=stamped)
    visitor.kept[key] = sources
    while len(visitor.kept) > _KEPT:
        del visitor.kept[next(iter(visitor.kept))]
    return sources
