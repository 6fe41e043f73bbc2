"""Inserting in both ways into both collections."""

from __future__ import annotations

from threading import Event

from core.lab.speed import inserts
from core.model import Meter
from core.storage.store import Store


def test_inserting_is_compared_in_both_ways(filled: Store, meter: Meter) -> None:
    found = inserts.compare(filled, meter, filled.read(meter), stop=Event(), batches=2, batch=100)
    assert [one.way for one in found] == list(inserts.WAYS)
    assert all(len(one.ordinary) == len(one.time_series) == 2 for one in found)
