"""Charts draw what is there, say it in words in both languages, and hand their data out."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

import numpy as np
import pytest

from core.consumption.cost.bills import DailyCost, compare, daily_cost
from core.consumption.cost.contracts import Option, regulated
from core.consumption.cost.registers import meter
from core.consumption.export import table_csv, table_parquet
from core.consumption.figures.bars import bars, years
from core.consumption.figures.cost import offers_chart, registers_chart
from core.consumption.figures.curve import load_curve
from core.consumption.figures.grids import calendar, carpet_chart
from core.consumption.figures.habits import (
    base_chart,
    base_year_euros,
    day_profile,
    duration_curve,
    peak_chart,
    week_profile,
)
from core.consumption.figures.theme import Chart, Theme, in_words, years_below
from core.consumption.insights import base_load, daily_peaks
from core.consumption.profiles import carpet, duration, profile
from core.consumption.readings import History
from core.consumption.totals import Grain, by_day, grouped
from core.model import Curve, Days
from core.texts import Language, Words, catalogue
from tests.curves import regular

FIRST = date(2024, 10, 21)
DAYS = Days(FIRST, FIRST + timedelta(days=14))  # over the change of clock
BASE = regulated(Option.BASE, 6)
Drawn = Callable[[History, Theme], Chart]
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
    "base": lambda history, theme: base_chart(base_load(carpet(history)), theme),
    "peaks": lambda history, theme: peak_chart(*daily_peaks(history), 6, theme),
    "registers": lambda history, theme: registers_chart(meter(history, regulated(Option.TEMPO, 6)), theme),
    "offers": lambda history, theme: offers_chart(
        compare(history, (regulated(Option.BASE, 6),)), ["Base"] if len(history) else [], theme
    ),
}


@pytest.fixture(scope="module")
def history() -> History:
    curve = regular(FIRST, 14)
    return History.of(curve.select(~np.isin(np.arange(len(curve)), [100, 101, 102])))


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


def test_the_line_breaks_at_a_gap_and_nowhere_else(history: History) -> None:
    line = load_curve(history, DAYS, Theme()).figure.data[0]
    assert int(np.isnan(line.y).sum()) == 2  # the gap, and the end
    assert line.connectgaps is False


def test_the_hour_that_happens_twice_has_two_places_on_its_day() -> None:
    day = date(2024, 10, 27)
    days = Days(day, day + timedelta(days=1))
    line = load_curve(History.of(regular(day)), days, Theme()).figure.data[0]
    assert len(np.unique(line.x[:50])) == 50
    assert (np.diff(line.x[:50]) == np.timedelta64(30, "m")).all()
    assert [label for label in line.text if "02:00" in label] == [
        "27 Oct 2024, 02:00 (UTC+2)",
        "27 Oct 2024, 02:00 (UTC+1)",
    ]


def test_a_period_over_another_has_midnight_over_midnight_across_a_change_of_clock() -> None:
    winter, summer = date(2024, 1, 8), date(2024, 7, 8)  # Mondays
    for length in (3, 12):
        days = Days(summer, summer + timedelta(days=length))
        other, now = (History.of(regular(first, length)) for first in (winter, summer))
        lines = load_curve(now, days, Theme(), other=other, later=summer - winter).figure.data
        assert (lines[0].x == lines[1].x).all()


def test_two_periods_are_named_told_and_handed_out_both() -> None:
    history, week = History.of(regular(FIRST, 14)), timedelta(days=7)
    second, first = Days(FIRST + week, FIRST + 2 * week), Days(FIRST, FIRST + week)
    chart = load_curve(history.during(second), second, Theme(), other=history.during(first), later=week)
    names = [line.name for line in chart.figure.data]
    assert names == ["21 Oct 2024 to 27 Oct 2024", "28 Oct 2024 to 3 Nov 2024"]
    columns = chart.columns()
    assert len(columns["watts"]) == len(history)
    for name, days in zip(names, (first, second), strict=True):
        mine = np.asarray(columns["period"]) == name
        energy = columns["watts"].astype(np.int64) * columns["minutes"]
        assert int(energy[mine].sum()) == history.during(days).watt_minutes
        assert Theme().words.kwh(history.during(days).watt_minutes) in chart.alt
    alone = load_curve(history.during(second), second, Theme(), other=History.of(Curve.empty()), later=week)
    assert "21 Oct 2024 to 27 Oct 2024: no reading" in alone.alt


def test_the_data_of_a_curve_sum_to_its_energy(history: History) -> None:
    columns = load_curve(history, DAYS, Theme()).columns()
    assert int(np.asarray(columns["watts"]) @ np.asarray(columns["minutes"])) == history.watt_minutes
    daily = bars(by_day(history, DAYS), Theme()).columns()
    assert round(float(np.nansum(daily["kWh"])) * 60_000) == history.watt_minutes
    cells = carpet_chart(carpet(history), Theme()).columns()
    slots = np.array([cells[name] for name in cells if ":" in name])
    assert round(float(np.nansum(slots)) * 60_000) == history.watt_minutes


@pytest.mark.parametrize("cost", [None, daily_cost(meter(History.of(Curve.empty()), BASE), DAYS)])
def test_a_day_without_readings_is_no_zero_in_bars_or_their_data(cost: DailyCost | None) -> None:
    curve = regular(FIRST, 14, watts=500)
    holed = History.of(curve.select(np.arange(len(curve)) >= 2 * 48))
    chart = bars(by_day(holed, DAYS), Theme(), cost)
    unit = "kWh" if cost is None else "€"
    for values in (chart.figure.data[0].y, chart.columns()[unit]):
        assert np.isnan(np.asarray(values)).tolist() == [True] * 2 + [False] * 12
    assert "without readings: 2" in chart.alt


def test_the_calendar_tells_whole_days_from_incomplete_and_unmeasured_ones() -> None:
    curve = regular(FIRST, 14, watts=500)
    holed = History.of(curve.select((np.arange(len(curve)) >= 2 * 48) & (np.arange(len(curve)) != 200)))
    known, missing = calendar(by_day(holed, DAYS), Theme()).figure.data
    assert [one[-1] for one in missing.customdata] == ["2024-10-21", "2024-10-22"]
    hatched = [
        one[-1] for one, shape in zip(known.customdata, known.marker.pattern.shape, strict=True) if shape
    ]
    assert hatched == ["2024-10-25"]


def test_hours_never_measured_are_not_the_least_used_of_the_carpet() -> None:
    curve = regular(FIRST, 2, watts=500)
    chart = carpet_chart(carpet(History.of(curve.select(np.arange(len(curve)) % 48 >= 20))), Theme())
    assert "at 00:00" not in chart.alt


def test_a_month_that_gave_more_than_it_took_has_its_bar() -> None:
    chart = years(by_day(History.of(regular(FIRST, 14, watts=-100)), DAYS), Theme(), cumulated=False)
    (bar,) = chart.figure.data
    assert [value < 0 for value in bar.y] == [False] * 9 + [True, True, False]


@pytest.mark.parametrize("language", Language)
def test_one_day_is_not_told_as_from_itself_to_itself(language: Language) -> None:
    history, days = History.of(regular(FIRST)), Days(FIRST, FIRST + timedelta(days=1))
    theme = Theme(Words(language))
    for chart in (load_curve(history, days, theme), carpet_chart(carpet(history), theme)):
        assert chart.alt.startswith(Words(language).labelled(theme.words.day(FIRST), ""))


@pytest.mark.parametrize(("watts", "told"), [(8000, "1.00 kW below"), (9500, "0.50 kW above")])
def test_the_margin_to_the_subscribed_power_is_told_without_a_sign(watts: int, told: str) -> None:
    alt = peak_chart(*daily_peaks(History.of(regular(FIRST, watts=watts))), 9, Theme()).alt
    assert told in alt.replace("\u202f", " ")


@pytest.mark.parametrize("language", Language)
def test_no_text_counts_in_the_plural_what_may_be_one(language: Language) -> None:
    plural = re.compile(r"\{(days|of|count|readings|documents|gaps)\} (?!of|sur|dans|in )\w+[sx]\b")
    texts = {
        key: one for key, one in catalogue(language).items() if key.startswith(("consumption.", "cost."))
    }
    assert [key for key, one in texts.items() if plural.search(one)] == []


def test_french_numbers_and_dates() -> None:
    alt = load_curve(History.of(regular(FIRST, watts=1234)), DAYS, Theme(Words(Language.FRENCH))).alt
    assert "29,6\u202fkWh" in alt
    assert "21 oct. 2024" in alt


def test_a_constant_power_costs_what_8766_hours_of_it_cost() -> None:
    assert base_year_euros(100.0, Decimal("0.20")) == Decimal("175.32")


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
    charts = (peak_chart(*daily_peaks(history), 9, Theme()), base_chart(base_load(carpet(history)), Theme()))
    for chart in charts:
        assert list(chart.figure.layout.xaxis.ticktext or [])[:2] == named


def test_the_newest_year_has_the_main_colour() -> None:
    history = History.of(regular(date(2023, 12, 1), 60, watts=100))
    chart = years(by_day(history, Days(date(2023, 12, 1), date(2024, 1, 29))), Theme(), cumulated=False)
    assert {bar.name: bar.marker.color for bar in chart.figure.data} == {
        "2023": Theme().second,
        "2024": Theme().main,
    }


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


def test_registers_are_drawn_by_day_for_a_while_and_by_month_beyond_with_days_unmeasured_left_open() -> None:
    long = History.of(regular(date(2024, 1, 1), 91))
    short = long.where(long.day != np.datetime64("2024-01-02")).during(
        Days(date(2024, 1, 1), date(2024, 1, 4))
    )
    by_days, by_months = (registers_chart(meter(one, BASE), Theme()) for one in (short, long))
    assert list(by_days.figure.data[0].x) == ["1 Jan 2024", "2 Jan 2024", "3 Jan 2024"]
    assert by_days.columns()["Base (kWh)"][1] == 0
    assert list(by_months.figure.data[0].x) == ["Jan 2024", "Feb 2024", "Mar 2024"]
    for chart, history in ((by_days, short), (by_months, long)):
        assert round(sum(chart.columns()["Base (kWh)"]) * 60_000) == history.watt_minutes


def test_every_contract_has_its_total_beside_its_bar() -> None:
    found = compare(History.of(regular(date(2024, 1, 1), 7)), (BASE, regulated(Option.BASE, 9)))
    chart = offers_chart(found, ["one", "other"], Theme())
    told, columns = chart.figure.layout.yaxis.ticktext, chart.columns()
    assert columns["Total (€)"] == [float(offer.euros) for offer in found.offers]
    assert columns["Saving (€)"] == [0, float(found.offers[0].euros - found.offers[1].euros)]
    for name, offer, beside in zip(("one", "other"), found.offers, told, strict=True):
        assert name in beside
        assert Theme().words.euros(offer.euros) in beside
