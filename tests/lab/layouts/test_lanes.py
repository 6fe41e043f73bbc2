"""Parallel inserts keep the order of each series, and raise errors."""

from __future__ import annotations

from collections.abc import Callable
from threading import Barrier

import pytest

from core.lab.layouts.lanes import Lanes


def adding(value: int, values: list[int]) -> Callable[[], int]:
    """Work that appends one value."""

    def work() -> int:
        values.append(value)
        return 1

    return work


def test_work_of_a_series_stays_in_its_order_and_all_is_done_at_the_end() -> None:
    done: dict[int, list[int]] = {series: [] for series in range(5)}
    with Lanes(2) as lanes:
        for turn in range(40):
            for series, turns in done.items():
                lanes.put(series, adding(turn, turns))
    assert all(turns == list(range(40)) for turns in done.values())


def test_two_series_are_at_work_at_once() -> None:
    """Each waits until the other has begun; run one after the other, neither would end."""
    meeting = Barrier(2, timeout=120)
    with Lanes(2) as lanes:
        for series in range(2):
            lanes.put(series, meeting.wait)
    assert not meeting.broken


def failing() -> int:
    raise ValueError("full")


def side_by_side(count: int, *works: Callable[[], int], wait: bool = False) -> None:
    with Lanes(count) as lanes:
        for work in works:
            lanes.put(0, work)
        if wait:
            lanes.wait()


@pytest.mark.parametrize("count", [1, 2])
def test_an_error_is_raised_by_what_follows_in_its_lane(count: int) -> None:
    later: list[int] = []
    with pytest.raises(ValueError, match="full"):
        side_by_side(count, failing, adding(1, later))
    assert not later


@pytest.mark.parametrize("wait", [True, False])
def test_an_error_at_the_end_is_raised_too(wait: bool) -> None:
    with pytest.raises(ValueError, match="full"):
        side_by_side(2, failing, wait=wait)


def test_what_was_begun_is_done_when_the_block_fails() -> None:
    done: list[int] = []

    def broken() -> None:
        with Lanes(2) as lanes:
            lanes.put(0, adding(1, done))
            raise KeyError

    with pytest.raises(KeyError):
        broken()
    assert done == [1]
