"""Bills computed by hand, without guessed amounts."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from core.consumption.cost.bills import bill, daily_cost
from core.consumption.cost.comparison import compare
from core.consumption.cost.contracts import Contract, OffPeak, Option, PriceList, Special, Window
from core.consumption.cost.market import regulated
from core.consumption.cost.registers import meter
from core.consumption.readings import History
from core.model import Curve, Days
from tests.consumption.known import off_peak, priced
from tests.curves import curves, regular


def test_a_bill_under_three_contracts_as_worked_out_by_hand() -> None:
    # 2 to 4 January 2024, 1,000 W throughout: 72 kWh. 2 January white, 3 January red, the others blue.
    history = History.of(regular(date(2024, 1, 2), 3, watts=1000))
    days = Days(date(2024, 1, 2), date(2024, 1, 5))
    year = Decimal("183.00")  # 366 days of 0.50 €: 1.50 €
    base = Contract(Option.BASE, 6, (PriceList(date(2024, 1, 1), {"base": Decimal("0.2276")}, year),))
    hphc = Contract(
        Option.HPHC,
        6,
        (PriceList(date(2024, 1, 1), {"hp": Decimal("0.2460"), "hc": Decimal("0.1828")}, year),),
        (off_peak("22:36-6:36"),),
    )
    kwh = {
        name: Decimal(price)
        for name, price in {
            "blue-hc": "0.12",
            "blue-hp": "0.16",
            "white-hc": "0.14",
            "white-hp": "0.19",
            "red-hc": "0.15",
            "red-hp": "0.70",
        }.items()
    }
    special = Special(
        ((date(2024, 1, 1), date(2024, 2, 1)),), frozenset({date(2024, 1, 2)}), frozenset({date(2024, 1, 3)})
    )
    tempo = Contract(Option.TEMPO, 6, (PriceList(date(2024, 1, 1), kwh, year),), special=special)

    # Base: 72 kWh x 0.2276 = 16.3872
    assert bill(meter(history, base), days).euros == Fraction("16.3872") + Fraction("1.50")
    # 3 days x 8 h off-peak and 16 h peak: 24 x 0.1828 + 48 x 0.2460 = 4.3872 + 11.808
    assert bill(meter(history, hphc), days).euros == Fraction("16.1952") + Fraction("1.50")
    # 6 h blue HC (the night of the 1st), white 16 HP + 8 HC, red 16 HP + 8 HC, blue 16 HP + 2 HC
    # = 8 x 0.12 + 16 x 0.19 + 8 x 0.14 + 16 x 0.70 + 8 x 0.15 + 16 x 0.16 = 20.08
    assert bill(meter(history, tempo), days).euros == Fraction("20.08") + Fraction("1.50")

    found = compare(history, (base, hphc, tempo))
    # to the cent, line by line: 16.39 + 1.50; 4.39 + 11.81 + 1.50; 20.08 + 1.50
    assert [str(offer.euros) for offer in found.offers] == ["17.89", "17.70", "21.58"]
    assert [str(offer.saving) for offer in found.offers] == ["0.00", "0.19", "-3.69"]
    assert (found.days, found.of) == (3, 3)


@settings(max_examples=60)
@given(curves(), st.integers(1, 3))
def test_the_parts_of_a_bill_add_up_to_its_total_as_shown(curve: Curve, meters: int) -> None:
    history = History.of(curve)
    days = history.days
    if days is None:
        return
    found = bill(meter(history, regulated(Option.HPHC, 6, (off_peak("22:36-6:36"),))), days, meters)
    shown = found.shown
    assert shown.total == sum(shown.lines) + shown.subscription
    assert shown.energy + shown.subscription == shown.total
    half_cent = Fraction(5, 1000)
    for line, euros in zip(found.lines, shown.lines, strict=True):
        assert euros == round(euros, 2)
        assert abs(Fraction(euros) - line.euros) <= half_cent
    assert abs(Fraction(shown.total) - found.euros) <= half_cent * (len(shown.lines) + 1)


def test_several_meters_put_together_pay_a_subscription_each() -> None:
    history, days = History.of(regular(date(2025, 2, 1), 3)), Days(date(2025, 2, 1), date(2025, 2, 4))
    contract = regulated(Option.BASE, 6)
    one, two = (bill(meter(history, contract), days, meters) for meters in (1, 2))
    assert one.subscription > 0
    assert (two.subscription, two.energy_euros) == (2 * one.subscription, one.energy_euros)
    assert [offer.euros for offer in compare(history, (contract,), 2).offers] == [two.shown.total]


def test_each_reading_costs_what_was_in_force() -> None:
    history = History.of(regular(date(2025, 1, 31), 2, watts=500))
    days = Days(date(2025, 1, 31), date(2025, 2, 2))
    found = bill(meter(history, regulated(Option.BASE, 6)), days)
    assert [(line.since, line.energy, line.price) for line in found.lines] == [
        (date(2024, 2, 1), 720_000, Decimal("0.2516")),
        (date(2025, 2, 1), 720_000, Decimal("0.2016")),
    ]
    assert found.subscription == Fraction("151.86") / 365 + Fraction("165.17") / 365


def test_a_day_without_a_price_or_a_colour_is_said_and_not_guessed() -> None:
    history = History.of(regular(date(2022, 1, 31), 2, watts=1000))
    days = Days(date(2022, 1, 31), date(2022, 2, 2))
    found = bill(meter(history, regulated(Option.BASE, 6)), days)
    assert (found.unpriced, found.unpriced_days, found.unsubscribed_days) == (1_440_000, 1, 1)
    assert found.watt_minutes == history.watt_minutes
    assert daily_cost(meter(history, regulated(Option.BASE, 6)), days).known.tolist() == [False, True]
    colourless = bill(meter(history, regulated(Option.TEMPO, 6)), days)
    assert (colourless.lines, colourless.unpriced) == ((), history.watt_minutes)


def test_at_last_prices_the_whole_history_has_one_list() -> None:
    history = History.of(regular(date(2024, 5, 1), 2, watts=1000))
    found = bill(
        meter(history, regulated(Option.HPHC, 6).at_last_prices()), Days(date(2024, 5, 1), date(2024, 5, 3))
    )
    assert {line.register: line.price for line in found.lines} == {
        "hc": Decimal("0.1589"),
        "hp": Decimal("0.2142"),
    }


def test_a_bill_across_a_price_change_and_a_red_day_as_worked_out_by_hand() -> None:
    # 30 January to 1 February 2023, 1,000 W at 9 kVA. 30 and 31 January are red, 1 February is white,
    # 29 January blue; prices change on 1 February.
    history = History.of(regular(date(2023, 1, 30), 3, watts=1000))
    days = Days(date(2023, 1, 30), date(2023, 2, 2))
    found = bill(meter(history, regulated(Option.TEMPO, 9)), days)
    assert [(one.register, one.since.month, one.energy // 60_000, str(one.price)) for one in found.lines] == [
        ("blue-hc", 8, 6, "0.0902"),  # the night of the 30th belongs to the day before
        ("red-hc", 8, 10, "0.1262"),  # 22 to 24 h twice, and 0 to 6 h of the 31st
        ("red-hp", 8, 32, "0.5525"),
        ("white-hc", 2, 2, "0.1140"),
        ("white-hp", 2, 16, "0.1508"),
        ("red-hc", 2, 6, "0.1216"),  # the red night of the 31st, at the new price
    ]
    # 0.5412 + 1.2620 + 17.6800 + 0.2280 + 2.4128 + 0.7296
    assert found.energy_euros == Fraction("22.8536")
    assert found.subscription == 2 * Fraction("179.52") / 365 + Fraction("186.16") / 365


def test_a_regulated_price_is_not_taken_for_known_beyond_its_date() -> None:
    history = History.of(regular(date(2027, 1, 31), 2, watts=1000))
    found = bill(meter(history, regulated(Option.BASE, 6)), Days(date(2027, 1, 31), date(2027, 2, 2)))
    assert [line.energy for line in found.lines] == [1_440_000]
    assert (found.unpriced, found.unpriced_days, found.unsubscribed_days) == (1_440_000, 1, 1)
    own = priced(Option.BASE)  # prices typed by a household hold until it changes them
    assert bill(meter(history, own), Days(date(2027, 1, 31), date(2027, 2, 2))).unpriced == 0


@st.composite
def contracts(draw: st.DrawFn) -> Contract:
    option = draw(st.sampled_from([Option.BASE, Option.HPHC, Option.TEMPO]))
    minute = st.integers(0, 1439)
    pairs = draw(st.lists(st.tuples(minute, minute).filter(lambda pair: pair[0] != pair[1]), max_size=3))
    rule = OffPeak(tuple(Window(*pair) for pair in pairs))
    return regulated(option, 6, (rule,))


@settings(max_examples=60)
@given(curves(), contracts())
def test_no_energy_is_lost_or_made_by_splitting(curve: Curve, contract: Contract) -> None:
    history = History.of(curve)
    measured = meter(history, contract)
    assert int(measured.energy.sum()) == curve.watt_minutes
    days = history.days
    if days is not None:
        found = bill(measured, days)
        assert found.watt_minutes == curve.watt_minutes
        costs = daily_cost(measured, days)
        if costs.known.all():
            assert costs.total == found.energy_euros


def test_every_season_of_the_tempo_calendar_has_its_days() -> None:
    special = regulated(Option.TEMPO, 6).special
    for season in (2022, 2023, 2024):
        first, end = date(season, 9, 1), date(season + 1, 9, 1)
        assert sum(first <= day < end for day in special.red) == 22
        assert sum(first <= day < end for day in special.white) == 43
    assert all(day.weekday() < 5 for day in special.red)
    assert all(day.weekday() < 6 for day in special.white)
    known = {date(2022, 9, 1), date(2026, 4, 22), date(2026, 9, 1), date(2026, 9, 29)}
    unknown = {date(2022, 8, 31), date(2026, 4, 23), date(2026, 8, 31), date(2026, 9, 30)}
    assert {day for day in known | unknown if special.knows(day)} == known


def test_the_daily_costs_add_up_to_the_bill() -> None:
    history = History.of(regular(date(2024, 10, 20), 14))
    days = history.days
    assert days is not None
    measured = meter(history, regulated(Option.HPHC, 9))
    assert daily_cost(measured, days).total == bill(measured, days).energy_euros
    assert np.isfinite(daily_cost(measured, days).euros).all()
