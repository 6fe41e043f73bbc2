"""Readings cut, added and subtracted, exact to the watt-minute."""

from __future__ import annotations

from datetime import date

import numpy as np
from hypothesis import given, settings

from core.consumption.readings import History, combined, slots_of
from core.consumption.totals import by_day
from core.model import Curve, Days
from core.paristime import midnight
from tests.curves import curves, regular


@settings(max_examples=50)
@given(curves())
def test_cutting_at_half_hours_keeps_every_minute(curve: Curve) -> None:
    pieces = slots_of(curve)
    assert int(pieces.minutes.sum()) == int(curve.minutes.sum())
    assert (pieces.minutes <= 30).all()
    assert int((curve.watts[pieces.reading].astype(np.int64) * pieces.minutes).sum()) == curve.watt_minutes


@settings(max_examples=50)
@given(curves(), curves())
def test_a_sum_of_meters_covers_what_all_of_them_measured(one: Curve, other: Curve) -> None:
    total, net = combined([one, other], [1, 1]), combined([one, other], [1, -1])
    twice = 2 * combined([one, other], [1, 0]).watt_minutes
    assert total.watt_minutes + net.watt_minutes == twice
    assert len(total) == len(net)


def test_net_of_production_may_be_negative() -> None:
    day = date(2024, 6, 1)
    net = combined([regular(day, watts=500), regular(day, step=60, watts=2000)], [1, -1])
    assert set(net.watts.tolist()) == {-1500}
    assert net.watt_minutes == -1500 * 1440


def test_midnight_belongs_to_the_day_it_begins() -> None:
    curve = Curve.of([midnight(date(2024, 1, 5)) - 30 * 60_000, midnight(date(2024, 1, 5))], [30, 30], [1, 2])
    daily = by_day(History.of(curve), Days(date(2024, 1, 4), date(2024, 1, 6)))
    assert daily.energy.tolist() == [30, 60]
