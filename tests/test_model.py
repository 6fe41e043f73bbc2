"""Curves ascend, do not overlap and have exact energy."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given

from core.model import Curve, Meter, Span
from tests.curves import curves

HALF = 1_800_000


@given(curves())
def test_energy_is_the_sum_of_watts_times_minutes(curve: Curve) -> None:
    rows = zip(curve.minutes.tolist(), curve.watts.tolist(), strict=True)
    assert curve.watt_minutes == sum(minutes * watts for minutes, watts in rows)
    assert curve.wh == Fraction(curve.watt_minutes, 60)


@given(curves())
def test_gaps_and_readings_fill_the_span(curve: Curve) -> None:
    if span := curve.span:
        idle = sum(gap.end - gap.start for gap in curve.gaps)
        assert idle + int(curve.minutes.sum()) * 60_000 == span.end - span.start


@pytest.mark.parametrize(
    ("start", "minutes"), [([0, 0], [30, 30]), ([HALF, 0], [30, 30]), ([0, HALF], [60, 30]), ([0], [0])]
)
def test_what_is_no_curve_is_refused(start: list[int], minutes: list[int]) -> None:
    with pytest.raises(ValueError, match="curve"):
        Curve.of(start, minutes, [1] * len(start))


def test_missing_readings_are_counted_in_the_step_before_the_gap() -> None:
    curve = Curve.of([0, HALF, 4 * HALF], [30, 30, 30], [1, 1, 1])
    assert curve.missing == 2
    assert curve.gaps == (Span(2 * HALF, 4 * HALF),)
    assert Curve.empty().missing == 0


def test_a_span_takes_the_readings_that_start_in_it() -> None:
    curve = Curve.of([0, HALF, 2 * HALF], [30, 30, 30], [1, 2, 3])
    assert curve.within(Span(HALF, 2 * HALF)).watts.tolist() == [2]


@pytest.mark.parametrize("prm", ["1234567890123", "123456789012345", "1234567890123a", "x1234567890123"])
def test_a_prm_has_14_digits(prm: str) -> None:
    with pytest.raises(ValueError, match="14 digits"):
        Meter(prm)


def test_only_the_last_four_digits_are_shown() -> None:
    assert Meter("12345678901234").masked == "•••• 1234"
    assert Meter("1429xxxxxxxxxx").masked == "1429 ••••"
    assert Meter("xxxxxxxxxxxxxx").masked == "••••"
