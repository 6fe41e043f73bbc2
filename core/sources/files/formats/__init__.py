"""One module for each format of a file. A module registers itself with what it is; nothing lists them.

To add a supplier's format: one module here, one fixture in tests/fixtures/files, its texts `origin.<name>`.
"""

from __future__ import annotations

import importlib
import pkgutil
from dataclasses import dataclass
from functools import cache
from typing import Final, Protocol

from core.model import Origin
from core.sources.files.parsed import Asked, Part
from core.sources.files.sections import Section


class Reader(Protocol):
    """A format of lines of text.

    Both functions get a table in one dialect: UTF-8, cp1252 and UTF-16, `,` and tabs are told and undone
    before; fields are parted by `;`, and a table that another one is glued to comes alone.
    """

    def recognises(self, section: Section) -> bool:
        """Whether the table is of this format, told by its head and never by the file's name. At most one
        format may say so of any file: what several have in common is left to the general reader."""

    def read(self, section: Section, asked: Asked) -> list[Part]:
        """The load curves of the table, one for each meter and flow.

        Power is watts, the average over an interval; other units are converted, exactly or rounded half to
        even. A reading begins where its interval begins: a format knows whether its stamps are ENDs or
        STARTs, or finds it out, or uses `asked`, or raises `file-unclear-times`; it never guesses. Where a
        row states no step, the rows around it tell (`tables.steps`). Rows that cannot be read are refused
        one by one with their reason; SourceError says why nothing can be read, `file-daily` for values of
        days, `file-other-quantity` for what is no power, `file-cut` for a file without its end.
        """


@dataclass(frozen=True, slots=True)
class Format:
    """A format as it registered itself. `origin`: what is stored with its readings, and the key of its texts
    (`origin.<value>`). `rank`: 2 for whole watts from the distributor, 1 for what others round or publish
    again; a reading is replaced only by one of the same rank or a higher one."""

    origin: Origin
    rank: int
    reader: Reader


_KNOWN: Final[dict[Origin, Format]] = {}


def register(name: str, rank: int, reader: Reader) -> Origin:
    """Make a format known under the name that is stored with its readings; never rename one. ValueError for
    a rank of 2 without the distributor's name in `core.model`: storage ranks without asking the formats."""
    origin = Origin(name)
    if origin.rank != rank:
        raise ValueError(f"{name} has rank {origin.rank}")
    _KNOWN[origin] = Format(origin, rank, reader)
    return origin


@cache
def known() -> tuple[Format, ...]:
    """All formats, in the order of their modules' names."""
    for module in sorted(found.name for found in pkgutil.iter_modules(__path__)):
        importlib.import_module(f"{__name__}.{module}")
    return tuple(_KNOWN.values())
