"""Refused rows are counted by reason, with the first of each as its example."""

from __future__ import annotations

import numpy as np

from core.model import STEPS, Refusal, RefusalReason
from core.sources.refusals import STEPS_BY_NAME, Refusals


def test_each_reason_is_counted_with_its_first_row() -> None:
    refusals = Refusals()
    rows = np.arange(6)
    odd = rows % 2 == 1
    left = refusals.without(rows, odd, RefusalReason.NEGATIVE, lambda row: f"row {row}")
    assert left.tolist() == [0, 2, 4]
    assert refusals.without(left, odd, RefusalReason.OVERLAP, str).tolist() == [0, 2, 4]
    refusals.add(RefusalReason.NEGATIVE, 2, "another")
    refusals.add(RefusalReason.TOO_LARGE, 0)
    assert refusals.all() == (Refusal(RefusalReason.NEGATIVE, 5, "row 1"),)


def test_a_reading_of_which_no_row_is_at_hand_is_named_by_its_moment() -> None:
    refusals = Refusals()
    refusals.add_moments(RefusalReason.OFF_GRID, np.array([29_424_307, 29_424_309]))
    (told,) = refusals.all()
    assert (told.reason, told.count, told.example) == (RefusalReason.OFF_GRID, 2, "2025-12-11 14:07")


def test_every_step_has_its_name() -> None:
    assert sorted(set(STEPS_BY_NAME.values())) == list(STEPS)
    assert STEPS_BY_NAME["PT1H"] == STEPS_BY_NAME["PT60M"] == 60
