"""The result of a format module, and what all of them need for it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from core.errors import SourceError
from core.model import MINUTE_MS, Assumption, Curve, Flow, Origin, Refusal, RefusalReason, Span, summed
from core.sources.overlaps import NONE, overlapped
from core.sources.refusals import Refusals
from core.sources.stamped import Stamped

MAX_METERS: Final = 50
"""Limit for one file; each flow counts."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What the user says of a file, used if the file itself does not say it.

    The flow, and which end of its interval a stamp names.
    """

    flow: Flow | None = None
    stamped: Stamped = Stamped.UNSAID


@dataclass(frozen=True, slots=True)
class Part:
    """One load curve of a file.

    `prm`, `flow`: None if the file does not say. `tail`: missing time after the last reading. `assumed`: what
    was assumed if the file can be read in two ways.
    """

    origin: Origin
    prm: str | None
    flow: Flow | None
    curve: Curve
    refused: tuple[Refusal, ...] = ()
    tail: Span | None = None
    ruined: bool = False
    """Whether the file's meter number was destroyed by a spreadsheet."""
    assumed: tuple[Assumption, ...] = ()


def joined(tables: Iterable[Iterable[Part]]) -> list[Part]:
    """The parts of several tables: one for each origin, meter and flow, in the order of first appearance.

    Of readings that contradict or overlap, the first is kept. SourceError `file-too-many-meters`.
    """
    found: dict[tuple[object, ...], list[Part]] = {}
    for parts in tables:
        mine: Counter[tuple[object, ...]] = Counter()
        for part in parts:
            key = (part.origin, part.prm, part.flow, part.ruined)
            found.setdefault((*key, mine[key]), []).append(part)  # two parts of one table stay two
            mine[key] += 1
            if len(found) > MAX_METERS:
                raise SourceError("file-too-many-meters", limit=MAX_METERS)
    return [one[0] if len(one) == 1 else _joined(one) for one in found.values()]


def _joined(parts: list[Part]) -> Part:
    columns = [(part.curve.start, part.curve.end, part.curve.minutes, part.curve.watts) for part in parts]
    start, end, minutes, watts = (np.concatenate(column) for column in zip(*columns, strict=True))
    order = np.lexsort((minutes, start))  # those of the same interval stay in their order
    start, end, minutes, watts = start[order], end[order], minutes[order], watts[order]
    over = overlapped(start, end)
    kept = over == NONE
    same = ~kept & (start == start[over]) & (end == end[over])
    refused = Refusals()
    for why, which in (
        (RefusalReason.CONTRADICTION, same & (watts != watts[over])),
        (RefusalReason.OVERLAP, ~kept & ~same),
    ):
        refused.add_moments(why, start[which] // MINUTE_MS)
    curve = Curve.of(start[kept], minutes[kept], watts[kept])
    last = max(
        (part for part in parts if len(part.curve)), key=lambda part: int(part.curve.end[-1]), default=None
    )
    return replace(
        parts[0],
        curve=curve,
        refused=summed(
            one for refusals in (*(part.refused for part in parts), refused.all()) for one in refusals
        ),
        tail=last.tail if last else None,
        assumed=tuple(dict.fromkeys(one for part in parts for one in part.assumed)),
    )
