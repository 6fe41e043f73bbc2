"""Files as a source: uploaded, recognised, and previewed."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Final

import streamlit as st

from core.errors import InputError, SourceError
from core.importing.files.reading import read
from core.model import DEMO_PRM, UNKNOWN_PRM, Meter
from core.sources.conso_api.token import clean_prm
from core.sources.files import FileSource, Stamped, beside
from core.texts import Words
from pages.shared import notices
from pages.shared.visitor import Visitor
from pages.views.history.preview import Factory, show_preview

if TYPE_CHECKING:
    from streamlit.runtime.uploaded_file_manager import UploadedFile

SCROLL_ABOVE = 6
SCROLL_HEIGHT = 640
_KEPT: Final = 3
"""Most results kept: those of one upload, read again for another meter."""
_OTHER: Final = "other"
_UNCLEAR: Final = "file-unclear-times"
_UNNAMED: Final = "unnamed"


def _opened(
    visitor: Visitor, uploads: Sequence[UploadedFile], prm: str | None, stamped: Stamped
) -> list[FileSource]:
    """The sources of these uploads, read once in a separate process and kept for this session only.

    The process ends when the page is left, or another file is chosen.
    """
    key = (*(upload.file_id for upload in uploads), prm, stamped)
    if key in visitor.kept:
        return visitor.kept[key]
    words = visitor.words
    bar = st.progress(0.0, words.text("history.files.reading"))

    def tell(done: int) -> None:  # Streamlit notices here that the page was left
        bar.progress(done / (done + 1), words.text("history.files.reading"))

    with visitor.turn(lambda: tell(0)):
        sources = read([(upload.name, upload.getvalue()) for upload in uploads], prm, tell, stamped=stamped)
    bar.empty()
    visitor.kept[key] = sources
    while len(visitor.kept) > _KEPT:
        del visitor.kept[next(iter(visitor.kept))]
    return sources


def choose(visitor: Visitor) -> Factory | None:
    """Show the upload and its previews; returns the readable files, None without any."""
    words = visitor.words
    uploads = st.file_uploader(
        words.text("history.files"),
        accept_multiple_files=True,
        max_upload_size=visitor.upload_megabytes,
        help=words.text("history.files.help"),
        key=f"history_files_{visitor.imports}",  # empties the field when an import begins
    )
    if not uploads:
        visitor.kept.clear()
        st.caption(words.text("history.files.note"))
        return None
    sources, told = _read(visitor, uploads, None), True
    stamped = _ask_stamps(words, sources)
    if stamped is not Stamped.UNSAID:
        sources = _read(visitor, uploads, None, stamped)
    if any(_asks_for_meter(source) for source in sources):
        told, prm = _ask_meter(visitor)
        if prm:
            sources = _read(visitor, uploads, prm, stamped)
    readable = _previews(words, sources)
    if not readable or not told:
        return None
    if len(sources) > 1:
        st.caption(
            words.text(
                "history.files.readable",
                count=words.number(len(readable)),
                of=words.number(len(sources)),
            )
        )
    return lambda: readable


def _read(
    visitor: Visitor,
    uploads: Sequence[UploadedFile],
    prm: str | None,
    stamped: Stamped = Stamped.UNSAID,
) -> list[FileSource]:
    with notices.guard():
        return _opened(visitor, uploads, prm, stamped)


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
