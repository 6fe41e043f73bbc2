"""Finds the intervals of a list that overlap an earlier one, so that no time is counted twice."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

NONE: Final = -1
"""In place of an index: no interval overlaps."""


def overlapped(start: NDArray[np.integer], end: NDArray[np.integer]) -> NDArray[np.intp]:
    """Index of the earlier, kept interval that overlaps each one; NONE if none.

    `start` is ascending. An interval with NONE is kept, the others are not.
    """
    over = np.full(len(start), NONE, np.intp)
    if not len(start):
        return over
    suspects = np.flatnonzero(start[1:] < np.maximum.accumulate(end)[:-1]) + 1
    kept = NONE
    for row in map(int, suspects):
        if over[row - 1] == NONE:
            kept = row - 1
        if start[row] < end[kept]:  # else it overlaps only what is left out itself
            over[row] = kept
    return over
