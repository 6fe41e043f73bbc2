"""Colours, axes and number formats that all charts share.

The colours are those of the application's theme (.streamlit/config.toml), which people with any colour vision
can distinguish. Magnitudes use Cividis, whose lightness rises evenly.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from core.texts import ENGLISH, Words

Columns = Mapping[str, Any]
"""Values by column title, all of one length."""

LIGHT: Final = ("#0b6bcb", "#d55e00", "#4b2d5a", "#00876c", "#a587c3", "#691e00", "#69874b", "#1e2d87")
DARK: Final = ("#5aaaf5", "#ff9447", "#fff0a5", "#3cc9a0", "#966996", "#ffd2ff", "#e14b5a", "#6969e1")
TEMPO: Final = {
    False: {"blue": "#0072B2", "white": "#949494", "red": "#C0392B"},
    True: {"blue": "#56B4E9", "white": "#E8E8E8", "red": "#FF7B6B"},
}
SCALE: Final = "Cividis"
HEIGHT: Final = 340
_BUTTON_STRIP: Final = 32
"""Pixels above a chart for its buttons, so that they cover no data."""
_LABELS: Final = {"l": 56, "r": 20, "b": 54}
"""Pixels for the labels beside a chart: two digits and a title on the left, two lines below."""
THOUSANDS: Final = 70
"""Pixels on the left for a title and numbers with thousands."""
_LEGEND_LINE: Final = 22
_LEGEND_CHARACTERS: Final = 44
"""Characters that stand beside each other at a width of 390 pixels."""
_LEGEND_MARK: Final = 7
"""The same for the mark before a name and the space behind it."""
_PARTS: Final = {"day": "%-d", "month": "%b", "year": "%Y"}
"""Plotly's format codes of the parts of a date."""
_DAY_MS: Final = 86_400_000
_NAMED_DAYS: Final = 31
_BUTTONS: Final = {
    "Download plot as a PNG": "picture",
    "Zoom": "zoom",
    "Pan": "pan",
    "Zoom in": "in",
    "Zoom out": "out",
    "Reset axes": "reset",
}
"""Plotly's button titles, with the keys of our texts."""


@dataclass(frozen=True, slots=True)
class Theme:
    """The language of a chart, and whether its background is dark."""

    words: Words = ENGLISH
    dark: bool = False

    @property
    def colours(self) -> tuple[str, ...]:
        """The colours of series, as hex codes."""
        return DARK if self.dark else LIGHT

    @property
    def main(self) -> str:
        """The first colour."""
        return self.colours[0]

    @property
    def second(self) -> str:
        """The second colour."""
        return self.colours[1]

    @property
    def wash(self) -> str:
        """The first colour, transparent, for bands."""
        return f"rgba({','.join(str(int(self.main[at : at + 2], 16)) for at in (1, 3, 5))},0.24)"

    @property
    def quiet(self) -> str:
        """Grey for incomplete data and backgrounds."""
        return "#6E7681" if self.dark else "#8C959F"

    @property
    def date(self) -> str:
        """Plotly's format of a date as `Words.day` writes it; `in_words` names the months."""
        return self.words.locale.day.format(**_PARTS)

    @property
    def moment(self) -> str:
        """Plotly's format of a date with its time."""
        return self.words.locale.moment.format(day=self.date, time=self.words.locale.time)


@dataclass(frozen=True, slots=True, eq=False)
class Chart:
    """A figure, its text alternative, and its data; `columns` is called only when needed."""

    figure: go.Figure
    alt: str
    columns: Callable[[], Columns]


