"""The load curve of Enedis's portal as XLSX (2025 on): a sheet with `Début`, `Fin`, `Valeur (en kW)` below
some lines about the meter, texts in Paris time with a decimal comma, `NA` where there is no reading. Such
files lack the last half-hour of their last day."""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice
from typing import Final
from xml.parsers import expat

from core.errors import SourceError
from core.model import Curve, Flow, Origin, Span
from core.paristime import local, midnight, now_ms
from core.sources.files import workbook
from core.sources.files.columns import Lines, stamps, watts
from core.sources.files.content import folded
from core.sources.files.parsed import Part, read_prm
from core.sources.files.rows import Rows
from core.sources.files.timing import told_by_ends
from core.sources.files.workbook import Cell

_HEADER_ROWS: Final = 60
_BATCH: Final = 10_000
_KILOWATT: Final = 1000
_BEGIN, _END, _VALUE = "debut", "fin", re.compile(r"valeur \(en kw\)")
_DAILY: Final = re.compile(r"valeur \(en k?wh?\)|.*quotidienne.*")
_NUMBER: Final = re.compile(r"\d{14}|\d{2,13}x+|\d[.,]\d+e\+?13", re.IGNORECASE | re.ASCII)
_CELL_TEXT: Final = 40
_LAST_DAY: Final = 100_000  # of a spreadsheet's count, in the year 2173
_DAMAGED: Final = (
    *(expat.ExpatError, KeyError, ValueError, OverflowError),
    *(zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError),
)


def read(data: bytes) -> list[Part]:
    """SourceError `file-daily` for a workbook of daily values, `file-unknown` for any other."""
    try:
        return _read(data)
    except _DAMAGED as fault:
        raise SourceError("file-xlsx-damaged") from fault


def _read(data: bytes) -> list[Part]:
    book = workbook.opened(data)
    daily = False
    for sheet in book.sheets:
        rows = sheet.rows()
        about, place = _header(rows)
        if place:
            return [_part(about, _texts(rows, place, book.from_1904), folded(sheet.title))]
        daily = daily or _is_daily(about, folded(sheet.title))
    raise SourceError("file-daily" if daily else "file-unknown")


def _header(rows: Iterator[list[Cell]]) -> tuple[list[str], tuple[int, int, int] | None]:
    """The texts above the header, and the columns of start, end and value."""
    about: list[str] = []
    for row in islice(rows, _HEADER_ROWS):
        cells = [folded(str(cell)).strip() if cell is not None else "" for cell in row]
        value = next((place for place, cell in enumerate(cells) if _VALUE.fullmatch(cell)), None)
        if value is not None and _BEGIN in cells and _END in cells:
            return about, (cells.index(_BEGIN), cells.index(_END), value)
        about += [cell for cell in cells if cell]
    return about, None


def _is_daily(about: list[str], title: str) -> bool:
    return any(_DAILY.fullmatch(cell) for cell in [*about, title])


def _texts(rows: Iterator[list[Cell]], place: tuple[int, int, int], from_1904: bool) -> Iterator[str]:
    """The rows below the header as lines of text."""
    for row in rows:
        begin, end, value = (row[column] if column < len(row) else None for column in place)
        moments = (_moment(begin, from_1904), _moment(end, from_1904))
        number = f"{value:.6f}" if isinstance(value, float) else _plain(value)
        if any((*moments, number)):
            yield ";".join((*moments, number))


def _moment(cell: Cell, from_1904: bool) -> str:
    """A date, which a spreadsheet keeps as binary fractions of a day, as text."""
    if not isinstance(cell, float) or not 0 <= cell < _LAST_DAY:
        return _plain(cell)
    zero = datetime(1904, 1, 1) if from_1904 else datetime(1899, 12, 30)  # noqa: DTZ001 - wall time
    return (zero + timedelta(days=cell, seconds=0.5)).replace(microsecond=0).isoformat()


def _plain(cell: Cell) -> str:
    return "" if cell is None else re.sub(r'[;\s"]+', " ", str(cell)).strip()[:_CELL_TEXT]


def _part(about: list[str], texts: Iterator[str], title: str) -> Part:
    gathered = Rows()
    while batch := list(islice(texts, _BATCH)):
        lines = Lines(("\n".join(batch) + "\n").encode())
        steps, begin = told_by_ends(stamps(lines.field(0)), stamps(lines.field(1)))
        power, against = watts(lines.field(2), _KILOWATT)
        gathered.add(lines, begin, power, against, steps)
    curve = gathered.curve(stamped_at_end=False)
    prm, ruined = _meter(about)
    flow = Flow.PRODUCTION if "production" in title else Flow.CONSUMPTION
    return Part(
        Origin.ENEDIS_XLSX, prm, flow, curve, gathered.refusals.all(), tail=_tail(curve), ruined=ruined
    )


def _meter(about: list[str]) -> tuple[str | None, bool]:
    for cell in about:
        if found := _NUMBER.search(cell):
            return read_prm(found[0])
    return None, False


def _tail(curve: Curve) -> Span | None:
    """What lacks between the last reading and the end of its day."""
    if not len(curve):
        return None
    end = int(curve.end[-1])
    tomorrow = midnight(local(int(curve.start[-1])).date() + timedelta(days=1))
    return Span(end, tomorrow) if end < tomorrow <= now_ms() else None
