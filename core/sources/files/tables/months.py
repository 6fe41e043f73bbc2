"""Whether dates with slashes have the month first, as Americans write them: those would be read wrongly."""

from __future__ import annotations

import re
from typing import Final

import numpy as np

from core.model import Curve
from core.paristime import day_of
from core.sources.files.tables.columns import Field
from core.sources.files.tables.stamps import Stamps

_SLASHED: Final = re.compile(rb"(\d{1,2})/(\d{1,2})/\d{4}\b")
_MOST_LOOKED_AT: Final = 500


def mostly_months_first(field: Field, stamped: Stamps) -> bool:
    """Whether many dates of a block are valid only with the month first."""
    bad = np.flatnonzero(~stamped.good & (field.width > 0))[:_MOST_LOOKED_AT]
    found = [match for row in bad if (match := _SLASHED.match(field.raw(int(row))))]
    months_first = sum(int(match[1]) <= 12 < int(match[2]) <= 31 for match in found)
    return months_first > len(bad) // 2 and months_first * 20 > len(field.begin)


def one_day_of_each_month(curve: Curve) -> bool:
    """Whether days follow each other a month apart.

    So do the days of one month if they are written month first and read day first.
    """
    if not len(curve):
        return False
    days = np.unique(day_of(curve.start))
    months = days.astype("datetime64[M]")
    same = len(np.unique(days - months)) == 1
    return len(days) > 1 and same and bool((np.diff(months.astype(np.int64)) == 1).all())
