"""Bars of days, months and years: missing readings are not drawn as zero."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from core.consumption.cost.bills import DailyCost, daily_cost
from core.consumption.cost.registers import meter
from core.consumption.figures.bars import bars, years
from core.consumption.figures.theme import Theme
from core.consumption.readings import History
from core.consumption.totals import by_day
from core.model import Curve, Days
from tests.consumption.figures.drawn import BASE, DAYS, FIRST
from tests.curves import regular


@pytest.mark.parametrize("cost", [None, daily_cost(meter(History.of(Curve.empty()), BASE), DAYS)])
def test_a_day_without_readings_is_no_zero_in_bars_or_their_data(cost: DailyCost | None) -> None:
    curve = regular(FIRST, 14, watts=500)
    holed = History.of(curve.select(np.arange(len(curve)) >= 2 * 48))
    chart = bars(by_day(holed, DAYS), Theme(), cost)
    unit = "kWh" if cost is None else "€"
    for values in (chart.figure.data[0].y, chart.columns()[unit]):
        assert np.isnan(np.asarray(values)).tolist() == [True] * 2 + [False] * 12
    assert "without readings: 2" in chart.alt


def test_a_month_that_gave_more_than_it_took_has_its_bar() -> None:
    chart = years(by_day(History.of(regular(FIRST, 14, watts=-100)), DAYS), Theme(), cumulated=False)
    (bar,) = chart.figure.data
    assert [value < 0 for value in bar.y] == [False] * 9 + [True, True, False]


def test_the_newest_year_has_the_main_colour() -> None:
    history = History.of(regular(date(2023, 12, 1), 60, watts=100))
    chart = years(by_day(history, Days(date(2023, 12, 1), date(2024, 1, 29))), Theme(), cumulated=False)
    assert {bar.name: bar.marker.color for bar in chart.figure.data} == {
        "2023": Theme().second,
        "2024": Theme().main,
    }
