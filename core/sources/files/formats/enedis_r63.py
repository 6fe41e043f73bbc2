"""The R63 file of Enedis: one row per reading, which names its meter, quantity, unit and step.

The stamp is the END of the interval in Paris time without offset. One file may contain several meters and
both flows.
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
from core.sources.files.sections import Section, split
from core.sources.files.tables.about import About
from core.sources.files.tables.table import Table
from core.sources.files.tables.words import Header, Unit, Value
from core.sources.stamped import Stamped

ORIGIN: Final[Origin] = register("enedis-r63", 2, sys.modules[__name__])
_HEADER: Final = re.compile(r'"?identifiant prm"?;.*"?horodate"?;"?valeur"?;.*"?pas"?(;.*)?')
_ROW: Final = re.compile(
    r"[^;]{1,20};[^;]*;[^;]*;p\w+;(cons|prod);[^;]*;\w+;\d{4}-[^;]*;[^;]*;[^;]*;pt\d+[mh].*"
)
_COLUMNS: Final = (
    *("identifiant prm", "date de debut", "date de fin", "grandeur physique", "grandeur metier"),
    *("etape metier", "unite", "horodate", "valeur", "nature", "pas"),
)
_WIDTH: Final = len(_COLUMNS) + 2
_NEEDED: Final = frozenset(
    {"identifiant prm", "grandeur physique", "grandeur metier", "unite", "horodate", "valeur", "pas"}
)


def recognises(section: Section) -> bool:
    """By its header or, without one, by rows that name a flow and a step."""
    full = full_lines(section.head)
    return lines_above(section.head, _HEADER) > 0 or bool(full and _ROW.fullmatch(full[0]))


def read(section: Section, asked: Asked) -> list[Part]:
    """The curves of the table, one for each meter and flow.

    SourceError `file-other-quantity` if no row is active power in W, `file-unknown`.
    """
    above = lines_above(section.head, _HEADER)
    table = Table(_header(section.head, above), About(), ORIGIN, asked)
    for lines in section.below(above):
        table.add(lines)
    return table.parts(section.cut)


def _header(head: list[str], above: int) -> Header:
    names = split(full_lines(head)[above - 1]) if above else list(_COLUMNS)
    at = {name: place for place, name in enumerate(names)}
    if not at.keys() >= _NEEDED:
        raise SourceError("file-unknown")
    return Header(
        stamp=at["horodate"],
        stamped=Stamped.END,
        values=(Value(at["valeur"], Unit.WATT),),
        width=max(_WIDTH, len(names)),
        step=at["pas"],
        flow=at["grandeur metier"],
        meter=at["identifiant prm"],
        unit=at["unite"],
        quantity=at["grandeur physique"],
    )
