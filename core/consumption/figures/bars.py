"""Bar charts of energy or cost by day, week or month, and the comparison of years."""

from __future__ import annotations

from datetime import date

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from core.consumption.cost.bills import DailyCost
from core.consumption.figures.theme import THOUSANDS, Chart, Columns, Draft, Theme, kwh_of, years_below
from core.consumption.profiles import months_of
from core.consumption.readings import to_date
from core.consumption.totals import Grain, Totals


def bars(totals: Totals, theme: Theme, cost: DailyCost | None = None) -> Chart:
    """One bar per bucket in kWh, incomplete ones hatched; in EUR with `cost`, which is of the same days."""
    values = np.where(totals.empty, np.nan, kwh_of(totals.energy) if cost is None else _euros(totals, cost))
    unit = "kWh" if cost is None else "€"
    axis = theme.words.text("consumption.axis.energy" if cost is None else "consumption.axis.cost")
    drawn = Draft(theme, "", axis)
    if totals.grain is not Grain.DAY:
        drawn.room(l=THOUSANDS)
    names = [_name(totals, at, theme) for at in range(len(totals))]
    complete = totals.complete if cost is None else totals.complete & ~np.isnan(values)
    notes = ["" if whole else theme.words.text("consumption.bars.partial") for whole in complete]
    drawn.add(
        go.Bar(
            x=totals.first.astype("datetime64[m]"),
            y=values,
            customdata=np.array([names, notes, totals.first.astype(str)]).T,
            marker={
                "color": theme.main,
                "pattern": {"shape": ["" if whole else "/" for whole in complete], "solidity": 0.35},
                "line": {"width": 0},
            },
            width=(totals.end - totals.first).astype(np.int64) * 86_400_000 * 0.86,
            offset=0,
            hovertemplate=f"%{{customdata[0]}}<br>%{{y:,.2f}} {unit}<br>%{{customdata[1]}}<extra></extra>",
        )
    )
    span = [str(totals.first[0]), str(totals.end[-1])] if len(totals) else None
    drawn.x(type="date", range=span, **_ticks(totals, theme))
    drawn.y(rangemode="tozero")
    return Chart(
        drawn.figure(),
        _told(totals, values, theme, unit),
        lambda: _columns(totals, values, names, theme, unit),
    )


def _euros(totals: Totals, cost: DailyCost) -> NDArray[np.float64]:
    """EUR of each bucket; NaN if one of its days has no price."""
    first = np.searchsorted(cost.day, totals.first)
    past = np.searchsorted(cost.day, totals.end)
    euros = cost.euros
    return np.array([euros[a:b].sum() for a, b in zip(first, past, strict=True)], dtype=np.float64)


def _name(totals: Totals, at: int, theme: Theme) -> str:
    first = to_date(totals.first[at])
    if totals.grain is Grain.MONTH:
        return theme.words.month(first)
    if totals.grain is Grain.WEEK:
        return theme.words.text("consumption.bars.week_of", day=theme.words.day(first))
    return f"{theme.words.weekday(first.weekday())} {theme.words.day(first)}"


