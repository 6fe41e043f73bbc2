"""Charts of long spans by day: the band of each day, and the differences of two periods.

A curve of two years is a solid block, and two months drawn over each other cannot be read: these charts show
the same readings day by day.
"""

from __future__ import annotations

from functools import partial
from typing import Final

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from core.consumption.figures.curve import reading_columns, told_curve
from core.consumption.figures.theme import THOUSANDS, Chart, Draft, Theme, date_axis, day_axis, kilo, kwh_of
from core.consumption.profiles import carpet
from core.consumption.readings import History, to_date
from core.consumption.totals import Grain, Totals, grouped
from core.model import Days

_DAILY: Final = 62
_WEEKLY: Final = 400


def day_band(history: History, days: Days, theme: Theme) -> Chart:
    """Mean power of each day (kW), and the band from its lowest to its highest half-hour."""
    drawn = Draft(theme, "", theme.words.text("consumption.axis.power"))
    whole = carpet(history)
    watts, known = whole.watts, whole.minutes.sum(axis=1) > 0
    low = np.where(known, np.where(np.isnan(watts), np.inf, watts).min(axis=1, initial=np.inf), np.nan)
    high = np.where(known, np.where(np.isnan(watts), -np.inf, watts).max(axis=1, initial=-np.inf), np.nan)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.where(known, whole.energy.sum(axis=1) / whole.minutes.sum(axis=1), np.nan)
    x = whole.day.astype("datetime64[m]") + np.timedelta64(12, "h")
    names = [theme.words.day(to_date(day)) for day in whole.day]
    said = theme.words.text(
        "consumption.band.hover",
        mean="%{customdata[1]:.2f}",
        low="%{customdata[2]:.2f}",
        high="%{customdata[3]:.2f}",
    )
    edge = {"x": x, "mode": "lines", "line": {"width": 0}, "hoverinfo": "skip", "showlegend": False}
    for at, end in _runs(known):  # the band has a gap where readings are missing
        part = slice(at, end)
        edge["x"] = x[part]
        drawn.add(go.Scatter(y=kilo(low[part]), **edge))
        drawn.add(
            go.Scatter(
                y=kilo(high[part]),
                **{**edge, "showlegend": at == 0},
                fill="tonexty",
                fillcolor=theme.wash,
                name=theme.words.text("consumption.band.range"),
            )
        )
    drawn.add(
        go.Scatter(
            x=x,
            y=kilo(mean),
            mode="lines",
            name=theme.words.text("consumption.band.mean"),
            line={"color": theme.main, "width": 1.8},
            connectgaps=False,
            customdata=list(
                zip(names, kilo(mean).tolist(), kilo(low).tolist(), kilo(high).tolist(), strict=True)
            ),
            hovertemplate="%{customdata[0]}<br>" + said + "<extra></extra>",
        )
    )
    drawn.set(showlegend=True)
    drawn.x(**date_axis(theme))
    drawn.y(rangemode="tozero")
    told = f"{told_curve(history, days, theme)} {theme.words.text('consumption.band.how')}"
    return Chart(drawn.figure(), told, partial(reading_columns, history, theme))


