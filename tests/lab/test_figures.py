"""The charts: every bar says its figure beside its name, a collection keeps its colour, ticks are numbers."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from core.lab.figures import scales, sizes
from core.lab.figures.style import ORDINARY, TIME_SERIES, in_words, log_ticks
from core.lab.footprint import Footprint, Usage
from core.lab.layouts.build import Built
from core.lab.lower_bound import Bound
from core.lab.speed.races import Race, Timing
from core.texts import Language, Words

EN, FR = Words(Language.ENGLISH), Words(Language.FRENCH)


def usage(storage: int, free: int = 0) -> Usage:
    return Usage(100, 2_000, storage, 0, free_bytes=free, raw={"storageStats": {"count": 50}})


def labels(figure: Any) -> list[str]:
    return [one.text for one in figure.layout.annotations]


def patterned(figure: Any) -> set[str]:
    return {trace.name for trace in figure.data if trace.marker.pattern.shape}


@pytest.fixture
def both() -> Any:
    measured = Footprint("6.0.5", True, usage(4_882, free=105), usage(281))
    return sizes.side_by_side(measured, Bound(100, 124), FR)


def test_each_bar_says_what_it_is_and_takes_net_of_free_space(both: Any) -> None:
    assert labels(both) == [
        "Collection ordinaire\u00a0: <b>47,77 + 1,05 libre</b>",
        "Collection time series\u00a0: <b>2,81</b>",
        "Limite, les valeurs seules\u00a0: <b>1,24</b>",
    ]
    assert not both.layout.yaxis.visible


def test_a_chart_is_told_in_words(both: Any) -> None:
    words = in_words("Empreinte", both, FR)
    assert words.startswith("Empreinte\u00a0: Collection ordinaire\u00a0: 47,77 + 1,05 libre")
    assert "Index" in words


def test_only_free_space_is_hatched(both: Any) -> None:
    assert patterned(both) == {"Espace libre dans les fichiers"}


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


def test_the_steps_as_they_are_read_come_to_the_end_that_is_read() -> None:
    """4.004 − 1.501 − 1.496 = 1.007: rounded one by one they would come to 1.00, beside an end of 1.01."""
    sizes_of = {"first-demo": 4_004, "lean": 2_503, "ts-small": 1_007}
    steps = [Built(code, replace(usage(size), readings=1_000), True, 1.0) for code, size in sizes_of.items()]
    said = [
        Decimal(re.sub("[^0-9.\u2212]", "", one).replace("\u2212", "-"))
        for one in labels(sizes.waterfall(steps, EN))
    ]
    assert said[-1] == Decimal("1.01")
    assert sum(said[:-1]) == said[-1]


def test_a_bar_of_a_loss_stands_where_it_begins() -> None:
    steps = [
        Built(code, usage(size), True, 1.0)
        for code, size in (("first-demo", 500), ("lean", 300), ("ts-small", 400))
    ]
    bars = sizes.waterfall(steps, EN).data[0]
    ends = [base + change for base, change in zip(bars.base, bars.x, strict=True)]
    assert ends == pytest.approx([5, 3, 4, 4])


@pytest.mark.parametrize("values", [(0.5, 30), (0.7, 400), (3, 5)])
def test_ticks_of_a_logarithmic_axis_are_whole_numbers_in_order(values: tuple[float, float]) -> None:
    ticks = log_ticks(values, FR)
    told = [float(word.replace("\u202f", "").replace(",", ".")) for word in ticks["ticktext"]]
    assert told == pytest.approx(ticks["tickvals"])
    assert told[0] <= values[0]
    assert told[-1] >= values[1]
    assert told == sorted(told)
