"""Of overlapping intervals, the earlier is kept, and the later refers to it."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from core.sources.overlaps import NONE, overlapped


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(1, 12)), max_size=20))
def test_what_is_kept_overlaps_nothing_and_what_is_not_names_what_it_overlaps(
    intervals: list[tuple[int, int]],
) -> None:
    rows = sorted(intervals)
    start = np.array([first for first, _ in rows], dtype=np.int64)
    end = start + np.array([length for _, length in rows], dtype=np.int64)
    over = overlapped(start, end)
    kept = np.flatnonzero(over == NONE)
    assert (start[kept][1:] >= end[kept][:-1]).all()
    for row in np.flatnonzero(over != NONE):
        named = over[row]
        assert named < row
        assert over[named] == NONE
        assert start[named] <= start[row] < end[named]


def test_what_follows_on_what_is_left_out_is_kept() -> None:
    start, end = np.array([0, 10, 30]), np.array([30, 60, 60])
    assert overlapped(start, end).tolist() == [NONE, 0, NONE]
    assert overlapped(start[:0], end[:0]).tolist() == []
