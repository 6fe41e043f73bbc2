"""One module for each file format. Each registers itself; there is no list of them.

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
    """A format of text lines.

    Both functions get one table in one dialect: UTF-8, cp1252 and UTF-16, `,` and tabs are recognised and
    converted before. Fields are separated by `;`, and a table that was joined to another comes alone.
    """

    def recognises(self, section: Section) -> bool:
        """Whether the table has this format, by its head and never by the file's name.

        At most one format may accept a file: what several have in common is left to the general reader.
        """

    def read(self, section: Section, asked: Asked) -> list[Part]:
        """The load curves of the table, one for each meter and flow.

        Power is in watts, the average over an interval; other units are converted, exactly or rounded half to
        even. A reading begins where its interval begins: a format knows whether its stamps are ENDs or
        STARTs, or finds out, or uses `asked`, or raises `file-unclear-times`; it never guesses. If a row
        states no step, the rows around it tell (`tables.steps`). Unreadable rows are refused one by one, with
        their reason. SourceError says why nothing can be read: `file-daily` for daily values,
        `file-other-quantity` for anything but power or energy, `file-cut` for a file without its end.
        """


@dataclass(frozen=True, slots=True)
class Format:
    """A registered format.

    `origin`: stored with its readings, and the key of its texts (`origin.<value>`). `rank`: 2 for whole watts
    from the distributor, 1 for what others round or publish again; a reading is replaced only by one of the
    same rank or a higher one.
    """

    origin: Origin
    rank: int
    reader: Reader


_KNOWN: Final[dict[Origin, Format]] = {}


def register(name: str, rank: int, reader: Reader) -> Origin:
    """Register a format under the name that is stored with its readings; never rename one.

    ValueError for a rank of 2 without the distributor's name in `core.model`, as storage ranks without asking
    the formats.
    """
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
