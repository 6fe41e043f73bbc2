"""What the ordinary collection holds, read document by document: the program reads the time series alone."""

from __future__ import annotations

from core.model import Curve, Meter
from core.paristime import to_ms
from core.storage import match
from core.storage.store import Store


def ordinary_curve(store: Store, meter: Meter) -> Curve:
    """Curve of a meter. ValueError if its readings overlap."""
    found = list(store.ordinary.find(match.readings(meter)).sort("start"))
    return Curve.of(
        [to_ms(one["start"]) for one in found],
        [one["meter"]["step"] for one in found],
        [one["watts"] for one in found],
    )
