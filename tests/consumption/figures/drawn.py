"""Every chart, drawn from two weeks over a change of clocks."""

from __future__ import annotations

from datetime import date, timedelta

from core.consumption.cost.contracts import Option
from core.consumption.cost.market import regulated
from core.model import Days

FIRST = date(2024, 10, 21)
DAYS = Days(FIRST, FIRST + timedelta(days=14))  # over the change of clock
BASE = regulated(Option.BASE, 6)
