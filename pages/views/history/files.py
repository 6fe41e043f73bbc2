"""Files as a source: chosen, asked about, and previewed."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import streamlit as st

from core.errors import InputError, SourceError
from core.model import DEMO_PRM, UNKNOWN_PRM, Meter
from core.sources.conso_api.token import clean_prm
from core.sources.files import FileSource, Stamped, beside
from core.texts import Words
from pages.shared import notices
from pages.shared.visitor import Visitor
from pages.views.history.preview import Factory, show_preview
from pages.views.history.reading import Place, opened

if TYPE_CHECKING:
    from streamlit.runtime.uploaded_file_manager import UploadedFile

SCROLL_ABOVE = 6
SCROLL_HEIGHT = 640
_OTHER: Final = "other"
_UNCLEAR: Final = "file-unclear-times"
_UNNAMED: Final = "unnamed"


@dataclass(frozen=True, slots=True)
class Chosen:
    """A source for each file, also for unreadable ones, and whether all that they do not say is told."""

    sources: Sequence[FileSource]
    told: bool


def field(visitor: Visitor) -> Sequence[UploadedFile]:
    """Show the field for files; returns those in it."""
    words = visitor.words
    uploads = st.file_uploader(
        words.text("history.files"),
        accept_multiple_files=True,
        max_upload_size=visitor.upload_megabytes,
        help=words.text("history.files.help"),
        key=f"history_files_{visitor.emptied}",
    )
    if not uploads:
        visitor.kept.clear()
    return uploads


def choose(visitor: Visitor, uploads: Sequence[UploadedFile], place: Place) -> Chosen:
    """Read the files, and ask for what they do not say."""
    words = visitor.words

    def read(prm: str | None, stamped: Stamped) -> list[FileSource]:
        with notices.guard():
            return opened(visitor, uploads, prm, stamped, place)

    sources, told = read(None, Stamped.UNSAID), True
    with place.asked:
        stamped = _ask_stamps(words, sources)
    if stamped is not Stamped.UNSAID:
        sources = read(None, stamped)
    if any(_asks_for_meter(source) for source in sources):
        with place.asked:
            told, prm = _ask_meter(visitor)
        if prm:
            sources = read(prm, stamped)
    place.tell(_readable_of(words, sources))
    return Chosen(sources, told)


def show(words: Words, chosen: Chosen) -> Factory | None:
    """Show the previews; returns the readable files, None without any, or while an answer is missing."""
    readable = _previews(words, chosen.sources)
    if not readable or not chosen.told:
        return None
    if len(chosen.sources) > 1:
        st.caption(_readable_of(words, chosen.sources))
    return lambda: readable


def _readable_of(words: Words, sources: Sequence[FileSource]) -> str:
    readable = sum(_fault(source) is None for source in sources)
    return words.text("history.files.readable", count=words.number(readable), of=words.number(len(sources)))


def _previews(words: Words, sources: Sequence[FileSource]) -> list[FileSource]:
    """Show a notice for each file without a load curve, then the previews; returns the readable files."""
    readable, aside = [], beside(sources)
    with st.container(height=SCROLL_HEIGHT if len(sources) > SCROLL_ABOVE else "content", border=False):
        for source in sorted(sources, key=lambda one: _fault(one) is None):
            fault = _fault(source)
            if fault is None:
                readable.append(source)
                for preview in source.previews():
                    show_preview(words, source.name, preview)
            elif source in aside:
                st.caption(notices.plain(words.labelled(source.name, fault.title(words))))
            else:
                st.markdown(f"**{notices.plain(source.name)}**")
                notices.show(fault)
    return readable


def _ask_stamps(words: Words, sources: Sequence[FileSource]) -> Stamped:
    """Ask whether the times of ambiguous files are starts or ends of their intervals."""
    unclear = [source.name for source in sources if (fault := _fault(source)) and fault.code == _UNCLEAR]
    if not unclear:
        return Stamped.UNSAID
    chosen = st.radio(
        notices.plain(words.text("history.files.stamps", name=", ".join(unclear))),
        [Stamped.BEGIN, Stamped.END],
        index=None,
        format_func=lambda one: words.text(f"history.files.stamps.{one.value}"),
        key="history_stamps",
    )
    return chosen or Stamped.UNSAID


def _fault(source: FileSource) -> SourceError | None:
    """Why a file cannot be read, None if it can; reads the file."""
    try:
        source.preview()
    except SourceError as fault:
        return fault
    return None


def _asks_for_meter(source: FileSource) -> bool:
    fault = _fault(source)
    if fault is not None:
        return fault.code == "file-prm-ruined"
    return not source.names_meter


def _ask_meter(visitor: Visitor) -> tuple[bool, str | None]:
    """Ask for the meter of files without a PRM; returns whether that is decided, and the PRM.

    Such readings are added to a meter only if a person says so. PRM None keeps them as an unnamed meter.
    """
    words = visitor.words
    known = sorted(_known(visitor))
    if not known:
        return True, _typed_meter(words)
    others = {_OTHER: words.text("history.files.other"), _UNNAMED: words.text("history.files.unnamed")}
    chosen = st.selectbox(
        words.text("history.files.whose"),
        [*known, _OTHER, _UNNAMED],
        index=None,
        placeholder=words.text("history.files.choose"),
        format_func=lambda one: others.get(one) or Meter(one).masked,
        key="history_whose",
    )
    if chosen == _OTHER:
        typed = _typed_meter(words)
        return typed is not None, typed
    return chosen is not None, None if chosen == _UNNAMED else chosen


def _known(visitor: Visitor) -> set[str]:
    """The PRMs of this household."""
    prms = {summary.meter.prm for summary in visitor.meters}
    if visitor.prm:
        with suppress(InputError):
            prms.add(clean_prm(visitor.prm))
    return prms - {DEMO_PRM, UNKNOWN_PRM}


def _typed_meter(words: Words) -> str | None:
    typed = st.text_input(
        words.text("history.files.prm"),
        help=words.text("history.files.prm.help"),
        placeholder="12 345 678 901 234",
        key="history_prm",
    )
    if not typed.strip():
        return None
    try:
        return clean_prm(typed)
    except InputError as error:
        notices.show(error)
        return None
