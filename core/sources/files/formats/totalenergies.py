"""TotalEnergies' CSV: a row for each half-hour, as `Électricité;"01/07/2021 00:30:00";"0.493 kWh"`.

The rows are below `Énergie;Date;Consommation`, in Paris time. Seen in the source of two programs that read
such files (github.com/JC144/EDF_Simulateur_Prix, 120902c) and of one that downloads them.

None of them says whether a stamp begins or ends its half-hour. The file tells if it begins with a day, at
00:30 by ENDs and at 00:00 by STARTs, or if it ends with one, at 00:00.
"""

from __future__ import annotations

import re
import sys
from dataclasses import replace
from typing import Final

from core.errors import SourceError
from core.model import Curve, Origin, RefusalReason
from core.sources.files.formats import register
from core.sources.files.lines import ABOUT_LINES, full_lines
from core.sources.files.parsed import Asked, Part
from core.sources.files.sections import Section
from core.sources.files.tables.about import About
from core.sources.files.tables.table import Table
from core.sources.files.tables.words import Header, Unit, Value
from core.sources.refusals import Refusals
from core.sources.stamped import Stamped

ORIGIN: Final[Origin] = register("totalenergies", 1, sys.modules[__name__])
_ROW: Final = re.compile(
    r'("?[a-z ]+"?;)?"?\d\d/\d\d/\d{4}( \d\d:\d\d(:\d\d)?)?"?;"?-?\d+([.,]\d+)? ?kwh"?;*', re.ASCII
)
_ELECTRICITY: Final = (
    "Électricité".encode(),
    "Électricité".encode("latin-1"),
    b"Electricit\xc3\xa9",
    b"Electricite",
)
_STEP: Final = 30


def recognises(section: Section) -> bool:
    """By its rows; a header may be above them."""
    return _first_row(section.head) is not None


def read(section: Section, asked: Asked) -> list[Part]:
    """The curve of the table. SourceError `file-daily`, `file-unclear-times`."""
    found = _first_row(section.head)
    if found is None:
        raise SourceError("file-unknown")
    above, row = found
    if row[2] is None:
        raise SourceError("file-daily")
    date = 1 if row[1] else 0
    header = Header(
        stamp=date,
        stamped=Stamped.UNSAID,
        values=(Value(date + 1, Unit.KILOWATT_HOUR),),
        width=date + 2,
    )
    table, gas = Table(header, About(step=_STEP), ORIGIN, asked), Refusals()
    for lines in section.below(above):
        electric = lines.field(0).equals(*_ELECTRICITY) if date else None
        if electric is not None and not electric.all():
            gas.add(
                RefusalReason.OTHER_QUANTITY, int((~electric).sum()), lines.string(int((~electric).argmax()))
            )
            lines = lines.select(electric)
        table.add(lines)
    first, *others = table.parts(section.cut) or [Part(ORIGIN, None, None, Curve.empty())]
    return [replace(first, refused=(*first.refused, *gas.all())), *others]


def _first_row(head: list[str]) -> tuple[int, re.Match[str]] | None:
    """The number of lines above the first row, and that row."""
    for above, line in enumerate(full_lines(head)[:ABOUT_LINES]):
        if row := _ROW.fullmatch(line):
            return above, row
    return None
