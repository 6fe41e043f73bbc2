"""Detects the format of a file by its content, never by its name."""

from __future__ import annotations

from typing import Final

from core.errors import SourceError
from core.sources.files import api_json, archive, formats, general, sheets
from core.sources.files.content import Content
from core.sources.files.lines import looks_like_a_row
from core.sources.files.parsed import Asked, Part, joined
from core.sources.files.sections import Section, sections

_PDF: Final = b"%PDF-"
_OLD_WORKBOOK: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_PICTURES: Final = (b"\x89PNG\r\n", b"\xff\xd8\xff", b"GIF8")
_LEAST_TOLD: Final = ("file-unknown", "file-no-rows")
"""Errors that are reported only if there is no other."""


def read(content: Content, asked: Asked) -> list[Part]:
    """The load curves of a file (a zip must be unpacked before). SourceError says what else it is."""
    if content.empty:
        raise SourceError("file-empty")
    if content.is_zip:
        return _of_zip(content, asked)
    for magic, code in (
        (_PDF, "file-pdf"),
        (_OLD_WORKBOOK, "file-xls"),
        *((one, "file-picture") for one in _PICTURES),
    ):
        if content.begins_with(magic):
            raise SourceError(code)
    if api_json.recognises(content.head_lines()):
        return api_json.read(content, asked)
    return _of_tables(sections(content), asked)


def _of_zip(content: Content, asked: Asked) -> list[Part]:
    data = content.whole()
    if archive.is_workbook(data):
        return _of_tables(sheets.tables_of(content.name, data, content.reached), asked)
    raise SourceError("file-ods" if archive.is_open_document(data) else "file-zip-nested")


def _of_tables(tables: list[Section], asked: Asked) -> list[Part]:
    """All curves of all tables.

    A table that is no load curve is skipped if others are read, unless it might be one.
    """
    found: list[list[Part]] = []
    faults: list[SourceError] = []
    for section in tables:
        try:
            found.append(_of_table(section, asked))
        except SourceError as fault:
            if fault.code not in _PASSED_OVER and len(tables) > 1 and not section.title:
                raise  # a file of joined tables is read completely or not at all
            faults.append(fault)
    if not faults or any(len(part.curve) for parts in found for part in parts):
        return joined(found)
    raise min(faults, key=lambda fault: fault.code in _LEAST_TOLD, default=SourceError("file-unknown"))


_PASSED_OVER: Final = frozenset(
    {"file-unknown", "file-no-rows", "file-daily", "file-index", "file-no-values"}
)


def _of_table(section: Section, asked: Asked) -> list[Part]:
    if general.is_index(section):
        raise SourceError("file-index")
    for known in formats.known():
        if known.reader.recognises(section):
            return known.reader.read(section, asked)
    if general.recognises(section):
        return general.read(section, asked)
    if general.is_daily(section):
        raise SourceError("file-daily")
    if not any(looks_like_a_row(line) for line in section.head):
        raise SourceError("file-unknown")
    raise SourceError("file-no-header")
