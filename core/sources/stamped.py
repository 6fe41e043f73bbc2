"""Which end of its interval a stamp names: evidence from a stated period, or from whole days."""

from __future__ import annotations

from datetime import date, timedelta
from enum import Enum
from typing import Final

from core.model import MINUTE_MS
from core.paristime import DAY_MS

_EPOCH: Final = date(1970, 1, 1)


class Stamped(Enum):
    """Which end of its interval a stamp names."""

    BEGIN = "begin"
    END = "end"
    UNSAID = "unsaid"


def by_period(first: int, last: int, begins: date | None, ends: date | None) -> Stamped:
    """What stamps name, told by the earliest and the latest one (naive ms) where these stand on the edge of
    the stated period: its first midnight cannot be an END, its last one no BEGIN. `ends`: the last day or the
    one after it. UNSAID where that tells nothing."""
    begin = begins is not None and first == _wall(begins)
    end = ends is not None and last in (_wall(ends), _wall(ends + timedelta(days=1)))
    end = end and (begins is None or last > _wall(begins))
    if begin == end:
        return Stamped.UNSAID
    return Stamped.BEGIN if begin else Stamped.END


def by_midnights(first: int, last: int, step: int) -> Stamped:
    """What stamps name in a series of whole days: it begins at 00:00 by the begins of its intervals, one step
    (minutes) later by their ends, and ends at 00:00 by their ends. UNSAID where that contradicts itself, or
    where it neither begins nor ends so."""
    first, last = first % DAY_MS // MINUTE_MS, last % DAY_MS // MINUTE_MS
    begin = first == 0 and last != 0
    end = (0 < step == first and last + step != DAY_MS // MINUTE_MS) or (last == 0 and first != 0)
    if begin == end:
        return Stamped.UNSAID
    return Stamped.BEGIN if begin else Stamped.END


def _wall(day: date) -> int:
    return (day - _EPOCH).days * DAY_MS
