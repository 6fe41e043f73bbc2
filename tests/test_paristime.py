"""Paris time against the standard library's zone data, on both change-of-clock days."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.paristime import (
    HOUR_MS,
    day_of,
    ends_to_utc,
    exists,
    is_ambiguous,
    local,
    midnight,
    midnights,
    minutes_of,
    to_utc,
    to_wall,
)

HALF_HOUR = HOUR_MS // 2
moments = st.integers(midnight(date(1998, 1, 1)), midnight(date(2099, 1, 1)))


def wall(text: str) -> np.ndarray:
    return np.array([text], dtype="datetime64[ms]").astype(np.int64)


@given(moments)
def test_wall_time_is_that_of_the_zone_data(utc: int) -> None:
    expected = datetime.fromtimestamp(utc // 1000, tz=ZoneInfo("Europe/Paris")).replace(tzinfo=None)
    shown = to_wall(np.array([utc // 1000 * 1000])).astype("datetime64[ms]")[0].item()
    assert shown == expected


@given(st.dates(date(1998, 1, 1), date(2098, 12, 1)), st.integers(1, 40), st.sampled_from([10, 15, 30, 60]))
def test_naive_end_stamps_of_a_series_localise_to_the_series(first: date, days: int, step: int) -> None:
    utc = np.arange(midnight(first), midnight(first + timedelta(days=days)), step * 60_000)
    assert ends_to_utc(to_wall(utc)).tolist() == utc.tolist()


@pytest.mark.parametrize(
    ("day", "minutes"), [(date(2026, 3, 29), 1380), (date(2026, 10, 25), 1500), (date(2026, 11, 1), 1440)]
)
def test_days_have_46_48_or_50_half_hours(day: date, minutes: int) -> None:
    assert minutes_of(day) == minutes
    starts = np.arange(midnight(day), midnight(day + timedelta(days=1)), HALF_HOUR)
    assert len(starts) == minutes // 30
    assert set(day_of(starts).tolist()) == {day}


def test_the_second_two_oclock_of_autumn_is_winter_time() -> None:
    stamps = np.concatenate([wall(f"2025-10-26T{at}") for at in ("02:00", "02:30", "02:00", "02:30")])
    utc = ends_to_utc(stamps)
    assert np.diff(utc).tolist() == [HALF_HOUR] * 3
    assert local(int(utc[0])).utcoffset() == timedelta(hours=2)
    assert local(int(utc[2])).utcoffset() == timedelta(hours=1)


def test_two_oclock_of_spring_does_not_exist() -> None:
    assert not exists(wall("2025-03-30T02:30"))[0]
    with pytest.raises(ValueError, match="does not exist"):
        to_utc(wall("2025-03-30T02:30"))


def test_only_the_repeated_hour_is_ambiguous() -> None:
    assert is_ambiguous(wall("2025-10-26T02:00"))[0]
    assert not is_ambiguous(wall("2025-10-26T03:00"))[0]
    assert not is_ambiguous(wall("2025-10-26T01:30"))[0]


def test_midnights_of_many_days_are_each_days_midnight() -> None:
    days = np.arange("2024-01-01", "2026-01-01", dtype="datetime64[D]")
    assert midnights(days).tolist() == [midnight(day) for day in days.tolist()]