def _runs(known: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Begin and end (exclusive) of each run of True."""
    edges = np.diff(np.concatenate([[0], known.astype(np.int8), [0]]))
    begins, ends = np.nonzero(edges == 1)[0], np.nonzero(edges == -1)[0]
    return list(zip(begins.tolist(), ends.tolist(), strict=True))


def differences(now: Totals, then: Totals, theme: Theme) -> Chart:
    """Energy of two periods of equal length (kWh), and below it the difference, the first minus the second.

    Only days complete in both are compared; long periods are summed by week or month.
    """
    drawn = Draft(theme, "", theme.words.text("consumption.axis.energy"), height=400)
    drawn.room(l=THOUSANDS)
    both = now.complete & then.complete
    grain = Grain.DAY if len(now) <= _DAILY else Grain.WEEK if len(now) <= _WEEKLY else Grain.MONTH
    rows = grouped(_kept(now, now.energy, both), grain)
    others = grouped(_kept(now, then.energy, both), grain)
    held = rows.minutes > 0
    mine, other = (np.where(held, kwh_of(part.energy), np.nan) for part in (rows, others))
    more = mine - other
    middle = rows.first.astype("datetime64[m]") + (rows.end - rows.first).astype("timedelta64[m]") // 2
    width = (rows.end - rows.first).astype(np.int64) * 86_400_000 * 0.8
    names = [theme.words.day(to_date(one)) for one in rows.first]
    signed = [f"{'+' if one > 0 else ''}{theme.words.number(one, 1)}" if one == one else "" for one in more]
    custom = np.array([names, signed]).T
    axis = {"x": middle, "customdata": custom}
    drawn.add(
        go.Bar(
            **axis,
            y=mine,
            width=width,
            name=theme.words.text("consumption.overlay.now"),
            marker={"color": theme.main, "line": {"width": 0}},
            hovertemplate="%{customdata[0]}<br>%{y:,.1f} kWh<extra>%{fullData.name}</extra>",
        )
    )
    drawn.add(
        go.Scatter(
            **axis,
            y=other,
            mode="lines",
            line={"shape": "hvh", "color": theme.second, "width": 2},
            connectgaps=False,
            name=theme.words.text("consumption.overlay.then"),
            hovertemplate="%{customdata[0]}<br>%{y:,.1f} kWh<extra>%{fullData.name}</extra>",
        )
    )
    drawn.add(
        go.Bar(
            **axis,
            y=more,
            width=width,
            yaxis="y2",
            name=theme.words.text("consumption.overlay.difference"),
            showlegend=False,
            marker={"color": [theme.second if one > 0 else theme.colours[3] for one in more]},
            hovertemplate="%{customdata[0]}<br>%{customdata[1]} kWh<extra>%{fullData.name}</extra>",
        )
    )
    drawn.set(showlegend=True, barmode="overlay")
    drawn.x(**(day_axis(now.first, theme) if grain is Grain.DAY else date_axis(theme)), anchor="y2")
    drawn.y(rangemode="tozero", domain=[0.36, 1])
    drawn.set(
        yaxis2={
            "domain": [0, 0.26],
            "automargin": True,
            "fixedrange": True,
            "separatethousands": True,
            "gridcolor": "rgba(128,128,128,0.22)",
            "title": {"text": theme.words.text("consumption.overlay.difference"), "standoff": 12},
        }
    )
    alt = _told(mine, other, both, grain, theme)
    return Chart(drawn.figure(), alt, lambda: _columns(names, mine, other, more, theme))


def _kept(days: Totals, energy: NDArray[np.int64], both: NDArray[np.bool_]) -> Totals:
    """Days of one period with the energy of either; 0 if a day is incomplete in one of them."""
    return Totals(
        days.grain,
        days.first,
        days.end,
        np.where(both, energy, 0),
        np.where(both, days.minutes, 0),
        days.expected,
    )


def _told(
    mine: NDArray[np.float64], other: NDArray[np.float64], both: NDArray[np.bool_], grain: Grain, theme: Theme
) -> str:
    words = theme.words
    if not both.any():
        return words.text("consumption.overlay.incomparable")
    more = float(np.nansum(mine) - np.nansum(other))
    return words.text(
        "consumption.overlay.told",
        days=words.number(int(both.sum())),
        of=words.number(len(both)),
        now=words.quantity(float(np.nansum(mine)), "kWh"),
        then=words.quantity(float(np.nansum(other)), "kWh"),
        difference=("+" if more > 0 else "") + words.quantity(more, "kWh"),
        grain=words.text(f"consumption.overlay.by_{grain.value}"),
    )


def _columns(
    names: list[str],
    mine: NDArray[np.float64],
    other: NDArray[np.float64],
    more: NDArray[np.float64],
    theme: Theme,
) -> dict[str, object]:
    return {
        theme.words.text("consumption.column.from"): names,
        theme.words.text("consumption.overlay.now") + " (kWh)": mine,
        theme.words.text("consumption.overlay.then") + " (kWh)": other,
        theme.words.text("consumption.overlay.difference"): more,
    }
