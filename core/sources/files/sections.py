"""Splits a text where another table begins, and converts each table to one dialect: fields separated by `;`.

People join files, and spreadsheets save a sheet with `,` or tabs. Formats see none of that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import Final

import numpy as np

from core.errors import SourceError
from core.sources.files.content import Content, decoded, folded
from core.sources.files.lines import ABOUT_LINES, full_lines, looks_like_a_row
from core.sources.files.tables.columns import Lines
from core.sources.files.tables.words import Header, header_of

MAX_SECTIONS: Final = 500
MAX_GLUED: Final = 64 << 20
"""Limit in bytes for a file with several tables."""
SEPARATORS: Final = b";\t,|"
_MAX_CANDIDATES: Final = 1_000
"""Limit of different lines that could be headers, for one file."""
_MAX_HEADER: Final = 600
_NEWLINE, _QUOTE, _SEMICOLON, _SPACE = (ord(sign) for sign in '\n"; ')
_LEADING: Final = np.zeros(256, np.bool_)
_LEADING[[*b' \t\r";,|\xa0']] = True
_MAX_LEADING: Final = 12
_LETTER: Final = np.zeros(256, np.bool_)
_LETTER[[*range(65, 91), *range(97, 123), *range(0xC0, 0x100)]] = True
_MAX_DIGITS: Final = 6
"""Limit of digits in a header; every row has more."""


@dataclass(frozen=True, eq=False)
class Section:
    """One table with the lines above it.

    `blocks` yields its lines in ASCII-compatible blocks that end with a line end, fields separated by `;`.
    `title`: that of its sheet.
    """

    name: str
    blocks: Callable[[], Iterator[bytes]]
    cut: str | None
    """The text after the last line end of the file, if this is its last table."""
    alone: bool = True
    """Whether the file contains nothing else."""
    title: str = ""
    _head: list[str] = field(default_factory=list)

    @cached_property
    def head(self) -> list[str]:
        """The first lines, folded, for recognition."""
        return self._head

    def below(self, skip: int) -> Iterator[Lines]:
        """The lines, block by block, without the first `skip` that are not empty.

        Nothing is skipped if there are rows among those lines, above a header.
        """
        if any(looks_like_a_row(line) for line in full_lines(self.head)[:skip]):
            skip = 0
        for block in self.blocks():
            lines = Lines(block).behind(skip)
            skip = 0
            if len(lines):
                yield lines

    @cached_property
    def cells(self) -> list[list[str]]:
        """The first lines that are not empty, cell by cell."""
        return [split(line) for line in self.head if line.strip(' \t";')][:ABOUT_LINES]

    @cached_property
    def header(self) -> tuple[int, Header] | None:
        """The first header among them, and the number of non-empty lines above the first row."""
        for above, cells in enumerate(self.cells, start=1):
            if found := header_of(cells):
                return above, found
        return None


def split(line: str, separator: str = ";") -> list[str]:
    """The cells of a folded line, without surrounding spaces and quotes."""
    return [" ".join(cell.strip(' "\t\ufeff').split()) for cell in line.split(separator)]


def sections(content: Content, title: str = "") -> list[Section]:
    """The tables of a text, in order. SourceError `file-too-many-parts`, or what reading it raises."""
    headers = _headers(content)
    if len(headers) < 2:
        separator = _separator(content.head_lines(), headers)
        return [
            _section(
                content.name,
                content.followed_blocks,
                content.head_lines(),
                separator,
                content.last_line(),
                True,
                title,
            )
        ]
    text = _joined(content)
    cuts = _cuts(text, [place for place, _ in headers])
    if len(cuts) > MAX_SECTIONS:
        raise SourceError("file-too-many-parts", limit=MAX_SECTIONS)
    found = []
    for begin, end in zip(cuts, [*cuts[1:], len(text)], strict=True):
        part = Content.of(content.name, text[begin:end])
        part.reached = partial(_reached, content, begin / len(text), (end - begin) / len(text))
        head = part.head_lines()
        own = [(place, line) for place, line in headers if begin <= place < end]
        last = content.last_line() if end == len(text) else None
        found.append(
            _section(content.name, part.followed_blocks, head, _separator(head, own), last, False, title)
        )
    return found


def _reached(whole: Content, before: float, mine: float, share: float) -> None:
    """Tells of the whole file what is read of one of its tables."""
    whole.reached(before + mine * share)


def _section(
    name: str,
    blocks: Callable[[], Iterator[bytes]],
    head: list[str],
    separator: bytes,
    last: str | None,
    alone: bool,
    title: str,
) -> Section:
    def one_dialect() -> Iterator[bytes]:
        for block in blocks():
            yield in_semicolons(block, separator)

    told = in_semicolons(("\n".join(head) + "\n").encode(), separator).decode().split("\n")[:-1]
    cut = None if last is None else in_semicolons(last.encode(), separator).decode()
    return Section(name, one_dialect, cut, alone, title, told)


def in_semicolons(block: bytes, separator: bytes) -> bytes:
    """Text with `;` between its fields and none inside quotes."""
    if b'"' not in block:
        return block if separator == b";" else block.replace(b";", b" ").replace(separator, b";")
    if separator == b";" and b'";' not in block.replace(b'";"', b"") and b';"' not in block:
        return block
    text = np.frombuffer(block, np.uint8).copy()
    quoted = np.cumsum(text == _QUOTE)
    ends = np.flatnonzero(text == _NEWLINE)
    if bool((quoted[ends] % 2).any()):  # a quote that is not closed ends with its line
        length = np.diff(ends, prepend=-1)
        before = np.concatenate([[0], quoted[ends[:-1]]])
        counted = quoted[: ends[-1] + 1] if len(ends) else quoted[:0]
        inside = np.zeros(len(text), np.bool_)
        inside[: len(counted)] = (counted - np.repeat(before, length)) % 2 == 1
    else:
        inside = quoted % 2 == 1
    if separator != b";":
        text[text == _SEMICOLON] = _SPACE
        text[(text == separator[0]) & ~inside] = _SEMICOLON
    else:
        text[(text == _SEMICOLON) & inside] = _SPACE
    return text.tobytes()


def _headers(content: Content) -> list[tuple[int, str]]:
    """The headers of a text: their positions, and their lines folded."""
    found: list[tuple[int, str]] = []
    known: dict[bytes, str | None] = {}
    at = 0
    for block in content.blocks():
        for begin, end in _candidates(block):
            line = block[begin:end]
            if line not in known:
                if len(known) >= _MAX_CANDIDATES:
                    return found
                text = folded(decoded(line)).strip()
                known[line] = text if _means(text) else None
            if (header := known[line]) is not None:
                found.append((at + begin, header))
        at += len(block)
    return found


def _candidates(block: bytes) -> Iterator[tuple[int, int]]:
    """Begin and end of the lines that begin with a letter and contain few digits."""
    text = np.frombuffer(block, np.uint8)
    ends = np.flatnonzero(text == _NEWLINE)
    begins = np.concatenate([[0], ends[:-1] + 1])
    first = begins.copy()
    for _ in range(_MAX_LEADING):
        skip = (first < ends) & _LEADING[text[first]]
        if not skip.any():
            break
        first = first + skip
    which = np.flatnonzero(_LETTER[text[first]] & (ends - begins <= _MAX_HEADER))
    if len(which) > 50:
        digits = np.concatenate([[0], np.cumsum((text >= 48) & (text <= 57))])
        which = which[digits[ends[which]] - digits[begins[which]] <= _MAX_DIGITS]
    for at in which:
        yield int(begins[at]), int(ends[at])


def _means(line: str) -> bool:
    return sum(sign.isdigit() for sign in line) <= _MAX_DIGITS and any(
        header_of(split(line, chr(separator))) for separator in SEPARATORS
    )


def _separator(head: list[str], headers: list[tuple[int, str]]) -> bytes:
    """The separator of fields: by the header, else by the first rows, else `;`."""
    for _, line in headers:
        fits = [one for one in SEPARATORS if header_of(split(line, chr(one)))]
        if fits:
            return bytes([max(fits, key=lambda one: line.count(chr(one)))])
    rows = [line for line in head[:ABOUT_LINES] if line.strip()]
    for one in SEPARATORS:
        if rows and sum(line.count(chr(one)) > 0 for line in rows) > len(rows) // 2:
            return bytes([one])
    return b";"


def _joined(content: Content) -> bytes:
    pieces, size = [], 0
    for block in content.blocks():
        size += len(block)
        if size > MAX_GLUED:
            raise SourceError("file-too-many-parts", limit=MAX_SECTIONS)
        pieces.append(block)
    return b"".join(pieces)


def _cuts(text: bytes, places: list[int]) -> list[int]:
    """Where the tables begin: each with the lines above its header, back to the last row before it."""
    cuts: list[int] = []
    for place in places:
        begin = place
        for _ in range(ABOUT_LINES):
            above = text.rfind(b"\n", 0, max(begin - 1, 0)) + 1
            line = folded(decoded(text[above:begin][:_MAX_HEADER])).strip()
            if begin == 0 or looks_like_a_row(line) or (cuts and above < cuts[-1]) or above in places:
                break
            begin = above
        cuts.append(begin)
    return cuts if cuts[0] == 0 else [0, *cuts]
