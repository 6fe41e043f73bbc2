"""Charts with logarithmic scales: ticks are numbers, and a collection keeps its colour."""

from __future__ import annotations

from typing import Any

from core.lab.figures.style import in_words
from tests.lab.figures.drawn import FR


def test_a_chart_is_told_in_words(both: Any) -> None:
    words = in_words("Empreinte", both, FR)
    assert words.startswith("Empreinte\u00a0: Collection ordinaire\u00a0: 47,77 + 1,05 libre")
    assert "Index" in words
