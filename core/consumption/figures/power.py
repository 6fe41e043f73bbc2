"""Peaks against the subscribed power: mean powers of readings, and maxima that the meter measured."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from core.consumption.figures.theme import Chart, Columns, Draft, Theme, day_axis, kilo
from core.consumption.power import MeasuredPeaks
from core.consumption.readings import to_date
from core.texts import Words


def peak_chart(
    day: NDArray[np.datetime64],
    watts: NDArray[np.int32],
    kva: int,
    theme: Theme,
    measured: MeasuredPeaks | None = None,
) -> Chart:
    """The highest reading of each day (kW), and the measured maximum (kVA) if known, against `kva`."""
    drawn = Draft(theme, "", theme.words.text("consumption.axis.power"))
    over = watts > kva * 1000
    drawn.add(
        go.Bar(
            x=day.astype("datetime64[m]"),
            y=kilo(watts),
            width=86_400_000 * 0.9,
            offset=0,
            customdata=day.astype(str),
            name=theme.words.text("consumption.peak.mean"),
            marker={"color": [theme.second if one else theme.main for one in over], "line": {"width": 0}},
            hovertemplate=f"%{{x|{theme.date}}}<br>%{{y:.2f}} kW<extra></extra>",
        )
    )
    if measured is not None and len(measured):
        drawn.add(_measured(measured, kva, theme))
        drawn.set(showlegend=True)
    line = {"color": theme.second, "dash": "dash", "width": 2}
    across = {"xref": "paper", "x0": 0, "x1": 1, "y0": kva, "y1": kva}
    line_name = {
        "text": theme.words.text("consumption.peak.line", kva=kva),
        "showarrow": False,
        "yanchor": "bottom",
    }
    drawn.set(
        shapes=[{"type": "line", **across, "line": line}],
        annotations=[{"xref": "paper", "x": 0, "y": kva, "xanchor": "left", **line_name}],
    )
    drawn.x(**day_axis(day, theme))
    drawn.y(rangemode="tozero")
    told = theme.words.text("consumption.curve.none")
    if len(day):
        top = int(np.argmax(watts))
        told = theme.words.text(
            "consumption.peak.alt",
            peak=theme.words.kw(int(watts[top]), 2),
            day=theme.words.day(to_date(day[top])),
            margin=margin_told(theme.words, kva * 1000 - int(watts[top]), kva),
            over=theme.words.number(int(over.sum())),
        )
    if measured is None or not len(measured):
        columns = {theme.words.text("consumption.column.day"): day.astype(str), "W": watts}
        return Chart(drawn.figure(), told, lambda: columns)
    return Chart(drawn.figure(), told, lambda: _peak_columns(day, watts, measured, theme.words))


def _measured(measured: MeasuredPeaks, kva: int, theme: Theme) -> go.Scatter:
    over = measured.va > kva * 1000
    return go.Scatter(
        x=measured.day.astype("datetime64[m]") + np.timedelta64(12 * 60, "m"),
        y=kilo(measured.va),
        mode="markers",
        customdata=measured.day.astype(str),
        name=theme.words.text("consumption.peak.measured"),
        marker={
            "symbol": "diamond",
            "size": 6,
            "color": [theme.second if one else theme.colours[2] for one in over],
            "line": {"width": 0},
        },
        hovertemplate=f"%{{x|{theme.date}}}<br>%{{y:.2f}} kVA<extra></extra>",
    )


def _peak_columns(
    day: NDArray[np.datetime64], watts: NDArray[np.int32], measured: MeasuredPeaks, words: Words
) -> Columns:
    """Means (W) and measured maxima (VA) of each day that has either; NaN if one is unknown."""
    days = np.union1d(day, measured.day)
    mean, most = np.full(len(days), np.nan), np.full(len(days), np.nan)
    mean[np.searchsorted(days, day)] = watts
    most[np.searchsorted(days, measured.day)] = measured.va
    return {words.text("consumption.column.day"): days.astype(str), "W": mean, "VA": most}


def margin_told(words: Words, left: int, kva: int, unit: str = "kW") -> str:
    """How far a peak stays below the subscribed power, or goes beyond it (`left`: W or VA, negative)."""
    power = words.quantity(abs(left) / 1000, unit, 2)
    return words.text(
        "consumption.peak.above" if left < 0 else "consumption.peak.below", power=power, kva=kva
    )
