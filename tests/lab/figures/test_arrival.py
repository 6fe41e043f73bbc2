"""The chart of scenarios: one bar each, with the ordinary side if it was measured."""

from __future__ import annotations

from core.lab.arrival.daily import SCENARIOS
from core.lab.figures.arrival import arrivals_chart
from core.lab.prepared.kept import Kind, example
from core.texts import ENGLISH


def test_each_way_has_its_bar() -> None:
    found = example()[Kind.ARRIVAL].result
    labels = [one.text for one in arrivals_chart(found, ENGLISH).layout.annotations]
    assert len(labels) == len(SCENARIOS) + 2
    assert all(any(ENGLISH.text(f"arrival.{code}") in label for label in labels) for code in SCENARIOS)
