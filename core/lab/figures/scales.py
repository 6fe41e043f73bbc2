"""Charts with logarithmic scales: the raced queries, and fleets of up to millions of meters."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final

import plotly.graph_objects as go

from core.lab.figures.style import LEGEND_BELOW, ORDINARY, TIME_SERIES, log_ticks, rows, speaking
from core.lab.fleet.forecast import LINKY_METERS, Model
from core.lab.fleet.measure import Fleet
from core.lab.speed.races import Race
from core.lab.wording import meters_of
from core.texts import Words

_SIDES: Final = (("ordinary", ORDINARY, -0.13), ("time_series", TIME_SERIES, 0.13))
"""Field, colour, and offset in its row of each side; the ordinary one is above."""


def _name(side: str, words: Words) -> str:
    return words.text(f"footprint.{side.replace('_', '-')}")


def races(run: Sequence[Race], words: Words) -> go.Figure:
    """Median of each query on both collections (ms), with a line up to the 95th percentile.

    Points, not bars: a bar on a logarithmic scale has no origin.
    """
    figure = go.Figure()
    seen: list[float] = []
    for side, colour, shift in _SIDES:
        timings = [getattr(one, side) for one in run]
        seen += [value for one in timings for value in (one.median, one.p95)]
        figure.add_scatter(
            x=[one.median for one in timings],
            y=[at + shift for at in range(len(run))],
            mode="markers",
            name=_name(side, words),
            marker={"color": colour, "size": 11},
            error_x={
                "type": "data",
                "symmetric": False,
                "array": [max(one.p95 - one.median, 0) for one in timings],
                "arrayminus": [0.0] * len(timings),
                "thickness": 3,
                "width": 0,
                "color": colour,
            },
            customdata=[words.number(one.p95, 2) for one in timings],
            hovertemplate="%{x:.2f} ms · p95 %{customdata} ms<extra>%{fullData.name}</extra>",
        )
    rows(figure, [words.text(f"speed.query.{one.query}") for one in run], bottom=115)
    figure.update_xaxes(title=words.text("speed.axis"), **log_ticks(seen, words))
    return speaking(figure, words)


def growth(fleet: Fleet, words: Words) -> go.Figure:
    """Measured sizes of both collections by number of meters, and the fit, dashed where extrapolated."""
    figure = go.Figure()
    models = fleet.models() or (None, None)
    for (side, colour, _), model in zip(_SIDES, models, strict=True):
        meters = [one.meters for one in fleet.sizes]
        _line(
            figure,
            meters,
            [getattr(one.footprint, side).net_bytes for one in fleet.sizes],
            words,
            name=_name(side, words),
            color=colour,
        )
        if model:
            _extrapolated(figure, fleet, model, side, colour, words)
    figure.update_layout(height=480, margin={"l": 90, "r": 16, "t": 10, "b": 152}, legend=LEGEND_BELOW)
    decades = log_ticks((fleet.sizes[0].meters, LINKY_METERS), words)
    title = words.text("fleet.days", days=words.number(fleet.sizes[0].days))
    figure.update_xaxes(title=title, fixedrange=True, **_thinned(decades))
    powers = [10.0**power for power in range(3, 18)]
    figure.update_yaxes(
        type="log",
        title=words.text("fleet.bytes"),
        tickvals=powers[::2],
        ticktext=[_round_size(power, words) for power in powers[::2]],
        fixedrange=True,
    )
    return speaking(figure, words)


def _extrapolated(
    figure: go.Figure, fleet: Fleet, model: Model, side: str, colour: str, words: Words
) -> None:
    last = fleet.sizes[-1]
    a_meter = last.footprint.ordinary.readings / last.meters
    decades = (10**power for power in range(1, 8))
    meters = [last.meters, *(count for count in decades if count > last.meters), LINKY_METERS]
    ranges = [model.predict(count * a_meter) for count in meters]
    name = words.text("fleet.extrapolated", side=_name(side, words))
    _line(figure, meters, [one.likely for one in ranges], words, name=name, color=colour, dash="dash")
    figure.add_scatter(
        x=meters + meters[::-1],
        y=[one.high for one in ranges] + [one.low for one in ranges][::-1],
        fill="toself",
        mode="none",
        fillcolor=colour,
        opacity=0.18,
        showlegend=False,
        hoverinfo="skip",
    )


def _line(
    figure: go.Figure,
    meters: Sequence[int],
    sizes: Sequence[float],
    words: Words,
    name: str,
    **line: Any,
) -> None:
    figure.add_scatter(
        x=meters,
        y=sizes,
        mode="lines" if "dash" in line else "lines+markers",
        name=name,
        line=line,
        marker={"size": 9},
        customdata=[
            f"{meters_of(count, words)} · {words.size(taken)}"
            for count, taken in zip(meters, sizes, strict=True)
        ],
        hovertemplate="%{customdata}<extra>%{fullData.name}</extra>",
    )


def _thinned(ticks: dict[str, Any]) -> dict[str, Any]:
    """Every second decade, as the labels need room on a narrow screen."""
    return ticks | {name: ticks[name][::2] for name in ("tickvals", "ticktext")}


def _round_size(count: float, words: Words) -> str:
    """A power of ten without decimals."""
    return re.sub(r"[.,]0+", "", words.size(count))
