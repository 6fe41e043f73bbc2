"""What the laboratory's charts share: one colour a collection, labels above bars, and ticks in words.

A collection has the same colour in every chart; its parts are shades of it, and hatching is free space.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from typing import Any, Final

import plotly.graph_objects as go

from core.texts import Words

ORDINARY: Final = "#d55e00"
TIME_SERIES: Final = "#0072b2"
OTHER: Final = "#cc79a7"
"""Layouts that are neither: documents that pack many readings."""
BOUND: Final = "#009e73"
QUIET: Final = "#7f8c8d"
LEGEND_BELOW: Final = {
    "orientation": "h",
    "yref": "container",
    "y": 0,
    "yanchor": "bottom",
    "x": 0,
    "traceorder": "normal",
}
"""At the bottom of the picture, where it may wrap on a narrow screen; the margin leaves it room."""
ROW: Final = 46
"""Pixels of a row: its label, and the bar below it."""
LABEL: Final = 14
"""Size of a row's label: to be read from the back of a room, and within the width of a phone."""
BAR: Final = 0.44
"""The bar's part of a row."""


def faded(colour: str, opacity: float = 0.45) -> str:
    """The lighter shade of a colour, on light and dark ground."""
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return f"rgba({red},{green},{blue},{opacity})"


def rows(figure: go.Figure, labels: Sequence[str], bottom: int = 125) -> go.Figure:
    """Lay bars at y = 0, 1, … out as rows from the top down, each under its label: a narrow screen then
    leaves the whole width to the bars."""
    for at, label in enumerate(labels):
        figure.add_annotation(
            xref="paper",
            x=0,
            xanchor="left",
            y=at,
            yshift=ROW * BAR / 2 + 10,
            text=label,
            font={"size": LABEL},
            align="left",
            showarrow=False,
        )
    figure.update_layout(
        barmode="stack",
        bargap=1 - BAR,
        height=ROW * len(labels) + bottom + 14,
        margin={"l": 8, "r": 8, "t": 14, "b": bottom},
        legend=LEGEND_BELOW,
    )
    # a row is as high as ROW whatever the number of them: half a row beyond the first and the last
    figure.update_yaxes(visible=False, fixedrange=True, range=[len(labels) - 0.6, -0.65])
    figure.update_xaxes(fixedrange=True, showgrid=True, separatethousands=True)
    return figure


def speaking(figure: go.Figure, words: Words) -> go.Figure:
    """With the numbers of its axes and hovers written as the language does."""
    return figure.update_layout(separators=words.locale.decimal + words.locale.thousands)


def log_ticks(values: Iterable[float], words: Words) -> dict[str, Any]:
    """Ticks of a logarithmic axis in full numbers: 1, 2, 5, 10, … and the decades alone beyond three."""
    positive = [value for value in values if value > 0]
    low, high = math.floor(math.log10(min(positive))), math.ceil(math.log10(max(positive)))
    steps = (1, 2, 5) if high - low <= 2 else (1,)
    ticks = [step * 10.0**power for power in range(low, high + 1) for step in steps]
    return {
        "type": "log",
        "tickmode": "array",
        "tickvals": ticks,
        "ticktext": [words.number(tick, max(0, -math.floor(math.log10(tick)))) for tick in ticks],
    }


def in_words(title: str, figure: go.Figure, words: Words) -> str:
    """What a chart shows: its title, the label of each row, and what its legend names."""
    labels = [re.sub(r"</?b>", "", one.text) for one in figure.layout.annotations]
    legend = [trace.name for trace in figure.data if trace.name and trace.showlegend is not False]
    return words.labelled(title, words.listed([*labels, *legend]))
