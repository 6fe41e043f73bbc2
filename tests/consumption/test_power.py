"""Maximum powers against the subscribed one, and the exceedances and savings of smaller subscriptions."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from core.consumption.cost.contracts import Option
from core.consumption.cost.market import on_file, regulated
from core.consumption.power import MeasuredPeaks, Reached, margin, measured_peaks, smaller
from core.consumption.readings import History
from core.model import Curve, Days, Delivery, MaxPower, Meter, Origin
from core.storage.day_log import DayLog
from core.storage.store import Store
from tests.consumption.known import priced
from tests.curves import METER_PRM, regular

METER = Meter(METER_PRM)
FIRST = date(2026, 9, 1)


def peaks_of(*va: int) -> MeasuredPeaks:
    """One maximum per day from 1 September on."""
    told = {FIRST + timedelta(days=at): MaxPower(one, 1000 * at or None) for at, one in enumerate(va)}
    return MeasuredPeaks.of(DayLog.empty().with_peaks(told))


def test_what_a_meter_measured_is_read_and_goes_with_it(store: Store) -> None:
    told = {FIRST: MaxPower(4680, 1_788_000_000_000), FIRST + timedelta(days=2): MaxPower(6510, None)}
    store.merge(Delivery(METER, Origin.API_V2, regular(FIRST, 3), peaks=told))
    found = measured_peaks(store, METER)
    assert found.day.astype(str).tolist() == ["2026-09-01", "2026-09-03"]
    assert (found.va.tolist(), found.at.tolist()) == ([4680, 6510], [1_788_000_000_000, 0])
    assert len(found.during(Days(FIRST, FIRST + timedelta(days=2)))) == 1
    store.erase(METER)
    assert len(measured_peaks(store, METER)) == 0


def test_the_margin_and_the_days_near_and_beyond_it() -> None:
    found = margin(peaks_of(5_400, 5_399, 6_000, 6_001, 3_000), 6)
    assert found is not None
    assert found.highest == Reached(date(2026, 9, 4), 6_001, 3_000)
    assert (found.margin, found.near, found.over, found.days) == (-1, 2, 1, 5)
    assert [one.va for one in found.listed] == [6_001, 6_000, 5_400]
    roomy = margin(peaks_of(5_400, 5_399), 9)
    assert roomy is not None
    assert (roomy.margin, roomy.near, roomy.over, roomy.listed) == (3_600, 0, 0, ())
    assert margin(peaks_of(), 9) is None


def test_a_smaller_subscription_is_priced_with_its_own_kwh() -> None:
    # 365 days at 1,000 W: 8,760 kWh. From 9 to 6 kVA at the prices of August 2026:
    # 238.56 - 190.32 = 48.24 EUR of subscription, and 8,760 x (0.2001 - 0.1985) = 14.02 dearer
    history = History.of(regular(date(2025, 9, 1), 365, watts=1000))
    six, three = smaller(peaks_of(5_000, 6_500, 4_000), history, regulated(Option.BASE, 9), on_file())
    assert (six.kva, six.over, six.last, six.priced) == (6, 1, date(2026, 9, 2), 365)
    assert six.saved == Decimal("238.56") - Decimal("190.32") - (Decimal("1752.88") - Decimal("1738.86"))
    assert (three.kva, three.over) == (3, 3)


def test_only_the_last_year_is_priced() -> None:
    history = History.of(regular(date(2024, 9, 1), 700, watts=1000))
    (first, *_) = smaller(peaks_of(), history, regulated(Option.BASE, 9), on_file())
    assert (first.over, first.last, first.priced) == (0, None, 365)


def test_powers_at_which_an_option_is_not_offered_are_left_out() -> None:
    history = History.of(regular(date(2026, 8, 1), 30))
    found = smaller(peaks_of(1_000), history, regulated(Option.TEMPO, 30), on_file())
    assert [one.kva for one in found] == [24, 18, 15, 12, 9, 6]


def test_own_prices_say_nothing_of_another_power() -> None:
    own = replace(priced(Option.BASE), kva=9, regulated=False)
    found = smaller(peaks_of(7_000), History.of(Curve.empty()), own, on_file())
    assert [(one.kva, one.over, one.saved) for one in found] == [(6, 1, None), (3, 1, None)]
