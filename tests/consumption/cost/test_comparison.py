"""The comparison of contracts: which days are compared, and why others are left out."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import numpy as np

from core.consumption.cost.comparison import Out, Why, compare
from core.consumption.cost.contracts import Option
from core.consumption.cost.market import regulated
from core.consumption.figures.cost import offers_chart
from core.consumption.figures.theme import Theme
from core.consumption.readings import History
from core.model import Curve
from tests.consumption.known import off_peak, priced
from tests.curves import regular


def test_offers_are_compared_only_on_days_all_of_them_know() -> None:
    history = History.of(regular(date(2026, 7, 30), 4, watts=1000))
    found = compare(history, (regulated(Option.BASE, 6), regulated(Option.TEMPO, 6)))
    assert (found.days, found.priceable) == (0, (4, 0))
    assert found.out == (Out(1, Why.COLOUR, 4, ((date(2026, 7, 30), date(2026, 8, 2)),)),)
    late = compare(history, (regulated(Option.BASE, 6), priced(Option.BASE)))
    assert (late.days, late.offers[1].subscribed) == (4, False)
    # 48 kWh at 0.1940 and 48 at 0.2001 against 96 at 0.20; no subscription known for the second: energy alone
    assert late.offers[1].saving == Decimal("9.31") + Decimal("9.60") - Decimal("19.20")


def test_a_subscription_that_is_not_known_is_no_zero_in_the_comparison() -> None:
    history = History.of(regular(date(2026, 7, 30), 4, watts=1000))
    found = compare(history, (regulated(Option.BASE, 6), priced(Option.BASE)))
    chart = offers_chart(found, ["one", "other"], Theme())
    assert len(chart.figure.data) == 1
    assert np.isnan(np.asarray(chart.columns()["Subscription (€)"])).all()


def test_the_days_left_out_are_named_with_the_reason_of_each_offer() -> None:
    spring, summer = regular(date(2026, 4, 21), 4), regular(date(2026, 8, 30), 4)
    both = (
        np.append(*(getattr(one, name) for one in (spring, summer))) for name in ("start", "minutes", "watts")
    )
    history = History.of(Curve.of(*both))
    hours_later = priced(Option.HPHC, off_peak=(off_peak("22-6", since=date(2026, 4, 22)),))
    found = compare(history, (regulated(Option.BASE, 6), regulated(Option.TEMPO, 6), hours_later))
    assert found.out == (
        # no colour on file from 23 April to 31 August, whose colour counts until 6 the next morning
        Out(1, Why.COLOUR, 5, ((date(2026, 4, 23), date(2026, 9, 1)),)),
        Out(2, Why.HOURS, 1, ((date(2026, 4, 21), date(2026, 4, 21)),)),
    )
    assert (found.days, found.of, found.priceable) == (2, 8, (8, 3, 7))


def test_a_day_before_the_first_price_or_after_the_last_is_out_for_its_price() -> None:
    history = History.of(regular(date(2022, 1, 30), 4))
    found = compare(history, (regulated(Option.BASE, 6), priced(Option.BASE)))
    assert found.out == (Out(0, Why.PRICE, 2, ((date(2022, 1, 30), date(2022, 1, 31)),)),)
    late = compare(History.of(regular(date(2027, 1, 31), 3)), (regulated(Option.HPHC, 36),))
    assert late.out == (Out(0, Why.PRICE, 2, ((date(2027, 2, 1), date(2027, 2, 2)),)),)
