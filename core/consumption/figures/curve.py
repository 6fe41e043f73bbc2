"""The load curve over time with its gaps, and a second period drawn over it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any, Final

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from core.consumption.figures.theme import (
    Chart,
    Columns,
    Draft,
    Theme,
    date_axis,
    kilo,
    wall,
    years_below,
)
from core.consumption.insights import peak
from core.consumption.readings import History
from core.model import Days
from core.paristime import DAY_MS, HOUR_MS, local, midnight, to_wall

_LONGEST_EXACT_DAYS: Final = 8


@dataclass(frozen=True, slots=True, eq=False)
class _Axis:
    """Maps moments to positions on the time axis.

    Up to eight days the axis is real time, so that the repeated hour in autumn has two places; beyond, it is
    the Paris clock.
    """

    origin: int
    exact: bool
    later: int = 0
    """Shift of all moments in ms, whole days: for a period drawn over another."""

    @classmethod
    def over(cls, days: Days, later: timedelta = timedelta()) -> _Axis:
        origin = midnight(days.first - later)
        return cls(origin, len(days) <= _LONGEST_EXACT_DAYS, later.days * DAY_MS)

    def at(self, utc: NDArray[np.int64]) -> NDArray[np.datetime64]:
        """Dates for the axis."""
        offset = int(to_wall(np.array([self.origin]))[0]) - self.origin
        return wall(((utc + offset) if self.exact else to_wall(utc)) + self.later)


def load_curve(
    history: History,
    days: Days,
    theme: Theme,
    *,
    other: History | None = None,
    later: timedelta = timedelta(),
) -> Chart:
    """Power (kW) of every reading of the given days.

    `other`, which is `later` (whole days) earlier, is drawn over it with its midnights aligned, whatever the
    clock did in between.
    """
    drawn = Draft(
        theme, theme.words.text("consumption.axis.time"), theme.words.text("consumption.axis.power")
    )
    drawn.room(b=75)
    axis = _Axis.over(days)
    told, name = told_curve(history, days, theme), theme.words.days(days.first, days.last, capital=True)
    columns = partial(reading_columns, history, theme)
    if other is not None:
        before = Days(days.first - later, days.end - later)
        then = theme.words.days(before.first, before.last, capital=True)
        told = f"{told} {_other_told(other, before, theme)}"
        columns = partial(_both_columns, {name: history, then: other}, theme)
        if len(other):
            drawn.add(_line(other, _Axis.over(days, later), theme.second, then, theme, rank=2))
    drawn.add(_line(history, axis, theme.main, name, theme, rank=1))
    drawn.set(showlegend=other is not None)
    drawn.x(**_ticks(axis, days, theme))
    drawn.y(rangemode="tozero", ticksuffix="")
    return Chart(drawn.figure(), f"{told} {theme.words.text('consumption.curve.zoom')}", columns)


def _line(history: History, axis: _Axis, colour: str, name: str, theme: Theme, *, rank: int) -> go.Scatter:
    """Each power held for its interval, with a break at each gap. `rank`: order in the legend."""
    curve = history.curve
    start, end, watts = curve.start, curve.end, kilo(curve.watts)
    stops = (
        np.nonzero(np.append(start[1:] != end[:-1], True))[0] if len(curve) else np.zeros(0, dtype=np.intp)
    )
    x = np.insert(axis.at(start), np.repeat(stops + 1, 2), np.repeat(axis.at(end[stops]), 2))
    gaps = np.stack([watts[stops], np.full(len(stops), np.nan, dtype=np.float32)], axis=1).ravel()
    y = np.insert(watts, np.repeat(stops + 1, 2), gaps)
    labels: dict[str, Any] = {"hovertemplate": f"%{{x|{theme.moment}}}<br>%{{y:.2f}} kW<extra></extra>"}
    moments = np.insert(start, np.repeat(stops + 1, 2), np.repeat(end[stops], 2))
    if axis.later and not axis.exact:  # the shifted position is not the date to show
        labels = {
            "customdata": wall(to_wall(moments)),
            "hovertemplate": f"%{{customdata|{theme.moment}}}<br>%{{y:.2f}} kW<extra></extra>",
        }
    elif axis.exact:
        labels = {
            "text": [_moment(int(one), theme) for one in moments],
            "hovertemplate": "%{text}<br>%{y:.2f} kW<extra></extra>",
        }
    return go.Scatter(
        x=x,
        y=y,
        name=name,
        legendrank=rank,
        mode="lines",
        line={"shape": "hv", "width": 1.4 if len(curve) < 5_000 else 0.8, "color": colour},
        connectgaps=False,
        **labels,
    )


def _moment(utc: int, theme: Theme) -> str:
    at = local(utc)
    twice = local(utc + HOUR_MS).hour == at.hour or local(utc - HOUR_MS).hour == at.hour
    zone = f" (UTC+{int((at.utcoffset() or at - at).total_seconds()) // 3600})" if twice else ""
    return f"{theme.words.moment(at)}{zone}"


def _ticks(axis: _Axis, days: Days, theme: Theme) -> dict[str, Any]:
    if not axis.exact:
        return date_axis(theme)
    moments = np.arange(midnight(days.first), midnight(days.end) + 1, HOUR_MS, dtype=np.int64)
    every = 3 * HOUR_MS if len(days) == 1 else DAY_MS
    chosen = to_wall(moments) % every == 0
    at = [local(int(moment)) for moment in moments[chosen]]
    if len(days) == 1:
        labels = [theme.words.time(one) for one in at]
    else:
        labels = years_below((one.date() for one in at), theme.words.short_day)
    return {
        "type": "date",
        "tickmode": "array",
        "tickvals": axis.at(moments[chosen]).astype(str).tolist(),
        "ticktext": labels,
    }


def told_curve(history: History, days: Days, theme: Theme) -> str:
    """The text alternative of a load curve."""
    highest = peak(history)
    if highest is None:
        return theme.words.text("consumption.curve.none")
    gaps = int((history.curve.start[1:] != history.curve.end[:-1]).sum())
    return theme.words.text(
        "consumption.curve.alt",
        readings=theme.words.number(len(history)),
        days=theme.words.days(days.first, days.last, capital=True),
        energy=theme.words.kwh(history.watt_minutes),
        peak=theme.words.kw(highest.watts, 2),
        moment=_moment(highest.start, theme),
        gaps=theme.words.text(
            "consumption.curve.gaps" if gaps else "consumption.curve.whole", count=theme.words.number(gaps)
        ),
    )


def _other_told(other: History, days: Days, theme: Theme) -> str:
    """The text alternative of the second period."""
    named = theme.words.days(days.first, days.last)
    highest = peak(other)
    if highest is None:
        return theme.words.text("consumption.overlay.alt_none", days=named)
    return theme.words.text(
        "consumption.overlay.alt",
        days=named,
        energy=theme.words.kwh(other.watt_minutes),
        peak=theme.words.kw(highest.watts, 2),
        moment=_moment(highest.start, theme),
    )


def _both_columns(periods: Mapping[str, History], theme: Theme) -> Columns:
    """The readings of several periods, each row with the name of its period."""
    names = np.repeat(list(periods), [len(one) for one in periods.values()])
    parts = [reading_columns(one, theme) for one in periods.values()]
    return {theme.words.text("consumption.column.period"): names} | {
        title: np.concatenate([np.asarray(part[title]) for part in parts]) for title in parts[0]
    }


def reading_columns(history: History, theme: Theme) -> Columns:
    """Start in Paris time with its offset, minutes, W."""
    curve = history.curve
    return {
        theme.words.text("consumption.column.start"): [local(at).isoformat() for at in curve.start.tolist()],
        theme.words.text("consumption.column.minutes"): curve.minutes,
        theme.words.text("consumption.column.watts"): curve.watts,
    }
