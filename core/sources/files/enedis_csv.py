"""The load curve of Enedis's portal as CSV (`Enedis_Conso_Heure_*`): two lines about the meter, then
`Horodate;Valeur` with the END of each interval and its offset, in W, the step unsaid."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Final

from core.errors import SourceError
from core.model import STEPS, Flow, Origin, RefusalReason
from core.sources.files.columns import reason, stamps, watts
from core.sources.files.content import Content
from core.sources.files.parsed import Part, check_not_cut, full_lines, lines_above, lines_below, read_prm
from core.sources.files.rows import Rows
from core.sources.files.timing import NO_STEP
from core.sources.masking import shown

_HEADER: Final = re.compile(r'"?horodate"?;"?valeur"?;?')
_ROW: Final = re.compile(r'"?\d{4}-\d\d-\d\dt\d\d:\d\d(:\d\d)?([+-]\d\d:?\d\d|z)"?;"?[^;]*"?;*')
_ABOUT_LINES: Final = 12
_UNITS: Final = {"wh": "Wh", "kwh": "kWh", "kw": "kW", "va": "VA", "kva": "kVA", "var": "VAR"}


def recognises(lines: list[str]) -> bool:
    """By its header, or headerless by its rows: an ISO stamp with an offset and one value."""
    head = [line.strip() for line in lines[:_ABOUT_LINES]]
    rows = [line for line in head if line.strip(";")][:3]
    return lines_above(lines, _HEADER) > 0 or (bool(rows) and all(_ROW.fullmatch(row) for row in rows))


def read(content: Content) -> list[Part]:
    """SourceError `file-other-quantity` where the values are no watts."""
    head = content.head_lines()
    about = _about(head)
    if about.get("unite", "w") not in ("w", ""):
        unit = about["unite"]
        raise SourceError("file-other-quantity", unit=_UNITS.get(unit, shown(unit)[:12]))
    rows = Rows()
    for lines in lines_below(content, lines_above(head, _HEADER)):
        power, against = watts(lines.field(1))
        against[lines.field(2).width > 0] = reason(RefusalReason.NOT_A_NUMBER)
        rows.add(lines, stamps(lines.field(0)), power, against)
    check_not_cut(content.last_line(), 2)
    prm, ruined = read_prm(about.get("identifiant prm", ""))
    curve = rows.curve(usual=_step(about.get("pas en minutes", "")))
    flow = {"c": Flow.CONSUMPTION, "p": Flow.PRODUCTION}.get(about.get("grandeur metier", "")[:1])
    return [Part(Origin.ENEDIS_CSV, prm, flow, curve, rows.refusals.all(), ruined=ruined)]


def _about(head: list[str]) -> dict[str, str]:
    """The two lines about the meter, name by name."""
    said = [line for line in full_lines(head) if line.strip(";")]
    for names, values in pairwise(said[:_ABOUT_LINES]):
        if "identifiant prm" in names and "identifiant prm" not in values:
            pairs = zip(names.split(";"), values.split(";"), strict=False)
            return {name.strip(' "\ufeff'): value.strip(' "') for name, value in pairs}
    return {}


def _step(written: str) -> int:
    return int(written) if written in map(str, STEPS) else NO_STEP
