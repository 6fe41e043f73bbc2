"""Which intervals of a list overlap one that stands before them, each moment being told once."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

NONE: Final = -1
"""Stands for the place of an interval that none overlaps."""


def overlapped(start: NDArray[np.integer], end: NDArray[np.integer]) -> NDArray[np.intp]:
    """For each of intervals in ascending order of their starts, the place of the one before it that is kept
    and reaches into it; `NONE` where there is none, so that it is kept itself."""
    over = np.full(len(start), NONE, np.intp)
    if not len(start):
        return over
    suspects = np.flatnonzero(start[1:] < np.maximum.accumulate(end)[:-1]) + 1
    kept = NONE
    for row in map(int, suspects):
        if over[row - 1] == NONE:
            kept = row - 1
        if start[row] < end[kept]:  # else what it overlaps is left out itself
            over[row] = kept
    return over
