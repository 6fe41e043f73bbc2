"""The calendar and the carpet: missing readings are distinguishable."""

from __future__ import annotations

from datetime import timedelta

import numpy as np

from core.consumption.figures.grids import calendar, carpet_chart
from core.consumption.figures.theme import Theme
from core.consumption.profiles import carpet
from core.consumption.readings import History
from core.consumption.totals import by_day
from core.model import Curve, Days
from tests.consumption.figures.drawn import DAYS, FIRST
from tests.curves import regular


def test_the_calendar_tells_whole_days_from_incomplete_and_unmeasured_ones() -> None:
    curve = regular(FIRST, 14, watts=500)
    holed = History.of(curve.select((np.arange(len(curve)) >= 2 * 48) & (np.arange(len(curve)) != 200)))
    known, missing, _ = calendar(by_day(holed, DAYS), Theme()).figure.data
    assert [one[-1] for one in missing.customdata] == ["2024-10-21", "2024-10-22"]
    hatched = [
        one[-1] for one, shape in zip(known.customdata, known.marker.pattern.shape, strict=True) if shape
    ]
    assert hatched == ["2024-10-25"]


def test_hours_never_measured_are_not_the_least_used_of_the_carpet() -> None:
    curve = regular(FIRST, 2, watts=500)
    chart = carpet_chart(carpet(History.of(curve.select(np.arange(len(curve)) % 48 >= 20))), Theme())
    assert "at 00:00" not in chart.alt


def test_the_calendar_colours_its_days_by_name_and_tells_their_energy() -> None:
    """Plotly would complain of each number in the console, at every drawing."""
    two = regular(FIRST, 2)
    curve = Curve.of(two.start, np.full(len(two), 30), np.repeat([500, 1000], 48))
    days = Days(FIRST, FIRST + timedelta(days=2))
    known, _, scale = calendar(by_day(History.of(curve), days), Theme()).figure.data
    assert list(known.marker.color) == ["rgb(0, 34, 78)", "rgb(254, 232, 56)"]
    assert (scale.marker.cmin, scale.marker.cmax, scale.marker.color) == (12, 24, (12,))
    assert [one[0].split("<br>")[1:] for one in known.customdata] == [["12.0 kWh"], ["24.0 kWh"]]