class Draft:
    """A figure under construction, with titled axes and settings for touch screens.

    Plotly builds a whole figure in one millisecond, but takes thirty to change one step by step.
    """

    def __init__(self, theme: Theme, x: str, y: str, height: int = HEIGHT) -> None:
        grid = "rgba(128,128,128,0.22)"
        axis = {
            "automargin": True,
            "separatethousands": True,
            "exponentformat": "none",
            "gridcolor": grid,
            "zerolinecolor": grid,
        }
        self._traces: list[Any] = []
        self._x, self._y = ({**axis, **_titled(title)} for title in (x, y))
        self._y["fixedrange"] = True  # zooming changes time only, so that bars keep their zero
        self._layout: dict[str, Any] = {
            "height": height,
            "margin": _LABELS | {"t": _BUTTON_STRIP},
            "separators": separators(theme.words),
            "hovermode": "closest",
            "showlegend": False,
            "legend": {"orientation": "h", "yanchor": "bottom", "y": 1.0, "x": 0, "traceorder": "normal"},
            "dragmode": False,  # swiping scrolls the page; the buttons zoom
            "bargap": 0.15,
        }

    def add(self, trace: Any) -> None:
        """Add a trace."""
        self._traces.append(trace)

    def x(self, **settings: Any) -> None:
        """Set properties of the x axis."""
        self._x |= settings

    def y(self, **settings: Any) -> None:
        """Set properties of the y axis."""
        self._y |= settings

    def room(self, **sides: int) -> None:
        """Set the pixels for the labels of some sides (l, r, b).

        Where they need more, Plotly finds it out by drawing, and draws the whole chart a second time.
        """
        self._layout["margin"] = self._layout["margin"] | sides

    def set(self, **settings: Any) -> None:
        """Set properties of the layout."""
        self._layout |= settings

    def figure(self) -> go.Figure:
        """The finished figure; a legend goes below the buttons."""
        if self._layout["showlegend"]:
            above = _BUTTON_STRIP + _LEGEND_LINE * self._legend_lines()
            self.room(t=above)
        return go.Figure(self._traces, {**self._layout, "xaxis": self._x, "yaxis": self._y})

    def _legend_lines(self) -> int:
        """Lines that the legend may take on a phone, where it would grow over the buttons."""
        named = [str(one.name) for one in self._traces if one.name and one.showlegend is not False]
        widest = max(map(len, named), default=0) + _LEGEND_MARK  # plotly gives all entries the same width
        beside = max(_LEGEND_CHARACTERS // widest, 1)
        return -(-len(named) // beside)


def _titled(title: str) -> dict[str, Any]:
    """Title settings; none for an empty title, as Plotly keeps room for a title that is empty."""
    return {"title": {"text": title, "standoff": 12}} if title else {}


def wall(ms: NDArray[Any]) -> NDArray[np.datetime64]:
    """Naive milliseconds as dates for an axis, to the minute.

    Plotly shifts bare numbers on a date axis by the browser's time zone; it shows these dates unchanged.
    """
    return ms.astype("datetime64[ms]").astype("datetime64[m]")


def separators(words: Words) -> str:
    """Plotly's number separators: decimal, then thousands."""
    return words.locale.decimal + words.locale.thousands


def date_axis(theme: Theme) -> dict[str, Any]:
    """Axis of dates whose labels get finer when zoomed."""
    locale = theme.words.locale
    steps = (
        (None, _DAY_MS - 1, f"{locale.time}\n{theme.date}"),
        (_DAY_MS, 14 * _DAY_MS, f"{locale.short_day.format(**_PARTS)}\n%Y"),
        ("M1", None, "%b\n%Y"),
    )
    stops = [{"dtickrange": [least, most], "value": value} for least, most, value in steps]
    return {"type": "date", "tickformatstops": stops, "nticks": 8}


def day_axis(day: NDArray[np.datetime64], theme: Theme) -> dict[str, Any]:
    """Axis of whole days; up to 31 days it labels days, never hours."""
    if len(day) > _NAMED_DAYS:
        return date_axis(theme)
    shown = day[:: max(1, -(-len(day) // 8))]
    noon = shown.astype("datetime64[m]") + np.timedelta64(12, "h")
    names = years_below((one.astype(object) for one in shown), theme.words.short_day)
    return {"type": "date", "tickmode": "array", "tickvals": noon.astype(str).tolist(), "ticktext": names}


def years_below(days: Iterable[date], name: Callable[[date], str]) -> list[str]:
    """Names of days or months, with the year on a second line where it changes, as in Plotly's own labels."""
    told, last = [], None
    for day in days:
        told.append(name(day) if day.year == last else f"{name(day)}<br>{day.year}")
        last = day.year
    return told


def in_words(words: Words) -> dict[str, Any]:
    """Plotly's configuration besides a figure: dates and buttons in the language."""
    monday, *others, sunday = words.locale.weekdays
    days, months = [sunday, monday, *others], list(words.locale.months)
    buttons = {title: words.text(f"consumption.button.{name}") for title, name in _BUTTONS.items()}
    names = {"days": days, "shortDays": days, "months": months, "shortMonths": months}
    code = words.language.value
    return {"locale": code, "locales": {code: {"dictionary": buttons, "format": names}}}


def clock_axis(hours: int = 4) -> dict[str, Any]:
    """Axis of half-hours with a tick every few hours: 00:00, 04:00, ..."""
    at = [slot_label(2 * hour) for hour in range(0, 24, hours)]
    return {"type": "category", "tickmode": "array", "tickvals": at, "ticktext": at, "tickangle": 0}


def kilo(values: NDArray[Any]) -> NDArray[np.float32]:
    """W in kW, for charts only."""
    return (values / 1000).astype(np.float32)


def kwh_of(watt_minutes: NDArray[Any]) -> NDArray[np.float64]:
    """Watt-minutes in kWh, for charts and tables."""
    return watt_minutes / 60_000


def slot_label(slot: int) -> str:
    """Time at which a half-hour begins, 00:00 to 23:30."""
    return f"{slot // 2:02d}:{30 * (slot % 2):02d}"
