"""Reads any table that names its stamps, and its power or energy with the unit.

The portal's workbooks, also saved as CSV or copied; files of comparison sites; what people make of them with
a spreadsheet.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from core.errors import SourceError
from core.model import Origin, RefusalReason
from core.sources.files.parsed import Asked, Part
from core.sources.files.sections import Section
from core.sources.files.tables.about import About, about
from core.sources.files.tables.table import Table, tail_of
from core.sources.files.tables.words import flow_of

PORTAL: Final = Origin.ENEDIS_XLSX
"""Origin of what Enedis's portal provides since 2025, and of anything made from that."""
_PORTAL_VALUE: Final = re.compile(r"valeur \(en kw\)")
_DAILY: Final = re.compile(r"valeur \(en k?wh?\)|.*quotidienne.*")
_INDEX: Final = re.compile(r"horodate;type de releve;.*")


def recognises(section: Section) -> bool:
    """By a header that names a stamp and a value."""
    return section.header is not None


def read(section: Section, asked: Asked) -> list[Part]:
    """The curves of the table, under the contract of a format (`formats.Reader`)."""
    assert section.header is not None  # it was recognised by it
    above, header = section.header
    facts = _facts(section, above)
    origin = PORTAL if _is_portal(section) else Origin.TABLE
    try:
        table = Table(header, facts, origin, asked)
        for lines in section.below(above):
            table.add(lines)
        parts = table.parts(section.cut)
    except SourceError as error:
        if error.code == "file-no-unit" and facts.daily:
            raise SourceError("file-daily") from error
        raise
    if facts.daily and not any(len(part.curve) for part in parts):
        raise SourceError("file-daily")
    if parts and all(_holds_no_stamp(part) for part in parts):
        raise SourceError("file-unknown")  # a table of other things
    return [replace(part, tail=tail_of(part)) for part in parts] if origin is PORTAL else parts


def _holds_no_stamp(part: Part) -> bool:
    return not len(part.curve) and {one.reason for one in part.refused} == {RefusalReason.BAD_STAMP}


def is_daily(section: Section) -> bool:
    """Whether a table that is not recognised contains daily values."""
    cells = [cell for line in section.cells for cell in line]
    return any(_DAILY.fullmatch(cell) for cell in [*cells, section.title])


def is_index(section: Section) -> bool:
    """Whether it contains the meter's registers."""
    return any(_INDEX.fullmatch(";".join(line)) for line in section.cells)


def _is_portal(section: Section) -> bool:
    return any(_PORTAL_VALUE.fullmatch(cell) for line in section.cells for cell in line) and any(
        {"debut", "fin"} <= set(line) for line in section.cells
    )


def _facts(section: Section, above: int) -> About:
    """What is stated above the table, in its title, and last in the file's name."""
    found = about(section.cells[: above - 1], section.title)
    return found if found.flow else replace(found, flow=flow_of(section.name.rsplit("/", 1)[-1].lower()))
