"""The load curve of Enedis's portal as XLSX (2025 on): a sheet with `Début`, `Fin`, `Valeur (en kW)` below
some lines about the meter, texts in Paris time with a decimal comma, `NA` where there is no reading. Such
files lack the last half-hour of their last day."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, Final

import numpy as np

from core.errors import SourceError
from core.model import MINUTE_MS, STEPS, Curve, Flow, Origin, Span
from core.paristime import local, midnight, now_ms
from core.sources.files.columns import Lines, Numbers, stamps, watts
from core.sources.files.content import damage_told, folded
from core.sources.files.parsed import Part, read_prm
from core.sources.files.rows import NO_STEP, Rows

MAX_XML: Final = 48 << 20
MAX_ROWS: Final = 100_000
_MAX_COLUMNS: Final = 40
_KILOWATT: Final = 1000
_BEGIN, _END, _VALUE = "debut", "fin", re.compile(r"valeur \(en kw\)")
_DAILY: Final = re.compile(r"valeur \(en k?wh?\)|.*quotidienne.*")
_NUMBER: Final = re.compile(r"\d{14}|\d{2,13}x+|\d[.,]\d+e\+?13", re.IGNORECASE)
_DAMAGED: Final = (
    *(KeyError, ValueError, TypeError, AttributeError, IndexError, SyntaxError, OverflowError),
    *(zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError),
)
_Row = tuple[Any, ...]


def read(data: bytes) -> list[Part]:
    """SourceError `file-daily` for a workbook of daily values, `file-unknown` for any other."""
    _check_size(data)
    try:
        return _read(data)
    except _DAMAGED as fault:
        raise SourceError("file-xlsx-damaged") from fault


def _check_size(data: bytes) -> None:
    """A small workbook may unpack to any size."""
    with damage_told(), zipfile.ZipFile(io.BytesIO(data)) as archive:
        if sum(entry.file_size for entry in archive.infolist()) > MAX_XML:
            raise SourceError("file-too-large", limit=MAX_XML >> 20)
        for entry in archive.infolist():
            with archive.open(entry) as stream:
                if b"<!DOCTYPE" in stream.read(1024):  # could name entities that grow without end
                    raise SourceError("file-xlsx-damaged")


def _read(data: bytes) -> list[Part]:
    from openpyxl import load_workbook  # half of what importing this module would cost

    book = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
    daily = False
    try:
        for sheet in book.worksheets:
            sheet.reset_dimensions()
            rows = sheet.iter_rows(max_row=MAX_ROWS, max_col=_MAX_COLUMNS, values_only=True)
            about, place = _header(rows)
            if place:
                return [_part(about, rows, place, folded(sheet.title))]
            daily = daily or _is_daily(about, folded(sheet.title))
    finally:
        book.close()
    raise SourceError("file-daily" if daily else "file-unknown")


def _header(rows: Iterator[_Row]) -> tuple[list[str], tuple[int, int, int] | None]:
    """The texts above the header, and the columns of start, end and value."""
    about: list[str] = []
    for _, row in zip(range(60), rows, strict=False):
        cells = [folded(str(cell)).strip() if cell is not None else "" for cell in row]
        value = next((place for place, cell in enumerate(cells) if _VALUE.fullmatch(cell)), None)
        if value is not None and _BEGIN in cells and _END in cells:
            return about, (cells.index(_BEGIN), cells.index(_END), value)
        about += [cell for cell in cells if cell]
    return about, None


def _is_daily(about: list[str], title: str) -> bool:
    return any(_DAILY.fullmatch(cell) for cell in [*about, title])


def _part(about: list[str], rows: Iterator[_Row], place: tuple[int, int, int], title: str) -> Part:
    cells = ((_cell(row, place[0]), _cell(row, place[1]), _cell(row, place[2])) for row in rows)
    text = "\n".join(";".join(row) for row in cells if row[0])
    lines = Lines(f"{text}\n".encode())
    gathered = Rows()
    if len(lines):
        begin, end = stamps(lines.field(0)), stamps(lines.field(1))
        power, against = watts(lines.field(2), _KILOWATT)
        gathered.add(lines, begin, power, against, _steps((end.wall - begin.wall) // MINUTE_MS))
    curve = gathered.curve(stamped_at_end=False)
    prm, ruined = _meter(about)
    flow = Flow.PRODUCTION if "production" in title else Flow.CONSUMPTION
    return Part(
        Origin.ENEDIS_XLSX, prm, flow, curve, gathered.refusals.all(), tail=_tail(curve), ruined=ruined
    )


def _cell(row: _Row, column: int) -> str:
    value = row[column] if column < len(row) else None
    if value is None:
        return ""
    if isinstance(value, datetime):  # a spreadsheet keeps binary fractions of a day
        return (value + timedelta(seconds=0.5)).replace(microsecond=0).isoformat()
    if isinstance(value, float):
        return f"{value:.6f}"
    return str(value).replace(";", " ").replace("\n", " ").strip()


def _steps(apart: Numbers) -> Numbers:
    """From wall times: an interval seems an hour longer over the spring change, shorter in autumn."""
    steps = np.full(len(apart), NO_STEP, np.int64)
    for shift in (60, -60, 0):
        real = apart - shift
        steps = np.where(np.isin(real, STEPS), real, steps)
    return steps


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
