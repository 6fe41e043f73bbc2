"""Grids of days: the carpet (date x half-hour) and the calendar."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray
from plotly.colors import sample_colorscale

from core.consumption.figures.theme import (
    SCALE,
    Chart,
    Columns,
    Draft,
    Theme,
    date_axis,
    kilo,
    kwh_of,
    slot_label,
    wall,
)
from core.consumption.profiles import Carpet
from core.consumption.readings import SLOTS, to_date
from core.consumption.totals import Totals

_BRIGHTEST: Final = 0.99
"""Quantile of the brightest colour, so that a few extreme half-hours do not darken all others."""
_SLOT_MS: Final = 1_800_000
_DAY_MS: Final = 86_400_000
_BAND: Final = 8.2
"""Rows of a year in the calendar: seven days and some space."""
_BAND_HEIGHT: Final = 132
_SCALE: Final = 72
"""Pixels on the right for a colour scale."""
_UPRIGHT: Final = 53
"""Pixels below for months that stand upright."""
_AROUND: Final = 32 + _UPRIGHT


def carpet_chart(whole: Carpet, theme: Theme) -> Chart:
    """Power (kW) by date and half-hour; cells without readings stay empty."""
    drawn = Draft(theme, "", theme.words.text("consumption.axis.clock"), height=440)
    drawn.room(l=78, r=_SCALE, b=61)
    kw = kilo(whole.watts)
    known = kw[~np.isnan(kw)]
    drawn.add(
        go.Heatmap(
            x=whole.day.astype("datetime64[m]") + np.timedelta64(12, "h"),
            y=wall(np.arange(SLOTS) * _SLOT_MS),
            z=kw.T,
            colorscale=SCALE,
            zmin=float(min(known.min(), 0)) if len(known) else 0,
            zmax=float(np.quantile(known, _BRIGHTEST)) if len(known) else 1,
            colorbar={"title": {"text": "kW"}, "thickness": 12, "outlinewidth": 0},
            hoverongaps=False,
            hoverinfo="skip",
        )
    )
    drawn.add(_handles(whole, theme))
    drawn.x(**date_axis(theme), showgrid=False)
    drawn.y(
        type="date",
        range=wall(np.array([(SLOTS - 0.5) * _SLOT_MS, -_SLOT_MS / 2])).astype(str).tolist(),
        dtick=8 * _SLOT_MS,
        tickformat="%H:%M",
        showgrid=False,
    )
    return Chart(drawn.figure(), _carpet_told(whole, theme), lambda: _carpet_columns(whole, theme))


def _handles(whole: Carpet, theme: Theme) -> go.Bar:
    """One transparent bar per day for hover text and clicks, as Plotly selects bars but no heatmap cells."""
    energy = kwh_of(whole.energy.sum(axis=1))
    measured = whole.minutes.sum(axis=1) > 0
    watts = np.where(whole.minutes > 0, whole.watts, -np.inf)
    slot = watts.argmax(axis=1)
    unmeasured = theme.words.text("consumption.bars.missing")
    labels = [
        f"{theme.words.day(to_date(day))}<br>{theme.words.number(kwh, 1)} kWh<br>"
        f"{theme.words.kw(watts[row, at], 2)}, {slot_label(at)}"
        if known
        else f"{theme.words.day(to_date(day))}<br>{unmeasured}"
        for row, (day, kwh, at, known) in enumerate(
            zip(whole.day, energy.tolist(), slot.tolist(), measured.tolist(), strict=True)
        )
    ]
    return go.Bar(
        x=whole.day.astype("datetime64[m]"),
        y=np.full(len(whole.day), SLOTS * _SLOT_MS),
        base=str(wall(np.array([-_SLOT_MS / 2]))[0]),
        width=_DAY_MS,
        offset=0,
        marker={"color": "rgba(0,0,0,0)", "line": {"width": 0}},
        customdata=np.array([labels, whole.day.astype(str)]).T,
        hovertemplate="%{customdata[0]}<extra></extra>",
    )


def _carpet_told(whole: Carpet, theme: Theme) -> str:
    if not len(whole.day):
        return theme.words.text("consumption.curve.none")
    with np.errstate(invalid="ignore", divide="ignore"):
        clock = np.where(
            whole.minutes.any(axis=0), whole.energy.sum(axis=0) / whole.minutes.sum(axis=0), np.nan
        )
    return theme.words.text(
        "consumption.carpet.alt",
        days=theme.words.days(to_date(whole.day[0]), to_date(whole.day[-1]), capital=True),
        high=slot_label(int(np.nanargmax(clock))),
        most=theme.words.watts(float(np.nanmax(clock))),
        low=slot_label(int(np.nanargmin(clock))),
        least=theme.words.watts(float(np.nanmin(clock))),
        empty=theme.words.number(int((whole.minutes.sum(axis=1) == 0).sum())),
    )


def _carpet_columns(whole: Carpet, theme: Theme) -> Columns:
    """One row per day, one column per half-hour of the clock, kWh; empty if not measured."""
    kwh = np.where(whole.minutes > 0, kwh_of(whole.energy), np.nan)
    slots = {slot_label(slot): kwh[:, slot] for slot in range(SLOTS)}
    return {theme.words.text("consumption.column.day"): whole.day.astype(str), **slots}


def calendar(daily: Totals, theme: Theme) -> Chart:
    """One cell per day, coloured by energy (kWh), hatched if incomplete.

    One band per year, weeks from left to right, Monday on top. All years have the same width, so that cells
    keep their shape.
    """
    years = _years(daily)
    drawn = Draft(theme, "", "", height=_AROUND + _BAND_HEIGHT * len(years))
    drawn.room(l=74, r=_SCALE, b=_UPRIGHT)
    kwh = kwh_of(daily.energy)
    known = ~daily.empty
    names = [
        f"{theme.words.weekday(to_date(one).weekday())} {theme.words.day(to_date(one))}"
        for one in daily.first
    ]
    missing, partial = (theme.words.text(f"consumption.bars.{name}") for name in ("missing", "partial"))
    told = [
        f"{name}<br>{'' if whole else f'{partial}<br>'}{theme.words.number(energy, 1)} kWh"
        for name, whole, energy in zip(names, daily.complete, kwh.tolist(), strict=True)
    ]
    least, most = (float(kwh[known].min()), float(kwh[known].max())) if known.any() else (0.0, 1.0)
    colours = sample_colorscale(SCALE, ((kwh[known] - least) / ((most - least) or 1)).tolist())
    hatched = {"shape": np.where(daily.complete[known], "", "/"), "solidity": 0.35}
    drawn.add(
        _cells(daily, told, known, {"pattern": hatched, "color": colours}, "%{customdata[0]}<extra></extra>")
    )
    empty = {"color": "rgba(0,0,0,0)", "line": {"color": theme.quiet, "width": 1}}
    drawn.add(_cells(daily, names, ~known, empty, f"%{{customdata[0]}}<br>{missing}<extra></extra>"))
    drawn.add(_scale(least, most))
    drawn.set(barmode="overlay")
    plain = {"showgrid": False, "zeroline": False, "fixedrange": True}
    months = [_column(np.datetime64(f"{years[-1]}-{month:02d}-15", "D")) for month in range(1, 13)]
    drawn.x(
        range=[-0.6, 53.6],
        tickvals=[int(one) for one in months],
        ticktext=[theme.words.locale.months[at] for at in range(12)],
        autotickangles=[0, 90],  # upright where a phone has no room beside each other
        **plain,
    )
    drawn.y(
        range=[_BAND * len(years) - 1, -0.6],
        tickvals=[band * _BAND + row for band in range(len(years)) for row in (0, 2, 4, 6)],
        ticktext=[
            f"<b>{year}</b>  {day}" if row == 0 else day
            for year in years
            for row, day in ((row, theme.words.weekday(row)[:3]) for row in (0, 2, 4, 6))
        ],
        **plain,
    )
    return Chart(drawn.figure(), _calendar_told(daily, theme), lambda: _day_columns(daily, names, theme))


def _year(day: NDArray[np.datetime64]) -> NDArray[np.int64]:
    return day.astype("datetime64[Y]").astype(np.int64) + 1970


def _years(daily: Totals) -> list[int]:
    """All years from that of the first day to that of the last."""
    first, last = (int(_year(daily.first[at])) for at in (0, -1))
    return list(range(first, last + 1))


def _column(day: Any) -> NDArray[np.int64]:
    """Week of the year, Monday to Sunday, counted from the week of 1 January."""
    begin = day.astype("datetime64[Y]").astype("datetime64[D]")
    weeks: NDArray[np.int64] = ((day - begin).astype(np.int64) + (begin.astype(np.int64) + 3) % 7) // 7
    return weeks


def _cells(
    daily: Totals, names: list[str], which: NDArray[np.bool_], marker: dict[str, Any], hover: str
) -> go.Bar:
    """Bars placed in the row of their weekday, as Plotly selects bars and they scale to any size."""
    day = daily.first[which]
    band = _year(day) - _year(daily.first[:1])
    return go.Bar(
        x=_column(day),
        y=np.full(len(day), 0.88),
        base=band * _BAND + (day.astype(np.int64) + 3) % 7 - 0.44,
        width=0.88,
        marker={"line": {"width": 0}} | marker,
        customdata=np.array([names, daily.first.astype(str)]).T[which],
        hovertemplate=hover,
    )


def _scale(least: float, most: float) -> go.Scatter:
    """A colour bar (kWh) alone.

    Of bars whose colours are numbers, Plotly complains in the browser's console once for each and each time
    they are drawn, as it takes the number for a name: that took longer than all charts of the page.
    """
    bar = {"title": {"text": "kWh"}, "thickness": 12, "outlinewidth": 0}
    marker = {"color": [least], "cmin": least, "cmax": most, "colorscale": SCALE, "colorbar": bar}
    return go.Scatter(x=[None], y=[None], mode="markers", marker=marker, hoverinfo="skip")


def _calendar_told(daily: Totals, theme: Theme) -> str:
    return theme.words.text(
        "consumption.calendar.alt",
        complete=theme.words.number(int(daily.complete.sum())),
        partial=theme.words.number(int((~daily.complete & ~daily.empty).sum())),
        missing=theme.words.number(int(daily.empty.sum())),
    )


def _day_columns(daily: Totals, names: list[str], theme: Theme) -> Columns:
    return {
        theme.words.text("consumption.column.day"): daily.first.astype(str),
        theme.words.text("consumption.column.name"): names,
        "kWh": np.where(daily.empty, np.nan, kwh_of(daily.energy)),
        theme.words.text("consumption.column.measured"): daily.minutes,
        theme.words.text("consumption.column.expected"): daily.expected,
    }
