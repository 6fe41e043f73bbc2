"""The buckets shown are those stored by the server."""

from __future__ import annotations

from core.lab.layouts.buckets import buckets
from core.model import Meter
from core.storage.store import Store


def test_buckets_are_those_of_the_meter(filled: Store, meter: Meter) -> None:
    found = buckets(filled, meter)
    curve = filled.read(meter)
    assert sum(one.readings for one in found) == len(curve)
    assert max(one.most for one in found) == int(curve.watts.max())
    assert min(one.least for one in found) == int(curve.watts.min())
    closed = [one for one in found if one.packed]
    assert closed
    assert all(one.bytes < one.unpacked_bytes / 20 for one in closed)
    assert all(0 < one.rest_bytes < 100 for one in found)
    assert {column.name for column in found[0].columns} == {"start", "watts"}
