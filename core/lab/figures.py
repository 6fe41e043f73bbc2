"""The charts of the laboratory, for the pages and the report. Colours of data, indexes and free space."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

import plotly.graph_objects as go

from core.formats import number, size
from core.lab.bound import Bound
from core.lab.buckets import Bucket
from core.lab.build import Built
from core.lab.fleet import Fleet
from core.lab.footprint import Footprint, Usage
from core.lab.forecast import LINKY_METERS
from core.lab.queries import Race
from core.texts import Language, text

DATA: Final = "#0072b2"
INDEXES: Final = "#e69f00"
LIMIT: Final = "#009e73"
ORDINARY: Final = "#d55e00"
TIME_SERIES: Final = "#0072b2"
_GREY: Final = "#7f8c8d"
_FEW: Final = 3
"""Up to so many bars, each says its unit; beyond, the axis does."""
LEGEND_BELOW: Final = {
    "orientation": "h",
    "yref": "container",
    "y": 0,
    "yanchor": "bottom",
    "x": 0,
    "traceorder": "normal",
}
"""At the bottom of the picture, where it may wrap on a narrow screen; the margin leaves it room."""


def _data(one: Usage) -> int:
    return one.storage_bytes - one.free_bytes


def _indexes(one: Usage) -> int:
    return one.index_bytes - one.index_free_bytes


def _free(one: Usage) -> int:
    return one.free_bytes + one.index_free_bytes


_PARTS: Final = (("data", DATA, "", _data), ("indexes", INDEXES, "", _indexes), ("free", _GREY, "/", _free))


def side_by_side(measured: Footprint, limit: Bound | None, language: Language) -> go.Figure:
    """Both collections as stacked bars, with the bound of the values alone as a line."""
    names = [text(f"footprint.{side}", language) for side in ("time-series", "ordinary")]
    figure = usage_bars(names, [measured.time_series, measured.ordinary], language)
    if limit and limit.readings:
        at = limit.bytes_per_reading
        label = text("footprint.chart.bound", language, value=number(at, language, 2))
        # anchored at the right of the line, above the bars: it never covers a figure
        figure.add_vline(at, line={"color": LIMIT, "width": 2, "dash": "dot"})
        figure.add_annotation(
            x=at, y=1.0, yref="paper", yanchor="bottom", xanchor="left", text=label, showarrow=False
        )
    return figure


def usage_bars(names: Sequence[str], usages: Sequence[Usage], language: Language) -> go.Figure:
    """Bytes per reading of each, split into data, indexes and free space; first name lowest."""
    figure = go.Figure()
    for part, colour, pattern, of in _PARTS:
        figure.add_bar(
            orientation="h",
            y=list(names),
            x=[of(one) / one.readings if one.readings else 0 for one in usages],
            name=text(f"footprint.part.{part}", language),
            marker={"color": colour, "pattern": {"shape": pattern, "solidity": 0.4}},
            customdata=[size(of(one), language) for one in usages],
            hovertemplate="%{customdata} · %{x:.2f}<extra>%{fullData.name}</extra>",
        )
    unit = text("footprint.unit", language)
    many = len(names) > _FEW
    for name, one in zip(names, usages, strict=True):
        label = f"<b>{number(one.bytes_per_reading, language, 2)}</b>{'' if many else f' {unit}'}"
        figure.add_annotation(
            x=one.bytes_per_reading, y=name, text=label, showarrow=False, xanchor="left", xshift=6
        )
    if many:
        figure.update_xaxes(title=unit)
    largest = max((one.bytes_per_reading for one in usages), default=1.0)
    return _framed(figure, 150 + 40 * len(names), largest * (1.25 if many else 1.5))


def _framed(figure: go.Figure, height: int, largest: float) -> go.Figure:
    """Room at the right for the labels, which carry the unit; the legend below, however it wraps."""
    figure.update_layout(
        barmode="stack",
        height=height,
        margin={"l": 0, "r": 0, "t": 30, "b": 90},
        legend=LEGEND_BELOW,
    )
    figure.update_xaxes(range=[0, largest], showgrid=True, fixedrange=True)
    figure.update_yaxes(automargin=True, fixedrange=True)
    return figure


def layouts(built: Sequence[Built], limit: Bound | None, language: Language) -> go.Figure:
    """Every layout built, largest on top, with the bound."""
    ordered = sorted(built, key=lambda one: one.usage.bytes_per_reading)
    names = [text(f"lab.layout.{one.layout}", language) for one in ordered]
    figure = usage_bars(names, [one.usage for one in ordered], language)
    if limit and limit.readings:
        figure.add_vline(limit.bytes_per_reading, line={"color": LIMIT, "width": 2, "dash": "dot"})
    return figure


def waterfall(steps: Sequence[Built], language: Language) -> go.Figure:
    """What the gain is made of: from the first layout to the last, one change at a time."""
    values = [one.usage.bytes_per_reading for one in steps]
    names = [text(f"lab.step.{one.layout}", language) for one in steps]
    changes = [after - before for before, after in pairwise(values)]
    per_reading = text("footprint.unit", language)
    figure = go.Figure(
        go.Waterfall(
            x=[*names, text("lab.step.end", language)],
            y=[values[0], *changes, values[-1]],
            measure=["absolute", *["relative"] * len(changes), "total"],
            text=[number(value, language, 2) for value in (values[0], *changes, values[-1])],
            textposition="outside",
            cliponaxis=False,
            increasing={"marker": {"color": ORDINARY}},
            decreasing={"marker": {"color": LIMIT}},
            totals={"marker": {"color": TIME_SERIES}},
            connector={"line": {"color": _GREY, "width": 1}},
            hovertemplate=f"%{{x}}<br>%{{text}} {per_reading}<extra></extra>",
        )
    )
    figure.update_layout(height=420, margin={"l": 0, "r": 0, "t": 40, "b": 0}, showlegend=False)
    figure.update_xaxes(automargin=True, fixedrange=True)
    figure.update_yaxes(title=per_reading, fixedrange=True)
    return figure


def races(run: Sequence[Race], language: Language) -> go.Figure:
    """Median of each query on both collections, up to the 95th percentile, on a logarithmic scale."""
    names = [text(f"speed.query.{one.query}", language) for one in reversed(run)]
    figure = go.Figure()
    for side, colour in (("time_series", TIME_SERIES), ("ordinary", ORDINARY)):
        timings = [getattr(one, side) for one in reversed(run)]
        medians = [one.median for one in timings]
        figure.add_bar(
            orientation="h",
            y=names,
            x=medians,
            name=text(f"footprint.{side.replace('_', '-')}", language),
            marker={"color": colour},
            error_x={
                "type": "data",
                "symmetric": False,
                "array": [max(one.p95 - one.median, 0) for one in timings],
                "arrayminus": [0.0] * len(timings),
                "thickness": 1,
            },
            hovertemplate="%{x:.2f} ms<extra>%{fullData.name}</extra>",
        )
    figure.update_layout(
        height=140 + 46 * len(run),
        margin={"l": 0, "r": 10, "t": 10, "b": 100},
        legend=LEGEND_BELOW | {"traceorder": "reversed"},
    )
    figure.update_xaxes(type="log", title=text("speed.axis", language), fixedrange=True)
    figure.update_yaxes(automargin=True, fixedrange=True)
    return figure


def bucket_columns(bucket: Bucket, language: Language) -> go.Figure:
    """One bucket as the columns it holds, against the same readings as documents."""
    parts = [
        (text(f"laboratory.bucket.part.{name}", language), size_of)
        for name, size_of in (
            ("meta", bucket.meta_bytes),
            ("control", bucket.control_bytes),
            *((column.name, column.bytes) for column in bucket.columns if column.name in ("start", "watts")),
        )
    ]
    figure = go.Figure()
    for (name, count), colour in zip(parts, (_GREY, INDEXES, LIMIT, TIME_SERIES), strict=False):
        figure.add_bar(
            orientation="h",
            x=[count],
            y=[text("laboratory.bucket.stored", language)],
            name=f"{name}: {size(count, language)}",
            marker={"color": colour},
            hovertemplate="%{fullData.name}<extra></extra>",
        )
    figure.update_layout(
        barmode="stack",
        height=240,
        margin={"l": 0, "r": 0, "t": 10, "b": 130},
        legend=LEGEND_BELOW,
    )
    figure.update_xaxes(title=text("laboratory.bucket.bytes", language), fixedrange=True)
    figure.update_yaxes(automargin=True, fixedrange=True)
    return figure


def growth(fleet: Fleet, language: Language) -> go.Figure:
    """Measured totals of both collections against meters, and the fit: dashed beyond what was measured."""
    figure = go.Figure()
    models = fleet.models()
    a_meter = fleet.sizes[0].footprint.ordinary.readings / fleet.sizes[0].meters
    measured = [one.meters for one in fleet.sizes]
    for side, colour, at in (("ordinary", ORDINARY, 0), ("time_series", TIME_SERIES, 1)):
        name = text(f"footprint.{side.replace('_', '-')}", language)
        figure.add_scatter(
            x=measured,
            y=[getattr(one.footprint, side).total_bytes for one in fleet.sizes],
            mode="lines+markers",
            name=name,
            line={"color": colour},
            marker={"size": 9},
            hovertemplate="%{x:,} · %{y:.3s}B<extra>%{fullData.name}</extra>",
        )
        if models is None:
            continue
        beyond = [
            measured[-1],
            *(10**power for power in range(2, 8) if 10**power > measured[-1]),
            LINKY_METERS,
        ]
        ranges = [models[at].predict(meters * a_meter) for meters in beyond]
        figure.add_scatter(
            x=beyond,
            y=[one.likely for one in ranges],
            mode="lines",
            name=text("fleet.extrapolated", language, side=name),
            line={"color": colour, "dash": "dash"},
            hovertemplate="%{x:,} · %{y:.3s}B<extra>%{fullData.name}</extra>",
        )
        figure.add_scatter(
            x=beyond + beyond[::-1],
            y=[one.high for one in ranges] + [one.low for one in ranges][::-1],
            fill="toself",
            mode="none",
            fillcolor=colour,
            opacity=0.18,
            showlegend=False,
            hoverinfo="skip",
        )
    figure.update_layout(
        height=460,
        margin={"l": 0, "r": 10, "t": 10, "b": 130},
        legend=LEGEND_BELOW,
    )
    figure.update_xaxes(type="log", title=text("fleet.meters", language), fixedrange=True)
    figure.update_yaxes(
        type="log", title=text("fleet.bytes", language), exponentformat="SI", ticksuffix="B", fixedrange=True
    )
    return figure
