"""A store with a synthetic meter in it."""

from __future__ import annotations

from core.lab.fleet.synthetic import households
from core.model import Delivery, Meter, Origin
from core.storage.store import Store


def imported(store: Store, days: int = 10, meters: int = 1) -> Meter:
    """Import synthetic meters; returns the first of them."""
    first: Meter | None = None
    for meter, curve in households(meters, days):
        store.merge(Delivery(meter, Origin.DEMO, curve))
        store.project(meter)
        first = first or meter
    assert first
    return first
