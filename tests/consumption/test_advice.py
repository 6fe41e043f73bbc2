"""What a household can do about its bill, worked out by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from core.consumption.advice import Advice, advice
from core.consumption.cost.contracts import Option
from core.consumption.cost.market import on_file, regulated
from core.consumption.household import Household
from core.consumption.power import MeasuredPeaks
from core.consumption.readings import History
from core.model import Curve, MaxPower
from core.storage.day_log import DayLog
from tests.consumption.homes import CONTRACT, heated
from tests.curves import regular


def told(curve: Curve, contract: object = CONTRACT, peaks: dict[date, MaxPower] | None = None) -> Advice:
    measured = MeasuredPeaks.of(DayLog.empty().with_peaks(peaks)) if peaks else None
    return advice(Household(History.of(curve)), contract, on_file(), measured)  # type: ignore[arg-type]


def test_a_year_under_a_contract_is_the_sum_of_its_hours() -> None:
    found = told(heated())
    assert found.spent
    assert found.price
    energy = Fraction(History.of(heated()).watt_minutes, 60_000)
    assert found.spent.euros == energy * Fraction("0.20")
    assert found.price.euros == Decimal("0.20")
    first, second, *others = found.spent.days
    # the day of 25 hours: 7 of them and one more at 1,200 W, 17 at 2,000 W; 18 January has 1.5 kWh more
    assert (first.day, first.euros) == (date(2025, 10, 26), Fraction("8.88"))
    assert (second.day, second.euros) == (date(2026, 1, 18), Fraction("8.78"))
    assert len(others) == 3


def test_other_contracts_are_compared_over_a_year_at_their_newest_prices() -> None:
    found = told(regular(date(2024, 4, 1), 730, watts=1000), regulated(Option.BASE, 9))
    assert found.year
    assert found.known.days > found.offers.days == 365
    base, hphc, tempo = (one.bill.watt_minutes for one in found.offers.offers)
    assert base == hphc == tempo == 8760 * 60_000
    # the newest Base at 9 kVA: 0.1985 EUR a kWh
    assert found.offers.offers[0].bill.shown.energy == Decimal("1738.86")


def test_a_contract_that_can_price_no_day_is_compared_with_nothing() -> None:
    found = told(heated(), replace(CONTRACT, prices=()))
    assert (found.offers.offers, found.year, found.spent, found.price) == ((), None, None, None)


@pytest.mark.parametrize(("highest", "enough"), [(5_900, 6), (6_100, None), (2_900, 3)])
def test_a_smaller_power_is_enough_where_no_maximum_was_beyond_it(highest: int, enough: int | None) -> None:
    found = told(heated(), regulated(Option.BASE, 9), {date(2025, 5, 1): MaxPower(highest, None)})
    assert found.power
    assert found.power.measured
    assert (found.power.enough.kva if found.power.enough else None) == enough


def test_means_of_half_hours_never_say_that_a_power_is_enough() -> None:
    found = told(heated(), regulated(Option.BASE, 9))
    assert found.power
    assert (found.power.measured, found.power.margin.highest.va, found.power.enough) == (False, 5000, None)
    assert found.power.smaller[0].over == 0


def test_maxima_of_several_meters_do_not_add_up() -> None:
    home = Household(History.of(heated()), meters=2)
    assert advice(home, CONTRACT, on_file(), None).power is None


def test_a_few_days_tell_nothing_of_a_year() -> None:
    found = told(regular(date(2026, 6, 1), 20))
    assert (found.parts, found.year, found.spent) == (None, None, None)
    assert found.price
