"""Merging: nothing stored is lost, nothing is counted twice, repeating changes nothing."""

from __future__ import annotations

from datetime import date

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from core.model import MINUTE_MS, Curve, RefusalReason
from core.storage.merging import Merge, merge
from tests.curves import curves, regular


def merged(stored: Curve, delivered: Curve, *, stored_rank: int = 2, delivered_rank: int = 2) -> Merge:
    count = len(stored)
    return merge(
        stored,
        np.zeros(count, np.uint8),
        np.full(count, stored_rank, np.uint8),
        delivered,
        1,
        delivered_rank,
    )


def minutes_covered(curve: Curve) -> set[int]:
    return {
        minute
        for start, length in zip(curve.start.tolist(), curve.minutes.tolist(), strict=True)
        for minute in range(start // MINUTE_MS, start // MINUTE_MS + length)
    }


@given(curves(), curves())
@settings(max_examples=150)
def test_every_stored_minute_stays_covered_and_none_twice(stored: Curve, delivered: Curve) -> None:
    result = merged(stored, delivered)
    assert minutes_covered(stored) <= minutes_covered(result.curve)
    assert minutes_covered(result.curve) <= minutes_covered(stored) | minutes_covered(delivered)
    assert int(result.curve.minutes.sum()) == len(minutes_covered(result.curve))


@given(curves(), curves())
@settings(max_examples=100)
def test_a_delivery_accounts_for_each_of_its_readings(stored: Curve, delivered: Curve) -> None:
    result = merged(stored, delivered)
    refused = sum(refusal.count for refusal in result.refused)
    assert result.new + result.unchanged + len(result.changed) + refused == len(delivered)


@given(curves(), curves())
@settings(max_examples=100)
def test_repeating_a_delivery_changes_nothing(stored: Curve, delivered: Curve) -> None:
    once = merged(stored, delivered)
    twice = merged(once.curve, delivered)
    assert twice.curve == once.curve
    assert (twice.new, len(twice.changed)) == (0, 0)


@given(st.data())
@settings(max_examples=100)
def test_overlapping_cuts_of_one_curve_give_the_curve_in_any_order(data: st.DataObject) -> None:
    truth = data.draw(curves(max_size=60))
    cuts = data.draw(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), max_size=5))
    parts = [truth, *(truth.select(slice(min(cut), max(cut))) for cut in cuts)]
    result = Curve.empty()
    for part in data.draw(st.permutations(parts)):
        step = merged(result, part)
        assert not len(step.changed)
        assert not step.refused
        result = step.curve
    assert result == truth


def test_half_hours_replace_the_hours_they_cover() -> None:
    hours, halves = regular(step=60, watts=100), regular(step=30, watts=100)
    result = merged(hours, halves)
    assert result.curve == halves
    assert len(result.changed) == 48
    assert len(result.replaced) == 24


def test_half_an_hour_does_not_displace_an_hour() -> None:
    hours = regular(step=60, watts=100)
    result = merged(hours, regular(step=30, watts=300).select(slice(0, 1)))
    assert result.curve == hours
    assert [(one.reason, one.count) for one in result.refused] == [(RefusalReason.OVERLAP, 1)]


def test_a_newer_value_wins_among_equals_and_is_told() -> None:
    before, after = regular(watts=100), regular(watts=200)
    result = merged(before, after)
    assert result.curve == after
    assert (len(result.changed), len(result.replaced), result.new) == (48, 48, 0)
    assert set(result.origin.tolist()) == {1}


def test_a_lower_rank_fills_gaps_but_corrects_nothing() -> None:
    stored = regular(watts=100).select(slice(0, 24))
    result = merged(stored, regular(watts=200), stored_rank=2, delivered_rank=1)
    assert result.curve.select(slice(0, 24)) == stored
    assert result.new == 24
    assert [(one.reason, one.count) for one in result.refused] == [(RefusalReason.LOWER_RANK, 24)]


def test_a_refusal_names_the_paris_time_and_value_of_the_first() -> None:
    stored = regular(date(2024, 7, 1), watts=100)
    result = merged(stored, regular(date(2024, 7, 1), watts=200), delivered_rank=1)
    assert result.refused[0].example == "2024-07-01 00:00: 200 W"
