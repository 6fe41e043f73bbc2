"""Readings of a household in a store."""

from __future__ import annotations

from datetime import date

from core.model import Curve, Days, Delivery, Meter, Origin
from core.storage.store import Store
from tests.curves import METER_PRM

METER = Meter(METER_PRM)
DAYS = Days(date(2024, 10, 25), date(2024, 10, 29))


def keep(store: Store, meter: Meter, curve: Curve) -> None:
    store.merge(Delivery(meter, Origin.ENEDIS_CSV, curve))
    store.project(meter)
