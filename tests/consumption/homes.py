"""A home of which every figure of a year can be worked out by hand."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import numpy as np

from core.consumption.cost.contracts import Contract, Option, PriceList
from core.model import Curve
from tests.curves import regular

FIRST = date(2025, 4, 1)
PRICE = PriceList(date(2020, 1, 1), {"base": Decimal("0.20")}, Decimal(365))
CONTRACT = Contract(Option.BASE, 9, (PRICE,), regulated=False)


def heated() -> Curve:
    """A year from 1 April 2025 on that is easy to add up.

    200 W until 7:00, then 1,000 W; 1,000 W more from October to May; 5,000 W from 20:00 to 20:30 on
    18 January.
    """
    plain = regular(FIRST, 365, watts=0)
    wall = plain.start // 1_800_000 + 2  # half-hours of winter time; the two changes move it by an hour
    slot = wall % 48
    day = np.arange(len(plain)) // 48
    watts = np.where(slot < 14, 200, 1000) + np.where((day < 61) | (day >= 183), 1000, 0)
    watts[(day == 292) & (slot == 40)] = 5000
    return Curve.of(plain.start, plain.minutes, watts)
