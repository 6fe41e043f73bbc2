"""What a format module makes of a file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from core.errors import SourceError
from core.model import Curve, Flow, Origin, Refusal, Span
from core.sources.files.columns import Lines
from core.sources.files.content import Content

ABOUT_LINES: Final = 30
"""How far down a header is looked for."""
MAX_METERS: Final = 50
"""In one file, each flow counted."""
_RUINED: Final = re.compile(r"\d+([.,]\d+)?e\+?\d+", re.ASCII)
_MASKED: Final = re.compile(r"(\d+)[x*•]+\d*", re.ASCII)
_SHORT: Final = re.compile(r"\d{11,14}", re.ASCII)
_ROW: Final = re.compile(
    r'"?(\d{4}-\d\d-\d\d[t ]\d\d:|\d\d/\d\d/\d{4} \d\d:|\d\d:\d\d:\d\d"?;).*|.*;p\w+;(cons|prod);.*', re.ASCII
)
"""What looks like a reading of any format of lines."""


@dataclass(frozen=True, slots=True)
class Part:
    """One load curve of a file. `prm`, `flow`: None where the file does not say. `tail`: a stretch behind
    the last reading that the file should have held."""

    origin: Origin
    prm: str | None
    flow: Flow | None
    curve: Curve
    refused: tuple[Refusal, ...] = ()
    tail: Span | None = None
    ruined: bool = False
    """The file wrote a meter number, but a spreadsheet destroyed it."""


def read_prm(written: str) -> tuple[str | None, bool]:
    """The meter number a file writes, and whether a spreadsheet ruined it (`2,31282E+13`).

    Digits a household masked are `x`. A spreadsheet also drops leading zeros: they are put back.
    """
    bare = re.sub(r"[\s'\"=]", "", written).lower()
    if _RUINED.fullmatch(bare):
        return None, True
    if _SHORT.fullmatch(bare):
        return bare.zfill(14), False
    masked = _MASKED.fullmatch(bare)
    if masked and len(masked[1]) < 14:
        return masked[1].ljust(14, "x"), False
    return None, False


def check_not_cut(last_line: str | None, fields: int, separator: str = ";") -> None:
    """SourceError `file-cut` where a file ends inside a line, told by the fields that are missing or by a
    quote that is not closed."""
    if last_line is not None and (last_line.count(separator) + 1 < fields or last_line.count('"') % 2):
        raise SourceError("file-cut")


def full_lines(head: list[str]) -> list[str]:
    """Those that hold anything, stripped, also of the separators with which a spreadsheet fills up lines."""
    return [line.strip().rstrip(";") for line in head if line.strip(' \t";')]


def lines_above(head: list[str], header: re.Pattern[str]) -> int:
    """How many lines that hold anything stand above the first row, the header included; 0 without one."""
    for above, line in enumerate(full_lines(head)[:ABOUT_LINES]):
        if header.fullmatch(line):
            return above + 1
    return 0


def lines_below(content: Content, skip: int, separator: bytes = b";") -> Iterator[Lines]:
    """The file's lines, block by block, less the first `skip` that hold anything; rows above a header that
    stands among them are not skipped."""
    if any(_ROW.fullmatch(line) for line in full_lines(content.head_lines())[:skip]):
        skip = 0
    for block in content.blocks():
        lines = Lines(block, separator).behind(skip)
        skip = 0
        if len(lines):
            yield lines
