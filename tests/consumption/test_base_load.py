"""The always-on power, and what the cold adds."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest

from core.consumption.base_load import BaseParts, base_load, base_parts
from core.consumption.profiles import carpet
from core.consumption.readings import History
from core.model import Curve
from core.paristime import day_of
from core.sources.demo import demo_curve
from tests.curves import regular


def test_the_base_load_is_what_nine_in_ten_half_hours_of_the_night_exceed() -> None:
    curve = regular(date(2024, 1, 5), watts=1000)
    watts = curve.watts.copy()
    watts[:12] = [300, 210, 220, 230, 240, 250, 260, 270, 280, 290, 200, 2300]
    found = base_load(carpet(History.of(Curve.of(curve.start, curve.minutes, watts))))
    assert found.watts.tolist() == [210]


def home(
    first: date, days: int, *, away: tuple[date, ...] = (), heating: int = 0, always: int = 150
) -> Curve:
    """Half-hours of a home: 150 W, and unless away 2,000 W in the evening and heating from October to May."""
    curve = regular(first, days, watts=0)
    day = day_of(curve.start)
    month = day.astype("datetime64[M]").astype(np.int64) % 12 + 1
    here = ~np.isin(day, np.array(away, dtype="datetime64[D]"))
    slot = np.arange(len(curve)) % 48
    watts = 150 + here * (2_000 * ((slot >= 36) & (slot < 44)) + heating * ((month < 6) | (month > 9)))
    return Curve.of(curve.start, curve.minutes, watts)


def parts(curve: Curve) -> BaseParts:
    whole = carpet(History.of(curve))
    return base_parts(whole, base_load(whole))


YEAR = date(2025, 1, 1)


def test_heating_is_not_taken_for_what_is_always_on() -> None:
    curve = home(YEAR, 365, heating=900)
    assert base_load(carpet(History.of(curve))).typical == 1_050  # most nights are heated
    found = parts(curve)
    assert (found.always, found.winter, found.cold) == (150, 1_050, 900)
    assert (found.nights, found.away) == (122, 0)


def test_the_demo_household_is_told_in_its_parts() -> None:
    """Its standby, refrigerator and ventilation are 143 to 217 W; the median of all nights is 552 W."""
    curve = demo_curve(date(2026, 11, 26))
    assert base_load(carpet(History.of(curve))).typical == 552
    found = parts(curve)
    assert found.always == 146
    assert found.cold is not None
    assert found.cold > 900


def test_without_heating_nothing_follows_the_cold() -> None:
    found = parts(home(YEAR, 365, heating=40))
    assert (found.always, found.cold) == (150, 0)


def test_a_winter_alone_tells_nothing_unless_somebody_was_away() -> None:
    assert parts(home(date(2025, 1, 1), 90, heating=900)) == BaseParts(None, 0, 0, 1_050)
    away = tuple(date(2025, 2, 1) + timedelta(days=at) for at in range(8))
    found = parts(home(date(2025, 1, 1), 90, heating=900, away=away))
    assert (found.always, found.away, found.cold) == (150, 8, 900)
    assert parts(home(date(2025, 1, 1), 90, heating=900, away=away[:5])).always is None


def test_a_winter_of_days_alike_is_not_called_an_absence() -> None:
    """Only a heater runs, day and night; nothing shows that it is not heating."""
    steady = regular(date(2025, 1, 1), 60, watts=900)
    assert parts(steady).always is None


def test_a_summer_alone_says_what_is_always_on_and_nothing_of_the_cold() -> None:
    found = parts(home(date(2025, 6, 1), 60))
    assert (found.always, found.winter, found.cold) == (150, None, None)


@pytest.mark.parametrize("days", [0, 3])
def test_a_few_nights_say_nothing(days: int) -> None:
    found = parts(home(date(2025, 7, 1), days) if days else Curve.empty())
    assert (found.always, found.winter) == (None, None)
