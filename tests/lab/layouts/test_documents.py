"""The documents of the layouts contain every value."""

from __future__ import annotations

from datetime import date
from threading import Event

import bson
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.lab.layouts import catalogue, documents
from core.lab.layouts.build import build
from core.lab.layouts.documents import monthly, unpacked
from core.model import Curve, Meter
from core.storage.store import Store
from tests.curves import METER_PRM, regular


def test_a_reading_beyond_16_bits_is_built_too(filled: Store) -> None:
    """Sources accept up to a million watts."""
    curve = Curve.of([0, 1_800_000], [30, 30], [1_000_000, 2])
    found = build(filled, catalogue.MONTHLY, lambda: iter([(Meter("00000000000007"), curve)]), Event())
    assert found.usage.readings == 2


@settings(max_examples=60)
@given(st.lists(st.integers(0, 65_535) | st.integers(0, 1_000_000), min_size=1, max_size=40))
def test_packed_months_hold_every_value(watts: list[int]) -> None:
    start = np.arange(len(watts), dtype=np.int64) * 20 * 86_400_000
    curve = Curve.of(start, np.full(len(watts), 30), watts)
    documents = [
        one for payload in monthly(Meter("00000000000007"), 1, curve) for one in bson.decode_all(payload.raw)
    ]
    assert [value for one in documents for value in unpacked(one["v"]).tolist()] == watts


@pytest.mark.parametrize(
    ("step", "watts", "unit"), [(30, 118, 60), (30, 117, 30), (60, 117, 60), (10, 66, 60)]
)
def test_energy_is_in_watt_hours_where_they_are_whole(step: int, watts: int, unit: int) -> None:
    curve = regular(date(2024, 3, 1), 1, step, watts=watts)
    (payload,) = documents.energy(Meter(METER_PRM), 1, curve)
    first = bson.decode_all(payload.raw)[0]
    assert first["meter"]["unit"] == unit
    assert first["energy"] * unit == watts * step
