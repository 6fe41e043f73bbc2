"""EDF's half-hourly "mes puissances atteintes": a section for each day, newest first.

The time of a row is the END of its interval in Paris time; the `00:00:00` of a section is 24:00 of its day.
There is no meter number.
"""

from __future__ import annotations

import re
import sys
from typing import Final

import numpy as np

from core.model import Origin
from core.paristime import DAY_MS
from core.sources.files.formats import register
from core.sources.files.lines import check_not_cut, full_lines, lines_above
from core.sources.files.parsed import Asked, Part
from core.sources.files.sections import Section
from core.sources.files.tables.columns import Field, Flags, Numbers
from core.sources.files.tables.numbers import watts
from core.sources.files.tables.rows import Rows
from core.sources.files.tables.stamps import NO_OFFSET, Stamps, dates, times

ORIGIN: Final[Origin] = register("edf", 1, sys.modules[__name__])
_HEADER: Final = re.compile(r'"?date et heure de releve.*;"?puissance atteinte.*')
_SECTION: Final = re.compile(r'"?\d\d?/\d\d?/\d{4}"?;*')
_ROW: Final = re.compile(r'"?\d\d?:\d\d(:\d\d)?"?(;.*)?')


def recognises(section: Section) -> bool:
    """By its header or, without one, by a day followed by a time."""
    full = full_lines(section.head)
    headerless = len(full) > 1 and _SECTION.fullmatch(full[0]) and _ROW.fullmatch(full[1])
    return lines_above(section.head, _HEADER) > 0 or bool(headerless)


def read(section: Section, _asked: Asked) -> list[Part]:
    """The curve of the table. SourceError `file-cut`."""
    rows, day = Rows(), -1
    for lines in section.below(lines_above(section.head, _HEADER)):
        first = lines.field(0)
        section_day, is_section = dates(first)
        days = _carried(section_day, is_section, day)
        day = int(days[-1])
        power = watts(lines.field(1))
        rows.add(lines, _stamps(first, days), power.value, power.against, only=~is_section)
    check_not_cut(section.cut, 3)
    curve = rows.curve()
    return [Part(ORIGIN, None, None, curve, rows.refusals.all(), assumed=rows.assumed)]


def _carried(days: Numbers, is_section: Flags, before: int) -> Numbers:
    """The day of the section of each row; `before`: the day for rows above the first section."""
    last = np.maximum.accumulate(np.where(is_section, np.arange(len(days)), -1))
    return np.where(last >= 0, days[np.maximum(last, 0)], before)


def _stamps(time: Field, day: Numbers) -> Stamps:
    of_day, good = times(time)
    good &= (day >= 0) & (of_day < DAY_MS)
    of_day = np.where(of_day == 0, DAY_MS, of_day)
    wall = np.where(good, day * DAY_MS + of_day, 0)
    return Stamps(wall, np.full(len(wall), NO_OFFSET, np.int64), good)
