"""The state of each day, from the record alone."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from core.importing.coverage import Day, DayState, days_of
from core.model import Curve, Days, Delivery, Meter, Origin
from core.storage.record import Record
from core.storage.store import Store
from tests.curves import METER_PRM, regular

METER = Meter(METER_PRM)
TODAY = date(2024, 3, 20)


def given(store: Store, *deliveries: Delivery) -> dict[date, Day]:
    for delivery in deliveries:
        store.merge(delivery)
    record = store.record(METER)
    assert record
    days = days_of(record, TODAY)
    assert [one.day for one in days] == [days[0].day + timedelta(days=after) for after in range(len(days))]
    return {one.day: one for one in days}


def delivery(curve: Curve, asked: Days | None = None, **more: Any) -> Delivery:
    return Delivery(METER, Origin.API_V2, curve, asked=asked, **more)


def test_nothing_known_has_no_days() -> None:
    assert days_of(Record.blank(METER), TODAY) == ()


def test_complete_partial_and_missing(store: Store) -> None:
    curve = regular(date(2024, 3, 1), days=4)
    kept = np.ones(len(curve), np.bool_)
    kept[48:96] = False
    kept[100] = False
    days = given(store, delivery(curve.select(kept)))
    assert [one.state for one in days.values()] == [
        DayState.COMPLETE,
        DayState.MISSING,
        DayState.PARTIAL,
        DayState.COMPLETE,
    ]
    partial = days[date(2024, 3, 3)]
    assert (partial.covered, partial.minutes) == (1410, 1440)
    assert days[date(2024, 3, 1)].origins == (Origin.API_V2,)
    assert days[date(2024, 3, 2)].origins == ()
    assert days[date(2024, 3, 1)].asked_ms is None


@pytest.mark.parametrize(
    ("day", "minutes"), [(date(2023, 3, 26), 1380), (date(2023, 10, 29), 1500), (date(2023, 5, 1), 1440)]
)
@pytest.mark.parametrize("step", [10, 15, 30, 60])
def test_a_day_is_complete_in_its_own_length_and_any_step(
    store: Store, day: date, minutes: int, step: int
) -> None:
    curve = regular(day, step=step)
    one = given(store, delivery(curve))[day]
    assert (one.state, one.covered, one.minutes) == (DayState.COMPLETE, minutes, minutes)
    assert one.watt_minutes == curve.watt_minutes


def test_silence_is_not_published_yet_in_the_trailing_week_and_missing_before(store: Store) -> None:
    asked = Days(date(2024, 3, 8), TODAY)
    days = given(store, delivery(regular(date(2024, 3, 8), days=2), asked))
    assert days[date(2024, 3, 9)].state is DayState.COMPLETE
    assert days[date(2024, 3, 12)].state is DayState.MISSING
    assert days[date(2024, 3, 13)].state is DayState.NOT_YET
    assert days[date(2024, 3, 19)].state is DayState.NOT_YET
    assert TODAY not in days
    assert all(one.asked_ms for one in days.values())


def test_a_hole_before_published_days_is_missing_however_young(store: Store) -> None:
    days = given(store, delivery(regular(date(2024, 3, 15))), delivery(regular(date(2024, 3, 18))))
    assert days[date(2024, 3, 16)].state is DayState.MISSING


def test_a_file_says_nothing_of_the_days_behind_it(store: Store) -> None:
    assert max(given(store, delivery(regular(date(2024, 1, 1), days=3)))) == date(2024, 1, 3)


def test_days_the_api_closed(store: Store) -> None:
    asked = Days(date(2024, 3, 1), date(2024, 3, 3))
    days = given(
        store,
        delivery(Curve.empty(), asked, closed=True),
        delivery(regular(date(2024, 3, 3)), Days(date(2024, 3, 3), date(2024, 3, 4))),
    )
    assert [one.state for one in days.values()] == [DayState.REFUSED, DayState.REFUSED, DayState.COMPLETE]


def test_difference_to_the_daily_total(store: Store) -> None:
    curve = regular(date(2024, 3, 1), days=2, watts=1001)
    totals = {date(2024, 3, 1): 24_024, date(2024, 3, 2): 24_000}
    days = given(store, delivery(curve, totals=totals))
    assert days[date(2024, 3, 1)].difference_wh == 0
    assert days[date(2024, 3, 2)].difference_wh == Fraction(-24)
    assert days[date(2024, 3, 2)].official_wh == 24_000


def test_a_total_in_whole_watt_hours_is_equal_to_a_curve_that_has_a_half(store: Store) -> None:
    halves = regular(date(2024, 3, 1), days=4, watts=1001)
    watts = halves.watts.copy()
    watts[::48] += 1  # 24,024.5 Wh a day
    curve = Curve.of(halves.start, halves.minutes, watts)
    told = dict(zip((date(2024, 3, day) for day in (1, 2, 3)), (24_024, 24_025, 24_026), strict=True))
    days = given(store, delivery(curve, totals=told))
    assert days[date(2024, 3, 1)].difference_wh == Fraction(-1, 2)
    assert [one.agrees for one in days.values()] == [True, True, False, None]


def test_no_difference_where_the_day_is_not_whole(store: Store) -> None:
    curve = regular(date(2024, 3, 1)).select(slice(0, 40))
    assert given(store, delivery(curve, totals={date(2024, 3, 1): 1}))[date(2024, 3, 1)].difference_wh is None


def test_readings_of_two_sources_on_one_day(store: Store) -> None:
    curve = regular(date(2024, 3, 1))
    days = given(
        store,
        delivery(curve.select(slice(0, 20))),
        Delivery(METER, Origin.ENEDIS_CSV, curve.select(slice(20, 48))),
    )
    assert set(days[date(2024, 3, 1)].origins) == {Origin.API_V2, Origin.ENEDIS_CSV}
