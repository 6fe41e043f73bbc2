"""What is always on, and what follows the cold, in kWh of a year."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

from core.consumption.heating import YearParts, year_parts
from core.consumption.profiles import Season
from core.consumption.readings import History
from core.consumption.totals import by_day
from core.model import Curve
from tests.curves import joined, regular

KWH = 60_000


def parts(curve: Curve, always: float | None = 200) -> YearParts | None:
    history = History.of(curve)
    assert history.days is not None
    return year_parts(by_day(history, history.days), always)


def heated(cold: int) -> Curve:
    """A year from April on: 1,000 W, and so much in October to May."""
    return joined(
        regular(date(2025, 4, 1), 61, watts=cold),
        regular(date(2025, 6, 1), 122, watts=1000),
        regular(date(2025, 10, 1), 182, watts=cold),
    )


def test_what_days_take_beyond_a_summer_day_follows_the_cold() -> None:
    found = parts(heated(3000))
    assert found is not None
    # 122 days of 24 kWh and 243 of 72, two of which have 23 and 25 hours
    assert found.days == 365
    assert found.whole == (122 * 24 + 243 * 72) * KWH
    assert found.cold == 243 * 48 * KWH
    assert found.always == 365 * Fraction(24, 5) * KWH  # 200 W
    assert found.seasons[Season.SUMMER] == 24 * KWH
    assert found.seasons[Season.WINTER] == 72 * KWH


def test_a_little_more_in_winter_is_no_heating() -> None:
    found = parts(heated(1200), None)
    assert found is not None
    assert found.cold == 0
    assert found.always is None


def test_a_home_that_takes_more_in_summer_has_nothing_that_follows_the_cold() -> None:
    found = parts(heated(500))
    assert found is not None
    assert found.cold == 0


def test_a_part_of_a_year_is_not_told_as_a_year() -> None:
    assert parts(regular(date(2025, 4, 1), 300)) is None
