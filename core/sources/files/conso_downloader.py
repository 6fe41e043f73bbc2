"""The CSV of the conso-downloader extension (`historique_conso_*`, `historique_prod_*`): what Enedis's portal
answers, in Paris time without offset and sorted by it, as `2023-12-12T00:00;2023-12-12T00:30;"0,696"` below
`debut;fin;kW`. Its first version wrote `debut,fin,kW` with a decimal point; some files have no `fin`. `null`
is no reading. (Seen in the extension's source, github.com/bokub/conso-downloader, e9c59fe and 254bdd5.)

Meter and flow are in the file's name only. A header of `kWh` is refused: a copy of the extension wrote the
portal's kW under it (github.com/eric2777/conso-downloader, 1f01693), and nothing in a file tells.
"""

from __future__ import annotations

import re
from typing import Final

from core.errors import SourceError
from core.model import Flow, Origin, RefusalReason
from core.sources.files.columns import reason, stamps, watts
from core.sources.files.content import Content
from core.sources.files.parsed import Part, check_not_cut, full_lines, lines_above, lines_below
from core.sources.files.rows import Rows
from core.sources.files.timing import told_by_ends

_HEADER: Final = re.compile(r'"?debut"?([;,])("?fin"?\1)?"?kw(h?)"?\1?')
_DAY: Final = re.compile(r'"?[\d/-]{10}"?[;,].*')
_KILOWATT: Final = 1000


def recognises(lines: list[str]) -> bool:
    """By its header: without it nothing says that stamps are starts and values kW."""
    return lines_above(lines, _HEADER) > 0


def read(content: Content) -> list[Part]:
    """SourceError `file-kwh`, or `file-daily` for energies of days."""
    full = full_lines(content.head_lines())
    above = lines_above(full, _HEADER)
    header = _HEADER.fullmatch(full[above - 1])
    assert header is not None  # it was recognised by it
    separator, has_end, energy = header.groups()
    if energy:
        daily = len(full) > above and _DAY.fullmatch(full[above])
        raise SourceError("file-daily" if daily else "file-kwh")
    columns = 3 if has_end else 2
    rows = Rows()
    for lines in lines_below(content, above, separator.encode()):
        power, against = watts(lines.field(columns - 1), _KILOWATT)
        # a decimal comma between commas is a field of its own
        against[lines.field(columns).width > 0] = reason(RefusalReason.NOT_A_NUMBER)
        begin, steps = stamps(lines.field(0)), None
        if has_end:
            steps, begin = told_by_ends(begin, stamps(lines.field(1)))
        rows.add(lines, begin, power, against, steps)
    check_not_cut(content.last_line(), columns, separator)
    flow = Flow.PRODUCTION if "historique_prod_" in content.name else None
    curve = rows.curve(stamped_at_end=False)
    return [Part(Origin.CONSO_DOWNLOADER, None, flow, curve, rows.refusals.all())]
