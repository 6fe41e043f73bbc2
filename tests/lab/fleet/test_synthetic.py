"""Synthetic households: different from each other, as noisy as a real one, reproducible."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from core.lab.fleet.synthetic import households
from core.lab.lower_bound import bound


def test_households_differ_from_each_other_and_are_as_noisy_as_a_real_one(shared_data: Path) -> None:
    fleet = [curve.watts for _, curve in households(8, 365)]
    means = [float(watts.mean()) for watts in fleet]
    assert max(means) > 1.5 * min(means)
    lines = (shared_data / "enedis_conso_heure_20230809-20240725.csv").read_text("utf-8-sig").splitlines()
    real = np.array([int(line.split(";")[1]) for line in lines if line.startswith("20")], dtype=np.int32)
    made = float(np.mean([bound([watts]).bytes_per_reading for watts in fleet]))
    assert made >= 0.97 * bound([real]).bytes_per_reading
    assert all((watts % 2 == 0).all() for watts in fleet)


def test_the_same_fleet_can_be_made_again() -> None:
    (one,), (other,) = households(1, 3, first=5), households(1, 3, first=5)
    assert one == other