def _ticks(totals: Totals, theme: Theme) -> dict[str, object]:
    every = max(1, -(-len(totals) // 8))
    shown = range(0, len(totals), every)
    label = theme.words.short_month if totals.grain is Grain.MONTH else theme.words.short_day
    middle = totals.first + (totals.end - totals.first).astype("timedelta64[h]") // 2
    return {
        "tickmode": "array",
        "tickvals": [str(middle[at]) for at in shown],
        "ticktext": years_below((to_date(totals.first[at]) for at in shown), label),
    }


def _told(totals: Totals, values: NDArray[np.float64], theme: Theme, unit: str) -> str:
    known = ~np.isnan(values)
    if not known.any():
        return theme.words.text("consumption.bars.none")
    top = int(np.nanargmax(np.where(known, values, -np.inf)))
    return theme.words.text(
        "consumption.bars.alt",
        count=theme.words.number(int(known.sum())),
        mean=theme.words.number(float(values[known].mean()), 1),
        top=_name(totals, top, theme),
        most=theme.words.number(float(values[top]), 1),
        unit=unit,
        partial=theme.words.number(int((~totals.complete & ~totals.empty).sum())),
        missing=theme.words.number(int(totals.empty.sum())),
    )


def _columns(
    totals: Totals, values: NDArray[np.float64], names: list[str], theme: Theme, unit: str
) -> Columns:
    return {
        theme.words.text("consumption.column.from"): totals.first.astype(str),
        theme.words.text("consumption.column.until"): (totals.end - 1).astype(str),
        theme.words.text("consumption.column.name"): names,
        unit: values,
        theme.words.text("consumption.column.measured"): totals.minutes,
        theme.words.text("consumption.column.expected"): totals.expected,
    }


def years(daily: Totals, theme: Theme, *, cumulated: bool) -> Chart:
    """One colour per calendar year: bars by month, or cumulative lines."""
    drawn = Draft(theme, "", theme.words.text("consumption.axis.energy"))
    drawn.room(l=THOUSANDS)
    of_year = daily.first.astype("datetime64[Y]").astype(np.int64) + 1970
    rows: list[tuple[int, int, float]] = []
    known = sorted(set(of_year[~daily.empty].tolist()))
    for age, year in zip(reversed(range(len(known))), known, strict=True):  # newest: main colour
        mine = (of_year == year) & ~daily.empty
        month = months_of(daily.first[mine])
        energy = {
            one: float(kwh_of(daily.energy[mine][month == one].sum())) for one in np.unique(month).tolist()
        }
        rows += [(year, one, kwh) for one, kwh in energy.items()]
        colour = theme.colours[age % len(theme.colours)]
        if cumulated and mine.any():
            drawn.add(_named_end(daily, mine, year, colour))
        drawn.add(
            _cumulated(daily, mine, year, colour, theme)
            if cumulated
            else _monthly(energy, year, colour, theme)
        )
    drawn.set(showlegend=not cumulated, barmode="group")
    if cumulated:
        ticks = [date(2024, month, 1).timetuple().tm_yday for month in range(1, 13)]
        drawn.x(tickvals=ticks, ticktext=[theme.words.locale.months[month - 1] for month in range(1, 13)])
    return Chart(drawn.figure(), _years_told(rows, theme), lambda: _year_columns(rows, theme))


def _monthly(energy: dict[int, float], year: int, colour: str, theme: Theme) -> go.Bar:
    """Energy by month in kWh; a month without readings has no bar."""
    return go.Bar(
        x=[theme.words.locale.months[month - 1] for month in range(1, 13)],
        y=[energy.get(month, np.nan) for month in range(1, 13)],
        name=str(year),
        marker={"color": colour},
        hovertemplate=f"%{{x}} {year}<br>%{{y:,.0f}} kWh<extra></extra>",
    )


def _cumulated(daily: Totals, mine: NDArray[np.bool_], year: int, colour: str, theme: Theme) -> go.Scatter:
    days = daily.first[mine]
    return go.Scatter(
        x=(days - np.datetime64(f"{year}-01-01")).astype(np.int64) + 1,
        y=kwh_of(np.cumsum(daily.energy[mine])),
        customdata=[theme.words.day(to_date(day)) for day in days],
        name=str(year),
        mode="lines",
        line={"color": colour, "width": 2},
        hovertemplate="%{customdata}<br>%{y:,.0f} kWh<extra></extra>",
    )


def _named_end(daily: Totals, mine: NDArray[np.bool_], year: int, colour: str) -> go.Scatter:
    """The year as a label at the end of its line, instead of a legend."""
    last = daily.first[mine][-1:]
    return go.Scatter(
        x=(last - np.datetime64(f"{year}-01-01")).astype(np.int64) + 1,
        y=[float(kwh_of(daily.energy[mine].sum()))],
        mode="markers+text",
        text=[f"<b>{year}</b>"],
        textposition="top left",
        textfont={"color": colour, "size": 14},
        marker={"color": colour, "size": 6},
        cliponaxis=False,
        hoverinfo="skip",
    )


def _years_told(rows: list[tuple[int, int, float]], theme: Theme) -> str:
    totals: dict[int, float] = {}
    for year, _, energy in rows:
        totals[year] = totals.get(year, 0.0) + energy
    said = ", ".join(
        theme.words.labelled(year, theme.words.quantity(total, "kWh")) for year, total in totals.items()
    )
    return theme.words.text("consumption.years.alt", totals=said or "-")


def _year_columns(rows: list[tuple[int, int, float]], theme: Theme) -> Columns:
    return {
        theme.words.text("consumption.column.year"): [row[0] for row in rows],
        theme.words.text("consumption.column.month"): [row[1] for row in rows],
        "kWh": [row[2] for row in rows],
    }
