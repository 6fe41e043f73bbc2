"""The names of the two sides in data and in texts."""

from __future__ import annotations

from core.lab.footprint import Footprint, Usage
from core.lab.sides import SIDES, Side
from core.texts import ENGLISH


def test_a_side_finds_its_half_and_its_name() -> None:
    both = Footprint("6.0.5", True, Usage(1, 1, 1, 1), Usage(2, 2, 2, 2))
    assert [side.of(both).readings for side in SIDES] == [1, 2]
    assert [ENGLISH.text(side.label) for side in SIDES] == ["Ordinary collection", "Time series collection"]
    assert Side("time_series").code == "time-series"
