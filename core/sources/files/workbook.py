"""Reads the sheets of an XLSX workbook as a stream, within limits.

A workbook of a few kilobytes may unpack to any size and nest to any depth: no part becomes a tree here, and
only contents of cells are kept. Part names and cell types: ECMA-376, part 1, 18.3.
"""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final
from xml.parsers import expat

from core.errors import SourceError
from core.sources.files.archive import Budget, archive_of, pieces_of
from core.sources.files.content import TellShare

MAX_XML: Final = 48 << 20
"""Limit in bytes for all parts together, unpacked."""
MAX_SHEETS: Final = 20
_MAX_COLUMNS: Final = 40
_MAX_STRINGS: Final = 500_000
_MAX_TEXT: Final = 200
_MAX_DEPTH: Final = 40
_MAX_ELEMENTS: Final = 3_000_000
"""Two years of 5-minute steps take two million."""
_MAX_TOKEN: Final = 1 << 20
_PIECE: Final = 1 << 16
_COLUMN: Final = re.compile(r"[A-Z]{1,3}")
_PARTS: Final = ("/worksheet", "/sharedStrings")

Cell = str | float | None
"""A text, a number, or None where there is nothing."""
_Attributes = dict[str, str]


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet. `rows` reads it from the beginning."""

    title: str
    rows: Callable[[], Iterator[list[Cell]]]


@dataclass(frozen=True, slots=True)
class Workbook:
    """The first sheets in order, each part once. `from_1904`: days count from 1904, not 1900."""

    sheets: tuple[Sheet, ...]
    from_1904: bool


def opened(data: bytes, reached: TellShare = lambda _: None) -> Workbook:
    """The workbook in these bytes. `reached` is told which share of its parts was read, of their bytes.

    SourceError `file-too-large`, `file-zip-damaged`. Anything else that is not a workbook raises KeyError,
    ValueError or expat.ExpatError, here and when its rows are read.
    """
    archive = archive_of(data)
    size = sum(entry.file_size for entry in archive.infolist())
    if size > MAX_XML:
        raise SourceError("file-too-large", limit=MAX_XML >> 20)
    budget = _Work(size, reached)
    index, targets = _Index(), _Targets()
    _read(archive, budget, "xl/workbook.xml", index)
    _read(archive, budget, "xl/_rels/workbook.xml.rels", targets)
    strings = _Strings()
    if targets.strings in archive.namelist():
        _read(archive, budget, targets.strings, strings)
    found: dict[str, str] = {}  # a part that several sheets name is read once
    for title, key in index.sheets:
        if key in targets.sheets:
            found.setdefault(targets.sheets[key], title)
    sheets = tuple(
        Sheet(title, _rows_of(archive, budget, path, strings.all)) for path, title in found.items()
    )
    return Workbook(sheets, index.from_1904)


def _rows_of(
    archive: zipfile.ZipFile, budget: _Work, path: str, strings: list[str]
) -> Callable[[], Iterator[list[Cell]]]:
    def rows() -> Iterator[list[Cell]]:
        cells = _Cells(strings)
        for _ in _pieces(archive, budget, path, cells):
            yield from cells.rows
            cells.rows.clear()

    return rows


class _Work(Budget):
    """Bytes and elements that may still be read from a workbook, all its parts together."""

    def __init__(self, size: int, reached: TellShare) -> None:
        super().__init__(MAX_XML, "file-too-large")
        self._elements = _MAX_ELEMENTS
        self._size, self._reached = size, reached

    def take(self, count: int) -> None:
        super().take(count)
        self._reached(min(self.taken / max(self._size, 1), 1.0))

    def element(self) -> None:
        self._elements -= 1
        if self._elements < 0:
            raise ValueError("more elements than a load curve has cells")


class _Part:
    """Receives the elements of a part as they are parsed."""

    def begin(self, _tag: str, _attributes: _Attributes, /) -> None: ...

    def end(self, _tag: str, /) -> None: ...

    def text(self, _text: str, /) -> None: ...


def _read(archive: zipfile.ZipFile, budget: _Work, path: str, part: _Part) -> None:
    for _ in _pieces(archive, budget, path, part):
        pass


def _pieces(archive: zipfile.ZipFile, budget: _Work, path: str, part: _Part) -> Iterator[None]:
    """Parse a part's XML into `part`; yields after each piece."""
    parser, depth = expat.ParserCreate(namespace_separator=" "), 0

    def begin(name: str, attributes: _Attributes) -> None:
        nonlocal depth
        depth += 1
        budget.element()
        if depth > _MAX_DEPTH:
            raise ValueError("nested too deeply")
        part.begin(name.rpartition(" ")[2], attributes)

    def end(name: str) -> None:
        nonlocal depth
        depth -= 1
        part.end(name.rpartition(" ")[2])

    def doctype(*_: object) -> None:
        raise ValueError("may name entities that grow without end")

    parser.StartElementHandler, parser.EndElementHandler = begin, end
    parser.CharacterDataHandler, parser.StartDoctypeDeclHandler = part.text, doctype
    fed = 0
    for piece in pieces_of(archive, archive.getinfo(path), budget, _PIECE):
        parser.Parse(piece, False)
        fed += len(piece)
        if fed - parser.CurrentByteIndex > _MAX_TOKEN:  # expat reads it from its beginning with each piece
            raise ValueError("a token too long")
        yield
    parser.Parse(b"", True)
    yield


