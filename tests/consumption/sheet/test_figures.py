"""Tables and charts of the sheet."""

from __future__ import annotations

from datetime import date

from core.consumption.household import Household
from core.consumption.power import MeasuredPeaks
from core.consumption.readings import History
from core.consumption.sheet import figures
from core.model import Curve, MaxPower
from core.storage.day_log import DayLog
from core.texts import ENGLISH
from tests.consumption.homes import heated
from tests.curves import joined, regular


def home(curve: Curve) -> Household:
    return Household(History.of(curve))


def test_days_that_are_missing_are_told_as_runs() -> None:
    curve = joined(regular(date(2025, 4, 1), 3), regular(date(2025, 4, 6), 2))
    short = curve.select(slice(0, len(curve) - 1))
    assert figures.holes(home(short).daily) == [
        (date(2025, 4, 4), date(2025, 4, 5)),
        (date(2025, 4, 7), date(2025, 4, 7)),
    ]
    assert figures.holes(home(curve.select(slice(0, 96))).daily) == []


def test_months_are_summed_and_those_with_days_missing_have_a_star() -> None:
    head, rows, partial = figures.month_table(
        home(regular(date(2025, 12, 15), 48, watts=1000)).daily, ENGLISH
    )
    assert head[0] == "Year"
    assert len(head) == len(rows[0]) == 14
    assert (rows[0][0], rows[0][12]) == ("2025", "408*")  # 17 days
    assert (rows[1][1], rows[1][13]) == ("744", "744\u202fkWh")
    assert partial
    assert len(figures.month_table(home(regular(date(2019, 1, 1), 2000)).daily, ENGLISH)[1]) == 4


def test_every_season_has_its_mean_day_and_its_night() -> None:
    head, rows = figures.season_table(home(heated()), ENGLISH)
    winter, _, summer, _ = rows
    assert len(head) == len(winter) == 5
    # from June to August 200 W for 7 hours and 1,000 W for 17
    assert summer[1:] == ["92", "18.4\u202fkWh", "200\u202fW", "1.00\u202fkW"]
    assert winter[3:] == ["1\u202f200\u202fW", "5.00\u202fkW"]
    assert figures.season_lines(home(heated()).carpet, ENGLISH).count('stroke-width="1.6"') == 8


def test_the_highest_of_each_month_stands_against_the_subscription() -> None:
    told = {date(2025, 4, 3): MaxPower(5_000, None), date(2025, 5, 3): MaxPower(7_000, None)}
    peaks = MeasuredPeaks.of(DayLog.empty().with_peaks(told))
    drawn = figures.peak_bars(peaks, 9, ENGLISH, measured=True)
    assert "9 kVA subscribed" in drawn
    assert drawn.count("<rect") == 2
