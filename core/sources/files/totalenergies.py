"""TotalEnergies' CSV: a quoted `dd/mm/yyyy hh:mm` and `x kWh` for each half-hour, in Paris time.

Known from a reader of such files only, which leaves open whether a stamp begins or ends its half-hour. The
file tells: it holds whole days, so that its earliest stamp is 00:00 or 00:30.
"""

from __future__ import annotations

import re
from typing import Final

import numpy as np

from core.errors import SourceError
from core.model import Origin
from core.sources.files.columns import stamps, watts
from core.sources.files.content import Content
from core.sources.files.parsed import ABOUT_LINES, Part, check_not_cut, lines_below
from core.sources.files.rows import Rows

_ROW: Final = re.compile(r'"?\d\d/\d\d/\d{4} \d\d:\d\d"?;"?-?\d+([.,]\d+)? ?kwh"?;?')
_STEP: Final = 30
_WATTS: Final = 2000
"""Of a kWh in half an hour."""


def recognises(lines: list[str]) -> bool:
    """By its rows; a header may stand above them."""
    return _first_row(lines) is not None


def read(content: Content) -> list[Part]:
    head = content.head_lines()
    first = _first_row(head)
    if first is None:
        raise SourceError("file-unknown")
    rows = Rows()
    for lines in lines_below(content, first):
        power, against = watts(lines.field(1).shortened(b"kWh"), _WATTS)
        steps = np.full(len(lines), _STEP, np.int64)
        rows.add(lines, stamps(lines.field(0)), power, against, steps)
    check_not_cut(content.last_line(), 2)
    curve = rows.curve(stamped_at_end=rows.earliest_of_day == _STEP)
    return [Part(Origin.TOTALENERGIES, None, None, curve, rows.refusals.all())]


def _first_row(head: list[str]) -> int | None:
    """How many lines stand above the first row."""
    full = [line.strip() for line in head if line.strip(' \t"')]
    for above, line in enumerate(full[:ABOUT_LINES]):
        if _ROW.fullmatch(line):
            return above
    return None
