"""The chart of a fleet's load profile."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import plotly.graph_objects as go

from core.lab.figures.style import BOUND, LEGEND_BELOW, ORDINARY, OTHER, TIME_SERIES, faded, speaking
from core.spark.analyse import SEASONS
from core.spark.results import Document
from core.texts import Words

_COLOURS: Final = dict(zip(SEASONS, (TIME_SERIES, BOUND, ORDINARY, OTHER), strict=True))
_TO_KW: Final = 1 / 30_000
"""Factor from watt-minutes of a half-hour to kW."""
_BAND: Final = 0.15


def profile(rows: Sequence[Document], words: Words) -> go.Figure:
    """Mean power of all meters (kW) by half-hour of the Paris clock, one line per season.

    The band spans the 1st to the 9th decile of the days.
    """
    figure = go.Figure()
    for season in SEASONS:
        mine = sorted(
            (row for row in rows if row["_id"]["season"] == season), key=lambda row: int(row["_id"]["slot"])
        )
        if mine:
            _season(figure, season, mine, words)
    figure.update_layout(height=420, margin={"l": 8, "r": 8, "t": 10, "b": 110}, legend=LEGEND_BELOW)
    figure.update_xaxes(title=words.text("spark.page.hour"), tickvals=list(range(0, 25, 3)), fixedrange=True)
    figure.update_yaxes(title=words.text("spark.page.power"), rangemode="tozero", fixedrange=True)
    return speaking(figure, words)


def _season(figure: go.Figure, season: str, rows: Sequence[Document], words: Words) -> None:
    hours = [row["_id"]["slot"] / 2 for row in rows]
    low, high = ([row["deciles"][at] * _TO_KW for row in rows] for at in (0, -1))
    figure.add_scatter(
        x=hours + hours[::-1],
        y=high + low[::-1],
        fill="toself",
        mode="none",
        fillcolor=faded(_COLOURS[season], _BAND),
        showlegend=False,
        hoverinfo="skip",
    )
    name = words.text(f"spark.season.{season}")
    said = [
        words.text("spark.page.band", low=words.number(a, 1), high=words.number(b, 1))
        for a, b in zip(low, high, strict=True)
    ]
    figure.add_scatter(
        x=hours,
        y=[row["watt_minutes"] / row["half_hours"] * _TO_KW for row in rows],
        mode="lines",
        name=name,
        line={"color": _COLOURS[season], "width": 2.5},
        customdata=said,
        hovertemplate="%{y:.1f} kW · %{customdata}<extra>%{fullData.name}</extra>",
    )
