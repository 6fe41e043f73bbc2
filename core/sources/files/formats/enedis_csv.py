"""CSV load curve of Enedis's portal (`Enedis_Conso_Heure_*`).

Two lines about the meter, then `Horodate;Valeur` with the END of each interval and its offset, in W. The step
is stated in the first lines or not at all. Spreadsheets save it with `,` or tabs.
"""

from __future__ import annotations

import re
import sys
from typing import Final

from core.errors import SourceError
from core.model import Origin
from core.sources.files.formats import register
from core.sources.files.lines import full_lines, lines_above
from core.sources.files.parsed import Asked, Part
from core.sources.files.sections import Section
from core.sources.files.tables.about import about
from core.sources.files.tables.table import Table
from core.sources.files.tables.words import Header, Unit, Value
from core.sources.masking import shown
from core.sources.stamped import Stamped

ORIGIN: Final[Origin] = register("enedis-csv", 2, sys.modules[__name__])
_HEADER: Final = re.compile(r'"?horodate"?;"?valeur"?;?')
_ROW: Final = re.compile(r'"?\d{4}-\d\d-\d\dt\d\d:\d\d(:\d\d)?([+-]\d\d:?\d\d|z)"?;"?[^;]*"?;*')
_ABOUT_LINES: Final = 12
_UNITS: Final = {"wh": "Wh", "kwh": "kWh", "kw": "kW", "va": "VA", "kva": "kVA", "var": "VAR"}
_TABLE: Final = Header(stamp=0, stamped=Stamped.END, values=(Value(1, Unit.WATT),), width=2)


def recognises(section: Section) -> bool:
    """By its header or, without one, by its rows: an ISO stamp with an offset, and one value."""
    head = [line.strip() for line in section.head[:_ABOUT_LINES]]
    rows = [line for line in head if line.strip(";")][:3]
    by_rows = bool(rows) and all(_ROW.fullmatch(row) for row in rows)
    return lines_above(section.head, _HEADER) > 0 or by_rows


def read(section: Section, asked: Asked) -> list[Part]:
    """The curve of the table. SourceError `file-other-quantity` if the values are not W."""
    facts = about([line.split(";") for line in full_lines(section.head)[:_ABOUT_LINES]])
    if facts.unit not in ("w", ""):
        raise SourceError("file-other-quantity", unit=_UNITS.get(facts.unit, shown(facts.unit)[:12]))
    table = Table(_TABLE, facts, ORIGIN, asked)
    for lines in section.below(lines_above(section.head, _HEADER)):
        table.add(lines)
    return table.parts(section.cut)
