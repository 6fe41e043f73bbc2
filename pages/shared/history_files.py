"""Files as a source: uploaded, recognised, and previewed one by one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import streamlit as st

from core.errors import InputError, SourceError
from core.formats import number
from core.sources.files import FileSource, open_files
from core.sources.token import clean_prm
from pages.shared import notices
from pages.shared.history_preview import Factory, show_preview
from pages.shared.visitor import Visitor

if TYPE_CHECKING:
    from streamlit.runtime.uploaded_file_manager import UploadedFile

SCROLL_ABOVE = 6
SCROLL_HEIGHT = 640


@st.cache_resource(scope="session", max_entries=3, show_spinner=False)
def _opened(
    _uploads: Sequence[UploadedFile],
    ids: tuple[str, ...],  # noqa: ARG001 - the key under which the answer is kept
    prm: str | None,
) -> list[FileSource]:
    """The sources of these uploads, read once; kept for this browser session alone."""
    return open_files([(upload.name, upload.getvalue()) for upload in _uploads], prm)


def choose(guest: Visitor) -> Factory | None:
    """The files a visitor chose, previewed; None while there is none that can be read."""
    uploads = st.file_uploader(
        guest.t("history.files"),
        accept_multiple_files=True,
        help=guest.t("history.files.help"),
        key=f"history_files_{guest.imports}",  # an import that begins leaves an empty field behind
    )
    if not uploads:
        st.caption(guest.t("history.files.note"))
        return None
    sources = _read(guest, uploads, None)
    if any(_asks_for_meter(source) for source in sources):
        prm = _ask_meter(guest)
        if prm:
            sources = _read(guest, uploads, prm)
    readable = _previews(guest, sources)
    if not readable:
        return None
    if len(sources) > 1:
        st.caption(
            guest.t(
                "history.files.readable",
                count=number(len(readable), guest.language),
                of=number(len(sources), guest.language),
            )
        )
    return lambda: readable


def _read(guest: Visitor, uploads: Sequence[UploadedFile], prm: str | None) -> list[FileSource]:
    with st.spinner(guest.t("history.files.reading")), notices.guard():
        sources = _opened(uploads, tuple(upload.file_id for upload in uploads), prm)
        for source in sources:
            _fault(source)
    return sources


def _previews(guest: Visitor, sources: Sequence[FileSource]) -> list[FileSource]:
    """Shows a card for each load curve and a notice for each file that is none; the readable ones."""
    readable = []
    with st.container(height=SCROLL_HEIGHT if len(sources) > SCROLL_ABOVE else "content", border=False):
        for source in sources:
            fault = _fault(source)
            if fault is None:
                readable.append(source)
                for preview in source.previews():
                    show_preview(guest, source.name, preview)
            else:
                st.markdown(f"**{notices.plain(source.name)}**")
                notices.show(fault)
    return readable


def _fault(source: FileSource) -> SourceError | None:
    """Why a file cannot be read; reading happens here."""
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


def _ask_meter(guest: Visitor) -> str | None:
    """The meter of files that name none: one already known, or typed; None keeps it unnamed."""
    typed = st.text_input(
        guest.t("history.files.prm"),
        value=guest.prm or "",
        help=guest.t("history.files.prm.help"),
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
