"""The dearest days and hours, whose amounts are those of the bill."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import numpy as np
import pytest

from core.consumption.cost.bills import DailyCost, daily_cost
from core.consumption.cost.contracts import Contract, Option
from core.consumption.cost.dearest import dearest_days, dearest_hours, priced_year
from core.consumption.cost.registers import meter
from core.consumption.cost.yearly import Year
from core.consumption.readings import History
from core.consumption.totals import by_day
from core.model import Curve
from tests.consumption.known import off_peak, priced
from tests.curves import joined, regular

FIRST = date(2025, 4, 1)
HPHC = priced(Option.HPHC, off_peak=(off_peak("22:30-6:30"),))


def cost_of(history: History, contract: Contract) -> DailyCost:
    assert history.days is not None
    return daily_cost(meter(history, contract), history.days)


def year(history: History, contract: Contract = HPHC) -> Year | None:
    assert history.days is not None
    return priced_year(cost_of(history, contract), by_day(history, history.days))


@pytest.mark.parametrize("step", [30, 60])
def test_an_hour_costs_what_its_minutes_cost_in_each_register(step: int) -> None:
    history = History.of(regular(FIRST, 365, step, watts=1000))
    found = {one.hour: one.euros for one in dearest_hours(history, HPHC, year(history))}  # type: ignore[arg-type]
    # 365 kWh at 0.10 and at 0.25, half of each where the register changes; 2 o'clock once less, once more
    assert (found[0], found[2], found[12]) == (Fraction("36.5"), Fraction("36.5"), Fraction("91.25"))
    assert found[6] == found[22] == Fraction("63.875")
    assert sum(found.values()) == 8 * Fraction("36.5") + 16 * Fraction("91.25")


def test_the_dearest_come_first_and_equals_in_the_order_of_the_clock() -> None:
    plain = regular(FIRST, 365, watts=1000)
    watts = plain.watts.copy()
    watts[np.arange(len(watts)) % 48 == 38] += 600  # 19:00 to 19:30, until the clock changes
    history = History.of(Curve.of(plain.start, plain.minutes, watts))
    found = dearest_hours(history, HPHC, year(history))  # type: ignore[arg-type]
    assert [one.hour for one in found[:3]] == [19, 18, 7]
    assert len(found) == 24


def test_the_dearest_days_are_those_of_the_year() -> None:
    before = regular(date(2025, 3, 1), 31, watts=9000)  # dear, but before the year
    high = regular(date(2025, 12, 5), 1, watts=2000)
    rest = [regular(FIRST, 248, watts=1000), high, regular(date(2025, 12, 6), 116, watts=1000)]
    history = History.of(joined(before, *rest))
    base = priced(Option.BASE)
    found = year(history, base)
    days = dearest_days(cost_of(history, base), found, 2)  # type: ignore[arg-type]
    assert [(one.day, one.euros) for one in days] == [
        (date(2025, 12, 5), Fraction("9.6")),  # 48 kWh at 0.20
        (date(2025, 10, 26), Fraction(5)),  # the day of 25 hours
    ]


def test_days_without_a_price_or_readings_make_no_year() -> None:
    history = History.of(regular(FIRST, 365, watts=1000))
    assert year(history, priced(Option.TEMPO)) is None
    assert year(History.of(regular(FIRST, 300)), priced(Option.BASE)) is None
