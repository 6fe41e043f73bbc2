"""TotalEnergies' CSV: `Électricité;"01/07/2021 00:30:00";"0.493 kWh"` below `Énergie;Date;Consommation`, one
row for each half-hour, in Paris time. Seen in the source of two programs that read such files
(github.com/JC144/EDF_Simulateur_Prix, 120902c) and of one that downloads them.

None of them says whether a stamp begins or ends its half-hour. The file tells where it begins with a day,
at 00:30 by the ends of its half-hours and at 00:00 by their starts, or ends with one, at 00:00.
"""

from __future__ import annotations

import re
from typing import Final

import numpy as np

from core.errors import SourceError
from core.model import Origin, RefusalReason
from core.sources.files.columns import reason, stamps, watts
from core.sources.files.content import Content
from core.sources.files.parsed import ABOUT_LINES, Part, check_not_cut, full_lines, lines_below
from core.sources.files.rows import Rows

_ROW: Final = re.compile(
    r'("?[a-z ]+"?;)?"?\d\d/\d\d/\d{4}( \d\d:\d\d(:\d\d)?)?"?;"?-?\d+([.,]\d+)? ?kwh"?;?', re.ASCII
)
_ELECTRICITY: Final = (
    "Électricité".encode(),
    "Électricité".encode("latin-1"),
    b"Electricit\xc3\xa9",
    b"Electricite",
)
_STEP: Final = 30
_WATTS: Final = 2000
"""Of a kWh in half an hour."""


def recognises(lines: list[str]) -> bool:
    """By its rows; a header may stand above them."""
    return _first_row(lines) is not None


def read(content: Content) -> list[Part]:
    """SourceError `file-daily`, `file-unclear-times`."""
    found = _first_row(content.head_lines())
    if found is None:
        raise SourceError("file-unknown")
    above, row = found
    if row[2] is None:
        raise SourceError("file-daily")
    date = 1 if row[1] else 0
    rows = Rows()
    for lines in lines_below(content, above):
        power, against = watts(lines.field(date + 1).shortened(b"kWh"), _WATTS)
        if date:
            against[~lines.field(0).equals(*_ELECTRICITY)] = reason(RefusalReason.OTHER_QUANTITY)
        steps = np.full(len(lines), _STEP, np.int64)
        rows.add(lines, stamps(lines.field(date)), power, against, steps)
    check_not_cut(content.last_line(), date + 2)
    curve = rows.curve(stamped_at_end=_stamped_at_end(rows))
    return [Part(Origin.TOTALENERGIES, None, None, curve, rows.refusals.all())]


def _stamped_at_end(rows: Rows) -> bool:
    """Told by the first stamp where that is near midnight, else by the last one."""
    first, last = rows.ends_of_day
    if first == 0 and last != 0:
        return False
    if first in (_STEP, None) or (first != 0 and last == 0):
        return True
    raise SourceError("file-unclear-times")


def _first_row(head: list[str]) -> tuple[int, re.Match[str]] | None:
    """How many lines stand above the first row, and that row."""
    for above, line in enumerate(full_lines(head)[:ABOUT_LINES]):
        if row := _ROW.fullmatch(line):
            return above, row
    return None
