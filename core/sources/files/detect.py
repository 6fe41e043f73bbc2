"""Which format a file is in, told by its content and never by its name."""

from __future__ import annotations

import re
from typing import Final, Protocol

from core.errors import SourceError
from core.model import Flow
from core.sources.files import (
    api_json,
    conso_downloader,
    edf,
    enedis_csv,
    enedis_r63,
    enedis_xlsx,
    totalenergies,
)
from core.sources.files.content import Content, is_workbook
from core.sources.files.parsed import ABOUT_LINES, Part

_INDEX: Final = re.compile(r'"?horodate"?;"?type de releve"?;.*')


class _Format(Protocol):
    """A format module of lines of text."""

    def recognises(self, lines: list[str]) -> bool: ...

    def read(self, content: Content) -> list[Part]: ...


_TEXTS: Final[tuple[_Format, ...]] = (enedis_r63, enedis_csv, edf, conso_downloader, totalenergies)


def read(content: Content, flow: Flow | None = None) -> list[Part]:
    """The load curves of a file (a zip must have been unpacked). SourceError says what it is instead."""
    if content.empty:
        raise SourceError("file-empty")
    if content.is_zip:
        data = content.whole()
        if not is_workbook(data):
            raise SourceError("file-zip-nested")
        return enedis_xlsx.read(data)
    lines = content.head_lines()
    if any(_INDEX.fullmatch(line.strip()) for line in lines[:ABOUT_LINES]):
        raise SourceError("file-index")
    if api_json.recognises(lines):
        return api_json.read(content, flow)
    for known in _TEXTS:
        if known.recognises(lines):
            return known.read(content)
    raise SourceError("file-unknown")
