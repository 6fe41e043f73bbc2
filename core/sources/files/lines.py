"""The first and the last lines of a table, folded: where its header is, where its rows begin, its end."""

from __future__ import annotations

import re
from typing import Final

from core.errors import SourceError

ABOUT_LINES: Final = 30
"""How far down a header is looked for."""
_ROW: Final = re.compile(
    r'[;,\t]*"?(\d{4}-\d\d-\d\d[t ]\d\d:|\d\d/\d\d/\d{4}[ ;,\t]\d?\d:|\d\d:\d\d:\d\d"?[;,\t]).*'
    r"|.*[;,\t]p\w+[;,\t](cons|prod)[;,\t].*",
    re.ASCII,
)
"""What looks like a reading of any format of lines."""


def looks_like_a_row(line: str) -> bool:
    """Whether a folded line could be a reading of any format of lines."""
    return bool(_ROW.fullmatch(line))


def check_not_cut(last_line: str | None, fields: int) -> None:
    """SourceError `file-cut` where a file ends inside a line, told by the fields that are missing or by a
    quote that is not closed."""
    if last_line is not None and (last_line.count(";") + 1 < fields or last_line.count('"') % 2):
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
