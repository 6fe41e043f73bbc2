"""The R63 file of Enedis: one row a reading, every row naming its meter, quantity, unit and step. The stamp
is the END of the interval in Paris time without offset. One file may hold several meters and both flows."""

from __future__ import annotations

import re
from typing import Final

import numpy as np

from core.errors import SourceError
from core.model import Flow, Origin, RefusalReason
from core.sources.files.columns import Field, Flags, Lines, Numbers, reason, stamps, watts
from core.sources.files.content import Content
from core.sources.files.parsed import (
    MAX_METERS,
    Part,
    check_not_cut,
    full_lines,
    lines_above,
    lines_below,
    read_prm,
)
from core.sources.files.rows import Rows
from core.sources.masking import shown

_HEADER: Final = re.compile(r'"?identifiant prm"?;.*"?horodate"?;"?valeur"?;.*"?pas"?(;.*)?')
_ROW: Final = re.compile(
    r"[^;]{1,20};[^;]*;[^;]*;p\w+;(cons|prod);[^;]*;\w+;\d{4}-[^;]*;[^;]*;[^;]*;pt\d+[mh].*"
)
_COLUMNS: Final = (
    *("identifiant prm", "date de debut", "date de fin", "grandeur physique", "grandeur metier"),
    *("etape metier", "unite", "horodate", "valeur", "nature", "pas"),
)
_WIDTH: Final = len(_COLUMNS) + 2
_LAST_WIDTH: Final = 40
_NEEDED: Final = frozenset(
    {"identifiant prm", "grandeur physique", "grandeur metier", "unite", "horodate", "valeur", "pas"}
)
_STEPS: Final = {b"PT10M": 10, b"PT15M": 15, b"PT30M": 30, b"PT60M": 60, b"PT1H": 60}
_FLOWS: Final = ((Flow.CONSUMPTION, b"CONS"), (Flow.PRODUCTION, b"PROD"))


def recognises(lines: list[str]) -> bool:
    """By its header, or headerless by rows that name a flow and a step."""
    full = full_lines(lines)
    return lines_above(lines, _HEADER) > 0 or bool(full and _ROW.fullmatch(full[0]))


def read(content: Content) -> list[Part]:
    """SourceError `file-other-quantity` where no row is active power in W, `file-unknown`."""
    head = content.head_lines()
    above = lines_above(head, _HEADER)
    column = _columns(head, above)
    meters = _Meters()
    for lines in lines_below(content, above):
        power = lines.field(column["unite"]).equals(b"W")
        power &= lines.field(column["grandeur physique"]).equals(b"PA")
        complete = lines.fields > column["pas"]
        meters.note_other(lines, complete & ~power, lines.field(column["unite"]))
        _take(lines, column, power | ~complete, meters)
    check_not_cut(content.last_line(), column["pas"] + 1)
    return meters.parts()


def _columns(head: list[str], above: int) -> dict[str, int]:
    if not above:
        return {name: place for place, name in enumerate(_COLUMNS)}
    found = {name.strip(' "'): place for place, name in enumerate(full_lines(head)[above - 1].split(";"))}
    if not found.keys() >= _NEEDED:
        raise SourceError("file-unknown")
    return found


def _take(lines: Lines, column: dict[str, int], which: Flags, meters: _Meters) -> None:
    stamped = stamps(lines.field(column["horodate"]))
    power, against = watts(lines.field(column["valeur"]))
    width = max(_WIDTH, *(place + 1 for place in column.values()))
    glued = (lines.field(width).width > 0) | (lines.field(width - 1).width > _LAST_WIDTH)  # two rows in one
    against[glued] = reason(RefusalReason.NOT_A_NUMBER)
    steps = _steps(lines, column["pas"])
    flows = lines.field(column["grandeur metier"])
    prm = lines.field(column["identifiant prm"])
    rest = which.copy()
    while rest.any():
        row = int(np.argmax(rest))
        long = bool(prm.width[row] > _LAST_WIDTH)  # no meter, whatever it says
        written = b"" if long else prm.raw(row)
        flow, word = next(
            ((flow, word) for flow, word in _FLOWS if bool(flows.equals(word)[row])), (Flow.CONSUMPTION, None)
        )
        mine = rest & (prm.width > _LAST_WIDTH if long else prm.equals(written))
        mine &= flows.equals(word) if word else ~(flows.equals(b"CONS") | flows.equals(b"PROD"))
        meters.rows(written, flow).add(lines, stamped, power, against, steps, mine)
        rest &= ~mine


def _steps(lines: Lines, column: int) -> Numbers:
    written = lines.field(column)
    steps = np.zeros(len(lines), np.int64)
    for word, minutes in _STEPS.items():
        steps[written.equals(word)] = minutes
    return steps


class _Meters:
    """The rows of each meter and flow, and what is no active power."""

    def __init__(self) -> None:
        self._rows: dict[tuple[bytes, Flow], Rows] = {}
        self._other = 0
        self._example = self._unit = ""

    def rows(self, prm: bytes, flow: Flow) -> Rows:
        if (prm, flow) not in self._rows and len(self._rows) >= MAX_METERS:
            raise SourceError("file-too-many-meters", limit=MAX_METERS)
        return self._rows.setdefault((prm, flow), Rows())

    def note_other(self, lines: Lines, which: Flags, unit: Field) -> None:
        if which.any():
            row = int(np.argmax(which))
            self._example = self._example or lines.string(row)
            self._unit = self._unit or shown(unit.raw(row)[:12].decode("utf-8", errors="replace"))
            self._other += int(which.sum())

    def parts(self) -> list[Part]:
        parts: list[Part] = []
        for (written, flow), rows in self._rows.items():
            prm, ruined = read_prm(written.decode("utf-8", errors="replace"))
            curve = rows.curve()
            if not parts:
                rows.refusals.add(RefusalReason.OTHER_QUANTITY, self._other, self._example)
            parts.append(Part(Origin.ENEDIS_R63, prm, flow, curve, rows.refusals.all(), ruined=ruined))
        if not parts and self._other:
            raise SourceError("file-other-quantity", unit=self._unit or "?")
        return parts
