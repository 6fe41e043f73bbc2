"""A delivery of the stored readings shifted by one step is distinguished from any other."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from core.importing.run import run
from core.importing.shifted import is_shifted
from core.model import MINUTE_MS, Curve, Meter
from core.sources.files import FileSource
from core.storage.store import Store
from tests.curves import regular
from tests.sources.files import writers

WEEK = regular(date(2025, 12, 1), days=7)


def moved(curve: Curve, steps: int) -> Curve:
    start = curve.start + steps * curve.minutes.astype(np.int64) * MINUTE_MS
    return Curve.of(start, curve.minutes, curve.watts)


@pytest.mark.parametrize("steps", [1, -1])
def test_all_of_it_moved_by_one_step(steps: int) -> None:
    assert is_shifted(WEEK, moved(WEEK, steps))
    assert is_shifted(WEEK, moved(WEEK.select(slice(100, 200)), steps))


@pytest.mark.parametrize(
    "delivered",
    [
        WEEK,
        moved(WEEK, 2),
        regular(date(2025, 12, 1), days=7, seed=3),
        regular(date(2025, 12, 8), days=7),
        Curve.empty(),
    ],
    ids=["same", "two steps", "other", "later", "empty"],
)
def test_what_is_not(delivered: Curve) -> None:
    assert not is_shifted(WEEK, delivered)
    assert not is_shifted(Curve.empty(), delivered)


def test_a_house_that_always_takes_the_same() -> None:
    even = regular(date(2025, 12, 1), days=7, watts=200)
    assert not is_shifted(even, moved(even, 1))


def test_it_never_overwrites_what_is_right(store: Store) -> None:
    """Answers of another gateway with BEGINs, read as ENDs."""
    run(store, [FileSource("right", writers.enedis_csv(WEEK))])
    before = store.read(Meter(writers.PRM))
    (part,) = run(store, [FileSource("shifted", writers.enedis_csv(moved(WEEK, -1)))]).parts
    assert part.error is not None
    assert part.error.code == "file-shifted"
    assert store.read(Meter(writers.PRM)) == before
