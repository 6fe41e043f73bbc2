"""Charts of habits: weekly profile, load duration, base load."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from core.consumption.base_load import BaseLoad, BaseParts
from core.consumption.figures.theme import (
    SCALE,
    THOUSANDS,
    Chart,
    Columns,
    Draft,
    Theme,
    clock_axis,
    day_axis,
    kilo,
    slot_label,
)
from core.consumption.profiles import Duration, Profile
from core.consumption.readings import SLOTS
from core.texts import Words

_SMOOTH_DAYS: Final = 15
_HOURS_A_YEAR: Final = 8_760


def week_profile(profile: Profile, theme: Theme) -> Chart:
    """Mean power (kW) by weekday and half-hour."""
    drawn = Draft(theme, theme.words.text("consumption.axis.clock"), "", height=300)
    drawn.room(l=88, r=64, b=67)
    kw = kilo(profile.mean)
    drawn.add(
        go.Heatmap(
            x=[slot_label(slot) for slot in range(SLOTS)],
            y=[theme.words.weekday(number) for number in range(7)],
            z=kw,
            customdata=np.stack([kilo(profile.low), kilo(profile.high)], axis=-1),
            colorscale=SCALE,
            colorbar={"title": {"text": "kW"}, "thickness": 12, "outlinewidth": 0},
            hoverongaps=False,
            hovertemplate="%{y} %{x}<br>%{z:.2f} kW<br>"
            + theme.words.text(
                "consumption.profile.hover", low="%{customdata[0]:.2f}", high="%{customdata[1]:.2f}"
            )
            + "<extra></extra>",
        )
    )
    drawn.x(showgrid=False, **clock_axis())
    drawn.y(autorange="reversed", showgrid=False)
    return Chart(drawn.figure(), _profile_told(profile, theme), lambda: _profile_columns(profile, theme))


def day_profile(profile: Profile, weekdays: tuple[int, ...], theme: Theme) -> Chart:
    """The mean day of some weekdays in kW, with a band that holds 8 of 10 such days."""
    drawn = Draft(
        theme, theme.words.text("consumption.axis.clock"), theme.words.text("consumption.axis.power")
    )
    drawn.room(b=60)
    minutes = profile.minutes[list(weekdays)].sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.where(minutes > 0, profile.energy[list(weekdays)].sum(axis=0) / minutes, np.nan)
    low, high = (_middle(part[list(weekdays)]) for part in (profile.low, profile.high))
    x = [slot_label(slot) for slot in range(SLOTS)]
    hover = "%{x}<br>%{y:.2f} kW<extra>%{fullData.name}</extra>"
    quiet = {"x": x, "mode": "lines", "line": {"width": 0}, "hovertemplate": hover, "showlegend": False}
    drawn.add(go.Scatter(y=kilo(low), name=theme.words.text("consumption.profile.low"), **quiet))
    band = {**quiet, "fill": "tonexty", "fillcolor": f"rgba({_rgb(theme.main)},0.22)"}
    drawn.add(go.Scatter(y=kilo(high), name=theme.words.text("consumption.profile.high"), **band))
    drawn.add(
        go.Scatter(
            x=x,
            y=kilo(mean),
            name=theme.words.text("consumption.profile.mean"),
            mode="lines",
            line={"color": theme.main, "width": 2.2},
            hovertemplate=hover,
        )
    )
    drawn.x(**clock_axis())
    drawn.y(rangemode="tozero")
    columns = {
        theme.words.text("consumption.column.clock"): x,
        theme.words.text("consumption.profile.low") + " (W)": low,
        theme.words.text("consumption.profile.mean") + " (W)": mean,
        theme.words.text("consumption.profile.high") + " (W)": high,
    }
    return Chart(drawn.figure(), _day_told(mean, theme), lambda: columns)


def _middle(part: NDArray[np.float64]) -> NDArray[np.float64]:
    known = ~np.isnan(part)
    with np.errstate(invalid="ignore"):
        return np.where(known.any(axis=0), np.where(known, part, 0).sum(axis=0) / known.sum(axis=0), np.nan)


def _rgb(colour: str) -> str:
    return ",".join(str(int(colour[at : at + 2], 16)) for at in (1, 3, 5))


def _day_told(mean: NDArray[np.float64], theme: Theme) -> str:
    if np.isnan(mean).all():
        return theme.words.text("consumption.profile.none")
    return theme.words.text(
        "consumption.profile.day_alt",
        high=slot_label(int(np.nanargmax(mean))),
        most=theme.words.watts(float(np.nanmax(mean))),
        low=slot_label(int(np.nanargmin(mean))),
        least=theme.words.watts(float(np.nanmin(mean))),
    )


def _profile_told(profile: Profile, theme: Theme) -> str:
    if not profile.minutes.any():
        return theme.words.text("consumption.profile.none")
    weekday, slot = np.unravel_index(np.nanargmax(profile.mean), profile.mean.shape)
    return theme.words.text(
        "consumption.profile.alt",
        days=theme.words.number(int(profile.days.sum())),
        weekday=theme.words.weekday(int(weekday)),
        clock=slot_label(int(slot)),
        most=theme.words.watts(float(np.nanmax(profile.mean))),
    )


def _profile_columns(profile: Profile, theme: Theme) -> Columns:
    return {
        theme.words.text("consumption.column.weekday"): np.repeat(
            [theme.words.weekday(one) for one in range(7)], SLOTS
        ),
        theme.words.text("consumption.column.clock"): [slot_label(slot) for slot in range(SLOTS)] * 7,
        theme.words.text("consumption.profile.mean") + " (W)": profile.mean.ravel(),
        theme.words.text("consumption.profile.low") + " (W)": profile.low.ravel(),
        theme.words.text("consumption.profile.high") + " (W)": profile.high.ravel(),
    }


def duration_curve(lasting: Duration, theme: Theme) -> Chart:
    """Hours during which the power was at least as high."""
    drawn = Draft(
        theme, theme.words.text("consumption.axis.hours"), theme.words.text("consumption.axis.power")
    )
    drawn.room(b=60)
    hours = np.cumsum(lasting.minutes) / 60
    drawn.add(
        go.Scatter(
            x=np.append(0, hours).astype(np.float32),
            y=kilo(np.append(lasting.watts[:1], lasting.watts)),
            mode="lines",
            line={"shape": "vh", "color": theme.main, "width": 2},
            fill="tozeroy",
            fillcolor=f"rgba({_rgb(theme.main)},0.18)",
            hovertemplate=theme.words.text("consumption.duration.hover", hours="%{x:,.0f}", power="%{y:.2f}")
            + "<extra></extra>",
        )
    )
    drawn.y(rangemode="tozero")
    return Chart(
        drawn.figure(),
        _duration_told(lasting, theme),
        lambda: {
            "W": lasting.watts,
            theme.words.text("consumption.column.minutes"): lasting.minutes,
            theme.words.text("consumption.column.hours_above"): hours,
        },
    )


def _duration_told(lasting: Duration, theme: Theme) -> str:
    if not len(lasting.watts):
        return theme.words.text("consumption.curve.none")
    share = np.cumsum(lasting.minutes) / lasting.minutes.sum()
    at = np.minimum(np.searchsorted(share, np.array([0.01, 0.5])), len(share) - 1)
    exceeded = lasting.watts[at].tolist()
    return theme.words.text(
        "consumption.duration.alt",
        rare=theme.words.watts(exceeded[0]),
        half=theme.words.watts(exceeded[1]),
        least=theme.words.watts(float(lasting.watts[-1])),
    )


def base_chart(base: BaseLoad, parts: BaseParts, theme: Theme) -> Chart:
    """Base load (W) of every night, its running median over fifteen nights, and what is always on."""
    drawn = Draft(theme, "", theme.words.text("consumption.axis.watts"))
    drawn.room(l=THOUSANDS)
    x = base.day.astype("datetime64[m]")
    hover = f"%{{x|{theme.date}}}<br>%{{y:,.0f}} W<extra></extra>"
    drawn.add(
        go.Scatter(
            x=x,
            y=base.watts.astype(np.float32),
            mode="markers",
            name=theme.words.text("consumption.base.night"),
            marker={"size": 4, "color": theme.quiet, "opacity": 0.7},
            hovertemplate=hover,
        )
    )
    smooth = _running_median(base.watts)
    drawn.add(
        go.Scatter(
            x=x,
            y=smooth.astype(np.float32),
            mode="lines",
            name=theme.words.text("consumption.base.usual"),
            line={"color": theme.main, "width": 2.2},
            hovertemplate=hover,
        )
    )
    if parts.always is not None and len(x):
        drawn.add(
            go.Scatter(
                x=x[[0, -1]],
                y=[parts.always] * 2,
                mode="lines",
                name=theme.words.text("consumption.base.always"),
                line={"color": theme.second, "width": 2, "dash": "dash"},
                hoverinfo="skip",
            )
        )
    drawn.set(showlegend=True)
    drawn.x(**day_axis(base.day, theme))
    drawn.y(rangemode="tozero")
    told = _base_told(base, parts, theme.words)
    columns = {theme.words.text("consumption.column.day"): base.day.astype(str), "W": base.watts}
    return Chart(drawn.figure(), told, lambda: columns)


def _base_told(base: BaseLoad, parts: BaseParts, words: Words) -> str:
    """What is always on, from which nights, and what the cold adds, as far as they are known."""
    if base.typical is None:
        return words.text("consumption.curve.none")
    nights = {"nights": words.number(parts.nights), "away": words.number(parts.away)}
    if parts.always is None:
        return words.text("consumption.base.alt.unknown", watts=words.watts(base.typical))
    told = words.text("consumption.base.alt.always", watts=words.watts(parts.always), **nights)
    if parts.cold is None or parts.winter is None:
        return told
    if not parts.cold:
        return f"{told} {words.text('consumption.base.alt.same', winter=words.watts(parts.winter))}"
    cold = {"winter": words.watts(parts.winter), "cold": words.watts(parts.cold)}
    return f"{told} {words.text('consumption.base.alt.cold', **cold)}"


def base_year(watts: float, theme: Theme) -> str:
    """What a constant power adds up to in a year of 365 days."""
    return theme.words.quantity(watts * _HOURS_A_YEAR / 1000, "kWh")


def base_year_euros(watts: float, price: Decimal) -> Decimal:
    """EUR a year of a constant power (W) at a mean price in EUR/kWh."""
    return Decimal(repr(watts)) * _HOURS_A_YEAR / 1000 * price


def _running_median(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Median of the fifteen nights around each; NaN for a night without a value."""
    half = _SMOOTH_DAYS // 2
    if not len(values):
        return values
    padded = np.concatenate([np.full(half, np.nan), values, np.full(half, np.nan)])
    windows = np.sort(np.lib.stride_tricks.sliding_window_view(padded, _SMOOTH_DAYS), axis=1)
    count = (~np.isnan(windows)).sum(axis=1)
    found = windows[np.arange(len(windows)), np.maximum(count - 1, 0) // 2]
    return np.where(np.isnan(values), np.nan, found)
