"""The closing chart of the talk: storage of the meters of a whole country on both sides."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import plotly.graph_objects as go

from core.lab.figures.style import ORDINARY, TIME_SERIES, rows, speaking
from core.lab.fleet.outlook import Outlook
from core.lab.fleet.tiers import prices
from core.lab.sides import Side
from core.texts import Words

_COLOURS: Final = {Side.ORDINARY: ORDINARY, Side.TIME_SERIES: TIME_SERIES}


def closing(both: Sequence[Outlook], words: Words) -> go.Figure:
    """Bytes of one copy as bars, with the cluster and its price a month as labels."""
    figure = go.Figure()
    for at, one in enumerate(both):
        figure.add_bar(
            orientation="h",
            x=[one.node.likely / 1e12],
            y=[at],
            marker={"color": _COLOURS[one.side], "line": {"width": 0}},
            showlegend=False,
            customdata=[words.size(one.node.likely)],
            hovertemplate="%{customdata}<extra></extra>",
        )
    # the figures begin a line of their own, since a phone cuts the whole label at its edge
    parts = [said(one, words) for one in both]
    rows(figure, [words.labelled(side, f"<br><b>{numbers}</b>") for side, numbers in parts], bottom=68)
    unit = f"T{words.locale.byte}"
    figure.update_xaxes(title=words.text("fleet.closing.axis", unit=unit), rangemode="tozero")
    return speaking(figure, words)


def said(one: Outlook, words: Words) -> tuple[str, str]:
    """The side and its figures: `Ordinary collection`, `92 TB · 51 × M50 · 122 700 USD a month`."""
    cost = one.likely.cost
    numbers = words.text(
        "fleet.closing.side",
        size=words.size(one.node.likely),
        shards=words.number(cost.shards),
        tier=cost.tier,
        month=words.number(round(cost.month, -2)),
        currency=prices().currency,
    )
    return words.text(one.side.label), numbers
