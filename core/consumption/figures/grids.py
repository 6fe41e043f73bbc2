"""Grids of days: the carpet (date x half-hour) and the calendar."""

from __future__ import annotations

from typing import Final

import numpy as np
import plotly.graph_objects as go

from core.consumption.figures.theme import (
    SCALE,
    Chart,
    Columns,
    Theme,
    clock_axis,
    figure,
    kilo,
    kwh_of,
    slot_label,
)
from core.consumption.history import SLOTS, to_date
from core.consumption.shapes import Carpet
from core.consumption.totals import Totals

_BRIGHTEST: Final = 0.99
"""The share of half-hours below the brightest colour: one oven evening must not darken two years."""
_NOON_MS: Final = 43_200_000


def carpet_chart(whole: Carpet, theme: Theme) -> Chart:
    """Power by date and half-hour; what was not measured stays empty."""
    drawn = figure(theme, "", theme.say("consumption.axis.clock"), height=440)
    kw = kilo(whole.watts)
    known = kw[~np.isnan(kw)]
    drawn.add_trace(
        go.Heatmap(
            x=whole.day.astype("datetime64[ms]").astype(np.int64) + _NOON_MS,
            y=[slot_label(slot) for slot in range(SLOTS)],
            z=kw.T,
            colorscale=SCALE,
            zmin=float(min(known.min(), 0)) if len(known) else 0,
            zmax=float(np.quantile(known, _BRIGHTEST)) if len(known) else 1,
            colorbar={"title": {"text": "kW"}, "thickness": 12, "outlinewidth": 0},
            hoverongaps=False,
            hovertemplate=f"%{{x|{theme.date_format}}}, %{{y}}<br>%{{z:.2f}} kW<extra></extra>",
        )
    )
    drawn.update_xaxes(type="date", tickformat=theme.date_format, nticks=8, showgrid=False)
    drawn.update_yaxes(autorange="reversed", showgrid=False, **clock_axis())
    return Chart(drawn, _carpet_told(whole, theme), lambda: _carpet_columns(whole, theme))


def _carpet_told(whole: Carpet, theme: Theme) -> str:
    if not len(whole.day):
        return theme.say("consumption.curve.none")
    clock = whole.energy.sum(axis=0) / np.maximum(whole.minutes.sum(axis=0), 1)
    return theme.say(
        "consumption.carpet.alt",
        first=theme.day(to_date(whole.day[0])),
        last=theme.day(to_date(whole.day[-1])),
        high=slot_label(int(np.argmax(clock))),
        most=theme.watts(float(clock.max())),
        low=slot_label(int(np.argmin(clock))),
        least=theme.watts(float(clock.min())),
        empty=theme.number(int((whole.minutes.sum(axis=1) == 0).sum())),
    )


def _carpet_columns(whole: Carpet, theme: Theme) -> Columns:
    """One row a day, one column a half-hour of the clock, kWh; empty where nothing was measured."""
    kwh = np.where(whole.minutes > 0, kwh_of(whole.energy), np.nan)
    slots = {slot_label(slot): kwh[:, slot] for slot in range(SLOTS)}
    return {theme.say("consumption.column.day"): whole.day.astype(str), **slots}


def calendar(daily: Totals, theme: Theme) -> Chart:
    """Every day a square, coloured by its energy: weeks from left to right, Monday on top."""
    drawn = figure(theme, "", "", height=250)
    day = daily.first.astype(np.int64)
    kwh = kwh_of(daily.energy)
    known = ~daily.empty
    week = (day + 3) // 7
    # Enough weeks on the axis that squares of a short period do not grow to bricks.
    size = float(np.clip(900 / max(int(np.ptp(week)) + 1, 1), 5, 16)) if len(day) else 10
    names = [f"{theme.weekday(to_date(one).weekday())} {theme.day(to_date(one))}" for one in daily.first]
    drawn.add_trace(
        go.Scatter(
            x=(week * 7 - 3)[known] * 86_400_000,
            y=((day + 3) % 7)[known],
            mode="markers",
            marker={
                "symbol": "square",
                "size": size,
                "color": kwh[known],
                "colorscale": SCALE,
                "colorbar": {"title": {"text": "kWh"}, "thickness": 12, "outlinewidth": 0},
            },
            customdata=np.array([names, daily.first.astype(str)]).T[known],
            hovertemplate="%{customdata[0]}<br>%{marker.color:,.1f} kWh<extra></extra>",
        )
    )
    drawn.add_trace(
        go.Scatter(
            x=(week * 7 - 3)[~known] * 86_400_000,
            y=((day + 3) % 7)[~known],
            mode="markers",
            marker={"symbol": "square-open", "size": size, "color": theme.quiet},
            customdata=np.array([names, daily.first.astype(str)]).T[~known],
            hovertemplate=f"%{{customdata[0]}}<br>{theme.say('consumption.bars.missing')}<extra></extra>",
        )
    )
    drawn.update_xaxes(type="date", tickformat=theme.date_format, nticks=8, showgrid=False)
    drawn.update_yaxes(
        autorange="reversed",
        showgrid=False,
        zeroline=False,
        tickvals=list(range(7)),
        ticktext=[theme.weekday(number)[:3] for number in range(7)],
    )
    return Chart(drawn, _calendar_told(daily, theme), lambda: _day_columns(daily, names, theme))


def _calendar_told(daily: Totals, theme: Theme) -> str:
    return theme.say(
        "consumption.calendar.alt",
        complete=theme.number(int(daily.complete.sum())),
        partial=theme.number(int((~daily.complete & ~daily.empty).sum())),
        missing=theme.number(int(daily.empty.sum())),
    )


def _day_columns(daily: Totals, names: list[str], theme: Theme) -> Columns:
    return {
        theme.say("consumption.column.day"): daily.first.astype(str),
        theme.say("consumption.column.name"): names,
        "kWh": np.where(daily.empty, np.nan, kwh_of(daily.energy)),
        theme.say("consumption.column.measured"): daily.minutes,
        theme.say("consumption.column.expected"): daily.expected,
    }
