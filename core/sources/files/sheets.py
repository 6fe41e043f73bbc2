"""The sheets of a workbook as text, a line per row, for the readers of tables saved as CSV.

Dates and times that a spreadsheet keeps as numbers are recognised by the header of their column.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final
from xml.parsers import expat

from core.errors import SourceError
from core.sources.files import workbook
from core.sources.files.content import Content, TellShare, folded
from core.sources.files.sections import Section, sections
from core.sources.files.tables.words import Header, header_of
from core.sources.files.workbook import Cell

_CELL_TEXT: Final = 80
_LAST_DAY: Final = 100_000  # of a spreadsheet's count, in the year 2173
_MARK: Final = "\x1f"
"""Placeholder for the decimal mark of numeric cells, until that of the text cells is known."""
_COMMA: Final = re.compile(r"\d,\d")
_DAMAGED: Final = (
    *(expat.ExpatError, KeyError, ValueError, OverflowError),
    *(zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError),
)


def tables_of(name: str, data: bytes, reached: TellShare = lambda _: None) -> list[Section]:
    """The tables of all sheets, each with its sheet's title. Unpacking the sheets is what takes time.

    SourceError `file-xlsx-damaged`, or the error of a limit of workbooks.
    """
    try:
        book = workbook.opened(data, reached)
        found: list[Section] = []
        for sheet in book.sheets:
            text = _text(sheet.rows(), book.from_1904)
            found += sections(Content.of(name, text), folded(sheet.title))
    except _DAMAGED as fault:
        raise SourceError("file-xlsx-damaged") from fault
    return found


def _text(rows: Iterator[list[Cell]], from_1904: bool) -> bytes:
    header: Header | None = None
    lines: list[str] = []
    comma = False
    for row in rows:
        if any(isinstance(cell, str) for cell in row):
            cells = [folded(cell).strip() if isinstance(cell, str) else "" for cell in row]
            header = header_of([" ".join(cell.split()) for cell in cells]) or header
        values = {value.column for value in header.values} if header else set()
        line = ";".join(_written(cell, at, header, from_1904) for at, cell in enumerate(row))
        comma = comma or any(
            isinstance(cell, str) and at in values and _COMMA.search(cell) is not None
            for at, cell in enumerate(row)
        )
        lines.append(line)
    text = "\n".join(lines).replace(_MARK, "," if comma else ".")
    return (text + "\n").encode() if lines else b""


def _written(cell: Cell, column: int, header: Header | None, from_1904: bool) -> str:
    if cell is None:
        return ""
    if isinstance(cell, str):
        return re.sub(r'[;\s"]+', " ", cell).strip()[:_CELL_TEXT]
    if header and column in (header.stamp, header.end, header.hour, header.end_hour):
        return _moment(cell, from_1904, column in (header.hour, header.end_hour))
    if cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    return f"{cell:.6f}".replace(".", _MARK) if abs(cell) < 1e15 else f"{cell:g}"


def _moment(days: float, from_1904: bool, of_day: bool) -> str:
    """A date, kept by spreadsheets as a binary fraction of days, as text; `of_day`: the time alone."""
    if not 0 <= days < _LAST_DAY:
        return f"{days:g}"
    zero = datetime(1904, 1, 1) if from_1904 else datetime(1899, 12, 30)  # noqa: DTZ001 - wall time
    moment = (zero + timedelta(days=days, seconds=0.5)).replace(microsecond=0)
    return "24:00:00" if of_day and days == 1 else f"{moment:%H:%M:%S}" if of_day else moment.isoformat()
