"""The common style: labels, colours, number separators and logarithmic ticks."""

from __future__ import annotations

from typing import Any

import pytest

from core.lab.figures import scales, sizes
from core.lab.figures.style import ORDINARY, TIME_SERIES, log_ticks
from core.lab.layouts.build import Built
from core.lab.speed.races import Race, Timing
from tests.lab.figures.drawn import EN, FR, labels, usage


def test_a_collection_has_one_colour_in_every_chart(both: Any) -> None:
    def rgba(colour: str) -> str:
        return f"rgba({int(colour[1:3], 16)},{int(colour[3:5], 16)},{int(colour[5:7], 16)},1.0)"

    data = both.data[0]
    assert list(data.marker.color[:2]) == [rgba(ORDINARY), rgba(TIME_SERIES)]
    timing = Timing((1.0, 2.0, 30.0), 1, 1)
    raced = scales.races([Race("last", 1, timing, timing)], EN)
    assert [trace.marker.color for trace in raced.data] == [ORDINARY, TIME_SERIES]
    steps = [Built(code, usage(size), True, 1.0) for code, size in (("first-demo", 500), ("ts-small", 100))]
    fall = sizes.waterfall(steps, EN)
    assert (fall.data[0].marker.color[0], fall.data[0].marker.color[-1]) == (ORDINARY, TIME_SERIES)
    assert "\u22124.00" in labels(fall)[1]


@pytest.mark.parametrize("values", [(0.5, 30), (0.7, 400), (3, 5)])
def test_ticks_of_a_logarithmic_axis_are_whole_numbers_in_order(values: tuple[float, float]) -> None:
    ticks = log_ticks(values, FR)
    told = [float(word.replace("\u202f", "").replace(",", ".")) for word in ticks["ticktext"]]
    assert told == pytest.approx(ticks["tickvals"])
    assert told[0] <= values[0]
    assert told[-1] >= values[1]
    assert told == sorted(told)
