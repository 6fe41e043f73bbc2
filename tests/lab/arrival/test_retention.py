"""Deletion by age: the ordinary side by reading, the time series side by bucket."""

from __future__ import annotations

from threading import Event

import pytest

from core.lab.arrival.retention import DAYS, KEPT_DAYS, Retained, retention


@pytest.fixture(scope="module")
def found() -> dict[str, Retained]:
    return {one.side: one for one in retention(stop=Event())}


def test_the_ordinary_side_keeps_exactly_what_is_young_enough(found: dict[str, Retained]) -> None:
    one = found["ordinary"]
    assert 0 <= one.exact - one.after <= 5  # a half-hour of each meter may have expired meanwhile
    assert one.after < one.before


def test_the_time_series_side_waits_until_a_whole_bucket_is_old(found: dict[str, Retained]) -> None:
    one = found["time_series"]
    assert one.exact < one.after < one.before
    assert KEPT_DAYS < one.oldest_days < DAYS
