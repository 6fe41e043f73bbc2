"""EDF's "mes puissances atteintes" every 30 minutes: sections a day, newest first, the time of each row the
END of its interval in Paris time; the `00:00:00` of a section is 24:00 of its day. No meter number."""

from __future__ import annotations

import re
from typing import Final

import numpy as np

from core.model import Origin
from core.paristime import DAY_MS
from core.sources.files.columns import NO_OFFSET, Field, Flags, Numbers, Stamps, dates, watts
from core.sources.files.content import Content
from core.sources.files.parsed import Part, check_not_cut, full_lines, lines_above, lines_below
from core.sources.files.rows import Rows

_HEADER: Final = re.compile(r'"?date et heure de releve.*;"?puissance atteinte.*')
_SECTION: Final = re.compile(r'"?\d\d/\d\d/\d{4}"?;?;?')
_ROW: Final = re.compile(r'"?\d\d:\d\d:\d\d"?(;.*)?')


def recognises(lines: list[str]) -> bool:
    """By its header, or headerless by a day followed by a time."""
    full = full_lines(lines)
    headerless = len(full) > 1 and _SECTION.fullmatch(full[0]) and _ROW.fullmatch(full[1])
    return lines_above(lines, _HEADER) > 0 or bool(headerless)


def read(content: Content) -> list[Part]:
    rows, day = Rows(), -1
    for lines in lines_below(content, lines_above(content.head_lines(), _HEADER)):
        first = lines.field(0)
        section_day, is_section = dates(first)
        days = _carried(section_day, is_section, day)
        day = int(days[-1])
        power, against = watts(lines.field(1))
        rows.add(lines, _stamps(first, days), power, against, only=~is_section)
    check_not_cut(content.last_line(), 3)
    curve = rows.curve()
    return [Part(Origin.EDF, None, None, curve, rows.refusals.all())]


def _carried(days: Numbers, is_section: Flags, before: int) -> Numbers:
    """The day of the section each row lies in; `before`: of the rows above the first section."""
    last = np.maximum.accumulate(np.where(is_section, np.arange(len(days)), -1))
    return np.where(last >= 0, days[np.maximum(last, 0)], before)


def _stamps(time: Field, day: Numbers) -> Stamps:
    hour, hour_good = time.digits(0, 2)
    minute, minute_good = time.digits(3, 2)
    second, second_good = time.digits(6, 2)
    good = hour_good & minute_good & second_good & (time.at(2) == ord(":")) & (time.at(5) == ord(":"))
    good &= (hour < 24) & (minute < 60) & (second < 60) & (day >= 0) & (time.width == 8)
    of_day = ((hour * 60 + minute) * 60 + second) * 1000
    of_day = np.where(of_day == 0, DAY_MS, of_day)
    wall = np.where(good, day * DAY_MS + of_day, 0)
    return Stamps(wall, np.full(len(wall), NO_OFFSET, np.int64), good)
