"""The CSV of the conso-downloader script (`historique_conso_*`): `debut;kW`, the START of each interval, a
decimal comma, the literal `null` where there is no reading. The meter number is in the file's name only."""

from __future__ import annotations

import re
from typing import Final

from core.model import Origin
from core.sources.files.columns import stamps, watts
from core.sources.files.content import Content
from core.sources.files.parsed import Part, check_not_cut, lines_above, lines_below
from core.sources.files.rows import Rows

_HEADER: Final = re.compile(r'"?debut"?;"?kw"?;?')
_KILOWATT: Final = 1000


def recognises(lines: list[str]) -> bool:
    """By its header: without it nothing says that stamps are starts and values kW."""
    return lines_above(lines, _HEADER) > 0


def read(content: Content) -> list[Part]:
    rows = Rows()
    for lines in lines_below(content, lines_above(content.head_lines(), _HEADER)):
        power, against = watts(lines.field(1), _KILOWATT)
        rows.add(lines, stamps(lines.field(0)), power, against)
    check_not_cut(content.last_line(), 2)
    curve = rows.curve(stamped_at_end=False)
    return [Part(Origin.CONSO_DOWNLOADER, None, None, curve, rows.refusals.all())]
