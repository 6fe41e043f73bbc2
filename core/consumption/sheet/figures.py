"""Tables and charts of the printed sheet."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Final

import numpy as np
from markupsafe import Markup
from numpy.typing import NDArray

from core.consumption.base_load import base_load
from core.consumption.household import Household
from core.consumption.power import MeasuredPeaks
from core.consumption.profiles import Carpet, Season
from core.consumption.readings import to_date
from core.consumption.sheet.drawn import Bar, Line, bars, day
from core.consumption.totals import Grain, Totals, grouped
from core.texts import Words

_MONTHS: Final = 24
"""The latest; more bars could not be named."""
_YEARS: Final = 4
_SEASONS: Final = (Season.WINTER, Season.SPRING, Season.SUMMER, Season.AUTUMN)
_Table = tuple[list[str], list[list[str]]]


def holes(daily: Totals) -> list[tuple[date, date]]:
    """Runs of days that are not complete, first and last of each."""
    at = np.nonzero(~daily.complete)[0]
    runs = np.split(at, np.nonzero(np.diff(at) > 1)[0] + 1) if len(at) else []
    return [(to_date(daily.first[run[0]]), to_date(daily.first[run[-1]])) for run in runs]


def month_bars(daily: Totals, words: Words) -> Markup:
    """Energy of each of the latest months, kWh; hatched where days of it are missing."""
    months = grouped(daily, Grain.MONTH)
    shown = [
        Bar(
            words.month(to_date(months.first[at])),
            None if months.empty[at] else float(months.energy[at]) / 60_000,
            not months.complete[at],
        )
        for at in range(max(len(months) - _MONTHS, 0), len(months))
    ]
    return bars(shown, words.text("sheet.months.title"), words.number)


def month_table(daily: Totals, words: Words) -> tuple[list[str], list[list[str]], bool]:
    """A row a year of the latest, a column a month, kWh; and whether a month has a star: it is incomplete."""
    months = grouped(daily, Grain.MONTH)
    held: dict[int, list[str]] = {}
    sums: dict[int, int] = {}
    partial = False
    for at, first in enumerate(map(to_date, months.first)):
        row = held.setdefault(first.year, ["–"] * 12)
        sums[first.year] = sums.get(first.year, 0) + int(months.energy[at])
        if not months.empty[at]:
            star = "" if months.complete[at] else "*"
            partial |= bool(star)
            row[first.month - 1] = words.kwh(int(months.energy[at]), 0).removesuffix("kWh").strip() + star
    head = [words.text("sheet.months.year"), *words.locale.months, words.text("cost.part.total")]
    rows = [[str(year), *held[year], words.kwh(sums[year], 0)] for year in sorted(held)[-_YEARS:]]
    return head, rows, partial


def season_lines(whole: Carpet, words: Words) -> Markup:
    """The mean day of each season, kW."""
    lines = []
    for season in _SEASONS:
        rows = whole.rows(season.holds(whole.day))
        energy, minutes = rows.energy.sum(axis=0), rows.minutes.sum(axis=0)
        if (minutes > 0).all():
            lines.append(Line(words.text(f"consumption.season.{season}"), (energy / minutes / 1000).tolist()))
    hours = [str(hour) for hour in range(0, 25, 3)]
    return day(lines, words.text("sheet.seasons.title"), _to_tenths(words), hours)


def season_table(home: Household, words: Words) -> _Table:
    """A row a season: its complete days, their mean, the median night base load, and the highest reading."""
    night = base_load(home.carpet)
    rows = []
    for season in _SEASONS:
        inside = season.holds(home.daily.first) & home.daily.complete
        if not inside.any():
            continue
        low = night.watts[season.holds(night.day) & ~np.isnan(night.watts)]
        watts = home.history.curve.watts[season.holds(home.history.day)]
        rows.append(
            [
                words.text(f"consumption.season.{season}"),
                words.number(int(inside.sum())),
                words.kwh(int(home.daily.energy[inside].sum()) // int(inside.sum())),
                words.watts(float(np.median(low))) if len(low) else "–",
                words.kw(int(watts.max()), 2),
            ]
        )
    names = ("season", "days", "day", "night", "peak")
    return [words.text(f"sheet.seasons.{name}") for name in names], rows


def peak_bars(peaks: MeasuredPeaks, kva: int, words: Words, *, measured: bool) -> Markup:
    """The maximum of each of the latest months against the subscribed power."""
    month = peaks.day.astype("datetime64[M]")
    held: NDArray[np.datetime64] = np.unique(month)[-_MONTHS:]
    shown = [
        Bar(words.month(to_date(one.astype("datetime64[D]"))), float(peaks.va[month == one].max()) / 1000)
        for one in held
    ]
    title = words.text("sheet.power.title")
    line = (float(kva), words.text("consumption.peak.line", kva=kva))
    says: Callable[[float], str] = _to_tenths(words)
    return bars(shown, f"{title} ({'kVA' if measured else 'kW'})", says, height=135, limit=line)


def _to_tenths(words: Words) -> Callable[[float], str]:
    return lambda value: words.number(value, 1)
