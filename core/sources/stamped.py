"""Which end of its interval a stamp names, by a stated period or by whole days."""

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
    """What stamps name, by the stated period and the earliest and latest stamp (naive ms).

    The period's first midnight cannot be an END, its last one cannot be a BEGIN. `ends`: the last day, or the
    one after it. UNSAID if that is not conclusive.
    """
    begin = begins is not None and first == _wall(begins)
    end = ends is not None and last in (_wall(ends), _wall(ends + timedelta(days=1)))
    end = end and (begins is None or last > _wall(begins))
    if begin == end:
        return Stamped.UNSAID
    return Stamped.BEGIN if begin else Stamped.END


def by_midnights(first: int, last: int, step: int) -> Stamped:
    """What stamps name in a series of whole days, by its earliest and latest stamp (naive ms).

    With BEGINs it begins at 00:00; with ENDs it begins one `step` (minutes) later and ends at 00:00. UNSAID
    if neither or both are so.
    """
    first, last = first % DAY_MS // MINUTE_MS, last % DAY_MS // MINUTE_MS
    begin = first == 0 and last != 0
    end = (0 < step == first and last + step != DAY_MS // MINUTE_MS) or (last == 0 and first != 0)
    if begin == end:
        return Stamped.UNSAID
    return Stamped.BEGIN if begin else Stamped.END


def _wall(day: date) -> int:
    return (day - _EPOCH).days * DAY_MS
