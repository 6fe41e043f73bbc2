"""First and last lines of a table, folded: where its header is, where its rows begin, how it ends."""

from __future__ import annotations

import re
from typing import Final

from core.errors import SourceError

ABOUT_LINES: Final = 30
"""Number of lines among which a header is searched."""
_ROW: Final = re.compile(
    r'[;,\t]*"?(\d{4}-\d\d-\d\d[t ]\d\d:|\d\d/\d\d/\d{4}[ ;,\t]\d?\d:|\d\d:\d\d:\d\d"?[;,\t]).*'
    r"|.*[;,\t]p\w+[;,\t](cons|prod)[;,\t].*",
    re.ASCII,
)
"""What looks like a reading in any format of text lines."""


def looks_like_a_row(line: str) -> bool:
    """Whether a folded line could be a reading in any format of text lines."""
    return bool(_ROW.fullmatch(line))


def check_not_cut(last_line: str | None, fields: int) -> None:
    """SourceError `file-cut` if a file ends inside a line.

    It does if fields are missing, or if a quote is not closed.
    """
    if last_line is not None and (last_line.count(";") + 1 < fields or last_line.count('"') % 2):
        raise SourceError("file-cut")


def full_lines(head: list[str]) -> list[str]:
    """Lines that are not empty, stripped, also of the separators that spreadsheets add to short lines."""
    return [line.strip().rstrip(";") for line in head if line.strip(' \t";')]


def lines_above(head: list[str], header: re.Pattern[str]) -> int:
    """Number of lines, empty ones aside, above the first row, header included; 0 without a header."""
    for above, line in enumerate(full_lines(head)[:ABOUT_LINES]):
        if header.fullmatch(line):
            return above + 1
    return 0
