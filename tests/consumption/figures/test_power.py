"""Peaks in words: mean powers and measured maxima."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest

from core.consumption.figures.power import peak_chart
from core.consumption.figures.theme import Theme
from core.consumption.insights import daily_peaks
from core.consumption.power import MeasuredPeaks
from core.consumption.readings import History
from core.model import MaxPower
from core.storage.day_log import DayLog
from tests.consumption.figures.drawn import FIRST
from tests.curves import regular


@pytest.mark.parametrize(("watts", "told"), [(8000, "1.00 kW below"), (9500, "0.50 kW above")])
def test_the_margin_to_the_subscribed_power_is_told_without_a_sign(watts: int, told: str) -> None:
    alt = peak_chart(*daily_peaks(History.of(regular(FIRST, watts=watts))), 9, Theme()).alt
    assert told in alt.replace("\u202f", " ")


def test_measured_maxima_stand_beside_the_means_of_their_days() -> None:
    powers = {FIRST: MaxPower(9_100, None), FIRST + timedelta(days=5): MaxPower(4_000, None)}
    measured = MeasuredPeaks.of(DayLog.empty().with_peaks(powers))
    chart = peak_chart(*daily_peaks(History.of(regular(FIRST, 2, watts=3000))), 9, Theme(), measured)
    columns = chart.columns()
    assert np.array_equal(np.asarray(columns["W"]), [3000, 3000, np.nan], equal_nan=True)
    assert np.array_equal(np.asarray(columns["VA"]), [9100, np.nan, 4000], equal_nan=True)
    assert len(chart.figure.data) == 2