class _Index(_Part):
    """`workbook.xml`: the titles of the sheets and the keys of their parts."""

    def __init__(self) -> None:
        self.sheets: list[tuple[str, str]] = []
        self.from_1904 = False

    def begin(self, tag: str, attributes: _Attributes) -> None:
        if tag == "sheet" and len(self.sheets) < MAX_SHEETS:
            key = next((value for name, value in attributes.items() if name.endswith(" id")), "")
            self.sheets.append((attributes.get("name", ""), key))
        elif tag == "workbookPr":
            self.from_1904 = attributes.get("date1904") in ("1", "true")


class _Targets(_Part):
    """`workbook.xml.rels`: where the parts are."""

    def __init__(self) -> None:
        self.sheets: dict[str, str] = {}
        self.strings = ""

    def begin(self, tag: str, attributes: _Attributes) -> None:
        kind, target = attributes.get("Type", ""), attributes.get("Target", "")
        if tag != "Relationship" or not kind.endswith(_PARTS):
            return
        path = posixpath.normpath(posixpath.join("/xl", target)).lstrip("/")
        if kind.endswith(_PARTS[1]):
            self.strings = path
        elif len(self.sheets) < 10 * MAX_SHEETS:
            self.sheets[attributes.get("Id", "")] = path


class _Texts(_Part):
    """Gathers the text between the beginning and the end of some elements."""

    def __init__(self, *tags: str) -> None:
        self._tags = tags
        self._inside = False
        self.written = ""

    def begin(self, tag: str, _attributes: _Attributes) -> None:
        self._inside = self._inside or tag in self._tags

    def end(self, tag: str) -> None:
        self._inside = self._inside and tag not in self._tags

    def text(self, text: str) -> None:
        if self._inside and len(self.written) < _MAX_TEXT:
            self.written += text[:_MAX_TEXT]


class _Strings(_Texts):
    """`sharedStrings.xml`: the texts that cells refer to by number."""

    def __init__(self) -> None:
        super().__init__("t")
        self.all: list[str] = []

    def end(self, tag: str) -> None:
        super().end(tag)
        if tag == "si":
            if len(self.all) == _MAX_STRINGS:
                raise ValueError("more texts than rows")
            self.all.append(self.written)
            self.written = ""


class _Cells(_Texts):
    """A worksheet: its rows, as they are completed."""

    def __init__(self, strings: list[str]) -> None:
        super().__init__("v", "t")
        self._strings = strings
        self._row: list[Cell] = []
        self._column = -1
        self._kind = ""
        self.rows: list[list[Cell]] = []

    def begin(self, tag: str, attributes: _Attributes) -> None:
        super().begin(tag, attributes)
        if tag == "c":
            named = _COLUMN.match(attributes.get("r", ""))
            self._column = _number(named[0]) if named else self._column + 1
            self._kind = attributes.get("t", "n")
            self.written = ""
        elif tag == "row":
            self._row, self._column = [], -1

    def end(self, tag: str) -> None:
        super().end(tag)
        if tag == "c" and self.written and self._column < _MAX_COLUMNS:
            self._row += [None] * (self._column + 1 - len(self._row))
            self._row[self._column] = self._value()
        elif tag == "row":
            self.rows.append(self._row)

    def _value(self) -> Cell:
        if self._kind == "s":
            place = int(self.written)
            return self._strings[place] if 0 <= place < len(self._strings) else None
        return float(self.written) if self._kind == "n" else self.written


def _number(letters: str) -> int:
    """The index of a column: A is 0."""
    place = 0
    for letter in letters:
        place = place * 26 + ord(letter) - ord("A") + 1
    return place - 1
