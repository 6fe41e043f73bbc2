"""The calendar and the carpet: missing readings are distinguishable."""

from __future__ import annotations

import numpy as np

from core.consumption.figures.grids import calendar, carpet_chart
from core.consumption.figures.theme import Theme
from core.consumption.profiles import carpet
from core.consumption.readings import History
from core.consumption.totals import by_day
from tests.consumption.figures.drawn import DAYS, FIRST
from tests.curves import regular


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
