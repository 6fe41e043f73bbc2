"""Charts of sizes: every bar shows its figure beside its name, and a collection keeps its colour."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from core.lab.figures import sizes
from core.lab.layouts.build import Built
from tests.lab.figures.drawn import EN, labels, usage


def patterned(figure: Any) -> set[str]:
    return {trace.name for trace in figure.data if trace.marker.pattern.shape}


def test_each_bar_says_what_it_is_and_takes_net_of_free_space(both: Any) -> None:
    assert labels(both) == [
        "Collection ordinaire\u00a0: <b>47,77 + 1,05 libre</b>",
        "Collection time series\u00a0: <b>2,81</b>",
        "Limite, les valeurs seules\u00a0: <b>1,24</b>",
    ]
    assert not both.layout.yaxis.visible


def test_only_free_space_is_hatched(both: Any) -> None:
    assert patterned(both) == {"Espace libre dans les fichiers"}


def test_the_steps_as_they_are_read_come_to_the_end_that_is_read() -> None:
    """4.004 − 1.501 − 1.496 = 1.007: rounded separately, the steps give 1.00 beside an end of 1.01."""
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
