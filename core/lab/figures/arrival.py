"""Bar chart of the scenarios in which readings arrive: both sides, free space hatched."""

from __future__ import annotations

from collections.abc import Sequence

import plotly.graph_objects as go

from core.lab.arrival.daily import Arrival
from core.lab.figures.sizes import Bar, stacked
from core.lab.figures.style import ORDINARY, TIME_SERIES
from core.lab.sides import Side
from core.texts import Words


def arrivals_chart(found: Sequence[Arrival], words: Words) -> go.Figure:
    """Bytes per reading of each scenario: the time series side, and the ordinary one if measured."""
    rows = []
    for one in found:
        name = words.text(f"arrival.{one.code}")
        if one.ordinary is not None:
            ordinary = words.labelled(words.text(Side.ORDINARY.label), name)
            rows.append(Bar.of(ordinary, ORDINARY, one.ordinary, words))
        series = words.labelled(words.text(Side.TIME_SERIES.label), name)
        rows.append(Bar.of(series, TIME_SERIES, one.time_series, words))
    return stacked(rows, words)
