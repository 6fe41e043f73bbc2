"""Which end of its interval a stamp names, by a stated period or by whole days."""

from __future__ import annotations

from datetime import date

import pytest

from core.model import MINUTE_MS
from core.paristime import DAY_MS
from core.sources.stamped import Stamped, by_midnights, by_period

FIRST, END = date(2025, 12, 1), date(2025, 12, 8)


def wall(day: date, minutes: int = 0) -> int:
    return (day - date(1970, 1, 1)).days * DAY_MS + minutes * MINUTE_MS


@pytest.mark.parametrize(
    ("first", "last", "told"),
    [
        (0, wall(END) - 30 * MINUTE_MS, Stamped.BEGIN),
        (30, wall(END), Stamped.END),
        (30, wall(date(2025, 12, 9)), Stamped.END),
        (0, wall(END), Stamped.UNSAID),
        (60, wall(END) - 60 * MINUTE_MS, Stamped.UNSAID),
    ],
)
def test_the_edges_of_a_stated_period(first: int, last: int, told: Stamped) -> None:
    assert by_period(wall(FIRST, first), last, FIRST, END) is told
    assert by_period(wall(FIRST, first), last, None, None) is Stamped.UNSAID


@pytest.mark.parametrize(
    ("first", "last", "told"),
    [
        (0, 1410, Stamped.BEGIN),
        (0, 600, Stamped.BEGIN),
        (30, 0, Stamped.END),
        (30, 600, Stamped.END),
        (300, 0, Stamped.END),
        (0, 0, Stamped.UNSAID),
        (30, 1410, Stamped.UNSAID),
        (300, 1410, Stamped.UNSAID),
        (300, 600, Stamped.UNSAID),
    ],
)
def test_whole_days(first: int, last: int, told: Stamped) -> None:
    assert by_midnights(wall(FIRST, first), wall(END, last), 30) is told
