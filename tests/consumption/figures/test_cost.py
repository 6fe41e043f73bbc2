"""The bill and the comparison of contracts as charts."""

from __future__ import annotations

from datetime import date

import numpy as np

from core.consumption.cost.comparison import compare
from core.consumption.cost.contracts import Option
from core.consumption.cost.market import regulated
from core.consumption.cost.registers import meter
from core.consumption.figures.cost import offers_chart, registers_chart
from core.consumption.figures.theme import Theme
from core.consumption.readings import History
from core.model import Days
from tests.consumption.figures.drawn import BASE
from tests.curves import regular


def test_registers_are_drawn_by_day_for_a_while_and_by_month_beyond_with_days_unmeasured_left_open() -> None:
    long = History.of(regular(date(2024, 1, 1), 91))
    short = long.where(long.day != np.datetime64("2024-01-02")).during(
        Days(date(2024, 1, 1), date(2024, 1, 4))
    )
    by_days, by_months = (registers_chart(meter(one, BASE), Theme()) for one in (short, long))
    assert list(by_days.figure.data[0].x) == ["1 Jan 2024", "2 Jan 2024", "3 Jan 2024"]
    assert by_days.columns()["Base (kWh)"][1] == 0
    assert list(by_months.figure.data[0].x) == ["Jan 2024", "Feb 2024", "Mar 2024"]
    for chart, history in ((by_days, short), (by_months, long)):
        assert round(sum(chart.columns()["Base (kWh)"]) * 60_000) == history.watt_minutes


def test_every_contract_has_its_total_above_its_bar() -> None:
    found = compare(History.of(regular(date(2024, 1, 1), 7)), (BASE, regulated(Option.BASE, 9)))
    chart = offers_chart(found, ["one", "other"], Theme())
    told = [one.text for one in chart.figure.layout.annotations]
    columns = chart.columns()
    assert columns["Total (€)"] == [float(offer.euros) for offer in found.offers]
    assert columns["Saving (€)"] == [0, float(found.offers[0].euros - found.offers[1].euros)]
    for name, offer, beside in zip(("one", "other"), found.offers, told, strict=True):
        assert name in beside
        assert Theme().words.euros(offer.euros) in beside
