"""The lower bound of the compressed values."""

from __future__ import annotations

import numpy as np
import pytest

from core.lab.lower_bound import bound


def test_the_bound_of_noise_is_its_entropy_and_of_nothing_is_nothing() -> None:
    noise = np.random.default_rng(0).integers(0, 256, 50_000).astype(np.int32)
    assert bound([noise]).bytes_per_reading == pytest.approx(1, abs=0.02)
    assert bound([]).bytes_per_reading == 0
