"""Common properties of all charts: words, data, dates, axes."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta

import numpy as np
import plotly.graph_objects as go
import pytest

from core.consumption.base_load import base_load, base_parts
from core.consumption.cost.bills import daily_cost
from core.consumption.cost.comparison import compare
from core.consumption.cost.contracts import Option
from core.consumption.cost.market import regulated
from core.consumption.cost.registers import meter
from core.consumption.export import table_csv, table_parquet
from core.consumption.figures.bars import bars, years
from core.consumption.figures.cost import offers_chart, registers_chart
from core.consumption.figures.curve import load_curve
from core.consumption.figures.grids import calendar, carpet_chart
from core.consumption.figures.habits import base_chart, day_profile, duration_curve, week_profile
from core.consumption.figures.power import peak_chart
from core.consumption.figures.theme import Chart, Draft, Theme, in_words, years_below
from core.consumption.insights import daily_peaks
from core.consumption.profiles import carpet, duration, profile
from core.consumption.readings import History
from core.consumption.totals import Grain, by_day, grouped
from core.model import Curve, Days
from core.texts import Language, Words, catalogue
from tests.consumption.figures.drawn import DAYS, FIRST
from tests.curves import regular

Drawn = Callable[[History, Theme], Chart]


def base_of(history: History, theme: Theme) -> Chart:
    base = base_load(carpet(history))
    return base_chart(base, base_parts(carpet(history), base), theme)


CHARTS: dict[str, Drawn] = {
    "curve": lambda history, theme: load_curve(history, DAYS, theme),
    "day": lambda history, theme: load_curve(
        history.during(Days(date(2024, 10, 27), date(2024, 10, 28))),
        Days(date(2024, 10, 27), date(2024, 10, 28)),
        theme,
    ),
    "overlay": lambda history, theme: load_curve(
        history, DAYS, theme, other=history, later=timedelta(days=7)
    ),
    "days": lambda history, theme: bars(by_day(history, DAYS), theme),
    "weeks": lambda history, theme: bars(grouped(by_day(history, DAYS), Grain.WEEK), theme),
    "euros": lambda history, theme: bars(
        by_day(history, DAYS), theme, daily_cost(meter(history, regulated(Option.BASE, 6)), DAYS)
    ),
    "years": lambda history, theme: years(by_day(history, DAYS), theme, cumulated=False),
    "cumulated": lambda history, theme: years(by_day(history, DAYS), theme, cumulated=True),
    "carpet": lambda history, theme: carpet_chart(carpet(history), theme),
    "calendar": lambda history, theme: calendar(by_day(history, DAYS), theme),
    "profile": lambda history, theme: week_profile(profile(carpet(history)), theme),
    "mean day": lambda history, theme: day_profile(profile(carpet(history)), (0, 1), theme),
    "duration": lambda history, theme: duration_curve(duration(history), theme),
    "base": base_of,
    "peaks": lambda history, theme: peak_chart(*daily_peaks(history), 6, theme),
    "registers": lambda history, theme: registers_chart(meter(history, regulated(Option.TEMPO, 6)), theme),
    "offers": lambda history, theme: offers_chart(
        compare(history, (regulated(Option.BASE, 6),)), ["Base"] if len(history) else [], theme
    ),
}


@pytest.mark.parametrize("name", CHARTS)
@pytest.mark.parametrize("language", Language)
def test_a_chart_draws_speaks_and_hands_its_data_out(name: str, language: Language, history: History) -> None:
    chart = CHARTS[name](history, Theme(Words(language)))
    assert chart.figure.to_json()
    assert len(chart.alt) > 12
    columns = chart.columns()
    assert len({len(np.asarray(column)) for column in columns.values()}) == 1
    assert table_csv(columns).count(b"\r\n") == len(np.asarray(next(iter(columns.values())))) + 1
    assert table_parquet(columns)


@pytest.mark.parametrize("name", CHARTS)
def test_a_chart_of_nothing_is_still_a_chart(name: str) -> None:
    chart = CHARTS[name](History.of(Curve.empty()), Theme(dark=True))
    assert chart.figure.to_json()
    assert chart.alt


@pytest.mark.parametrize("language", Language)
def test_one_day_is_not_told_as_from_itself_to_itself(language: Language) -> None:
    history, days = History.of(regular(FIRST)), Days(FIRST, FIRST + timedelta(days=1))
    theme = Theme(Words(language))
    for chart in (load_curve(history, days, theme), carpet_chart(carpet(history), theme)):
        assert chart.alt.startswith(Words(language).labelled(theme.words.day(FIRST), ""))


@pytest.mark.parametrize("language", Language)
def test_no_text_counts_in_the_plural_what_may_be_one(language: Language) -> None:
    plural = re.compile(r"\{(days|of|count|readings|documents|gaps)\} (?!of|sur|dans|in )\w+[sx]\b")
    texts = {
        key: one for key, one in catalogue(language).items() if key.startswith(("consumption.", "cost."))
    }
    assert [key for key, one in texts.items() if plural.search(one)] == []


@pytest.mark.parametrize("language", Language)
def test_dates_on_axes_and_in_hovers_are_those_of_the_texts(language: Language) -> None:
    names = in_words(Words(language))["locales"][language.value]["format"]
    assert f"12 {names['shortMonths'][1]} 2024" == Theme(Words(language)).words.day(date(2024, 2, 12))
    assert names["days"][0] == Theme(Words(language)).words.weekday(6)
    for draw in CHARTS.values():
        drawn = str(draw(History.of(regular(FIRST, 14)), Theme(Words(language))).figure.to_json())
        assert "%d/%m" not in drawn
        assert not re.search(r'"customdata":\["\d{4}-', drawn) or "%{customdata}" not in drawn


@pytest.mark.parametrize(
    ("days", "named"), [(1, ["21 Oct<br>2024"]), (9, ["21 Oct<br>2024", "23 Oct"]), (60, [])]
)
def test_an_axis_of_days_names_days_and_no_hours(days: int, named: list[str]) -> None:
    history = History.of(regular(FIRST, days))
    charts = (peak_chart(*daily_peaks(history), 9, Theme()), base_of(history, Theme()))
    for chart in charts:
        assert list(chart.figure.layout.xaxis.ticktext or [])[:2] == named


def test_a_year_stands_once_below_the_days_it_begins_with() -> None:
    days = [date(2024, 12, 30), date(2025, 1, 1), date(2025, 1, 3)]
    assert years_below(days, Words(Language.FRENCH).short_day) == [
        "30 déc.<br>2024",
        "1er janv.<br>2025",
        "3 janv.",
    ]


def test_an_axis_without_a_title_keeps_no_room_for_one() -> None:
    history = History.of(regular(FIRST, 14))
    for chart in (bars(by_day(history, DAYS), Theme()), carpet_chart(carpet(history), Theme())):
        assert "title" not in chart.figure.layout.xaxis.to_plotly_json()


@pytest.mark.parametrize(
    ("names", "lines"),
    [
        (["Base"], 1),
        (["Peak", "Off-peak"], 1),
        (["x" * 30, "y" * 24], 2),
        (["One", "Median of 15 nights", "On"], 3),
    ],
)
def test_a_legend_has_room_for_the_lines_it_takes_on_a_phone(names: list[str], lines: int) -> None:
    drawn = Draft(Theme(), "", "")
    for name in names:
        drawn.add(go.Bar(y=[1], name=name))
    bare = drawn.figure().layout.margin.t
    drawn.set(showlegend=True)
    assert drawn.figure().layout.margin.t == bare + lines * 22
