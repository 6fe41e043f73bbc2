"""CSV of the conso-downloader extension (`historique_conso_*`, `historique_prod_*`).

It contains the answers of Enedis's portal, in Paris time without offset and sorted by it, as
`2023-12-12T00:00;2023-12-12T00:30;"0,696"` below `debut;fin;kW`. Its first version wrote `debut,fin,kW` with
a decimal point; some files have no `fin`. `null` is no reading. (Seen in the extension's source,
github.com/bokub/conso-downloader, e9c59fe and 254bdd5.)

Meter and flow are in the file's name only. A header of `kWh` is refused: a copy of the extension wrote the
portal's kW under it (github.com/eric2777/conso-downloader, 1f01693), and nothing in a file tells which it is.
"""

from __future__ import annotations

import re
import sys
from typing import Final

from core.errors import SourceError
from core.model import Flow, Origin
from core.sources.files.formats import register
from core.sources.files.lines import full_lines, lines_above
from core.sources.files.parsed import Asked, Part
from core.sources.files.sections import Section
from core.sources.files.tables.about import About
from core.sources.files.tables.table import Table
from core.sources.files.tables.words import Header, Unit, Value
from core.sources.stamped import Stamped

ORIGIN: Final[Origin] = register("conso-downloader", 1, sys.modules[__name__])
_HEADER: Final = re.compile(r'"?debut"?;("?fin"?;)?"?kw(h?)"?;*')
_DAY: Final = re.compile(r'"?[\d/-]{10}"?;.*')


def recognises(section: Section) -> bool:
    """By its header, which alone says that stamps are starts and values kW."""
    return lines_above(section.head, _HEADER) > 0


def read(section: Section, asked: Asked) -> list[Part]:
    """The curve of the table. SourceError `file-kwh`, or `file-daily` for daily energies."""
    full = full_lines(section.head)
    above = lines_above(section.head, _HEADER)
    has_end, energy = "fin" in full[above - 1], "kwh" in full[above - 1]
    if energy:
        daily = len(full) > above and _DAY.fullmatch(full[above])
        raise SourceError("file-daily" if daily else "file-kwh")
    columns = 3 if has_end else 2
    header = Header(
        stamp=0,
        stamped=Stamped.BEGIN,
        values=(Value(columns - 1, Unit.KILOWATT),),
        width=columns,
        end=1 if has_end else None,
    )
    table = Table(
        header, About(flow=Flow.PRODUCTION if "historique_prod_" in section.name else None), ORIGIN, asked
    )
    for lines in section.below(above):
        table.add(lines)
    return table.parts(section.cut)
