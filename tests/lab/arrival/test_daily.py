"""Readings that arrive day by day: more buckets after restarts, fewer after a rewrite."""

from __future__ import annotations

from threading import Event

import pytest

from core.lab.arrival.daily import RESTART_DAYS, SCENARIOS, Arrival, arrivals

METERS, DAYS = 20, 3 * RESTART_DAYS


@pytest.fixture(scope="module")
def found() -> dict[str, Arrival]:
    return {one.code: one for one in arrivals(stop=Event(), meters=METERS, days=DAYS)}


def test_every_scenario_holds_the_same_readings(found: dict[str, Arrival]) -> None:
    assert list(found) == list(SCENARIOS)
    assert len({one.time_series.readings for one in found.values()}) == 1
    ordinary = found["best"].ordinary, found["daily"].ordinary
    assert all(one and one.readings == found["best"].time_series.readings for one in ordinary)


def test_a_restart_and_a_closed_bucket_begin_a_new_one(found: dict[str, Arrival]) -> None:
    buckets = {code: one.time_series.buckets or 0 for code, one in found.items()}
    assert buckets["daily"] == buckets["best"]
    assert buckets["restarts"] >= METERS * DAYS // RESTART_DAYS
    assert buckets["crowded"] > 3 * buckets["restarts"]  # each holds about one day of a meter


def test_rewriting_brings_the_best_buckets_back(found: dict[str, Arrival]) -> None:
    assert found["rewritten"].time_series.buckets == found["best"].time_series.buckets
    assert found["rewritten"].readings_per_bucket > found["crowded"].readings_per_bucket


def test_it_ends_when_it_is_told_to() -> None:
    stop = Event()
    seen = []
    for one in arrivals(stop=stop, meters=1, days=2):
        seen.append(one.code)
        stop.set()
    assert seen == ["best"]
