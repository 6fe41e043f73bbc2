"""The load curve: gaps, the change of clocks, a second period."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np

from core.consumption.figures.bars import bars
from core.consumption.figures.curve import load_curve
from core.consumption.figures.grids import carpet_chart
from core.consumption.figures.theme import Theme
from core.consumption.profiles import carpet
from core.consumption.readings import History
from core.consumption.totals import by_day
from core.model import Curve, Days
from core.texts import Language, Words
from tests.consumption.figures.drawn import DAYS, FIRST
from tests.curves import regular


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


def test_french_numbers_and_dates() -> None:
    alt = load_curve(History.of(regular(FIRST, watts=1234)), DAYS, Theme(Words(Language.FRENCH))).alt
    assert "29,6\u202fkWh" in alt
    assert "21 oct. 2024" in alt
