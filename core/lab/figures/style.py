"""Style of the laboratory's charts: one colour per collection, labels above bars, and ticks in words.

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
"""Layouts of neither kind: documents that pack many readings."""
BOUND: Final = "#009e73"
QUIET: Final = "#7f8c8d"
EDGE: Final = 1.5
"""Pixels of the full colour around a lighter shade, which stands out too little from a dark ground."""
LEGEND_BELOW: Final = {
    "orientation": "h",
    "yref": "container",
    "y": 0,
    "yanchor": "bottom",
    "x": 0,
    "traceorder": "normal",
}
"""Legend at the bottom, where it may wrap on a narrow screen; the margin leaves room for it."""
ROW: Final = 46
"""Height of a row in pixels: its label and the bar below it."""
LABEL: Final = 14
"""Font size of a row's label: readable from the back of a room, and narrow enough for a phone."""
LINE: Final = 18
"""Pixels that each further line of a row's label takes."""
BAR: Final = 0.44
"""Share of a row's height that the bar takes."""


def faded(colour: str, opacity: float = 0.45) -> str:
    """A transparent colour (rgba), for light and dark backgrounds."""
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return f"rgba({red},{green},{blue},{opacity})"


def rows(figure: go.Figure, labels: Sequence[str], bottom: int = 136) -> go.Figure:
    """Arrange bars at y = 0, 1, … as rows from the top down, each below its label of one or more lines.

    So a narrow screen leaves its whole width to the bars.
    """
    more = LINE * max((label.count("<br>") for label in labels), default=0)
    row = ROW + more
    above = (0.65 * ROW + more) / row
    for at, label in enumerate(labels):
        figure.add_annotation(
            xref="paper",
            x=0,
            xanchor="left",
            y=at,
            yshift=ROW * BAR / 2 + 10 + more / 2,
            text=label,
            font={"size": LABEL},
            align="left",
            showarrow=False,
        )
    figure.update_layout(
        barmode="stack",
        bargap=1 - BAR * ROW / row,
        height=row * len(labels) + bottom + 14,
        margin={"l": 16, "r": 16, "t": 14, "b": bottom},
        legend=LEGEND_BELOW,
    )
    # about half a row beyond the first and the last keeps each row `row` pixels high
    figure.update_yaxes(visible=False, fixedrange=True, range=[len(labels) + 0.05 - above, -above])
    figure.update_xaxes(fixedrange=True, showgrid=True, separatethousands=True)
    return figure


def speaking(figure: go.Figure, words: Words) -> go.Figure:
    """The figure with number separators of the language."""
    return figure.update_layout(separators=words.locale.decimal + words.locale.thousands)


def log_ticks(values: Iterable[float], words: Words) -> dict[str, Any]:
    """Ticks of a logarithmic axis in full numbers: 1, 2, 5, 10, …; powers of ten only beyond two decades."""
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
    """The text alternative of a chart: its title, row labels and legend entries."""
    labels = [re.sub(r"</?b>|<br>", "", one.text) for one in figure.layout.annotations]
    legend = [trace.name for trace in figure.data if trace.name and trace.showlegend is not False]
    return words.labelled(title, words.listed([*labels, *legend]))
