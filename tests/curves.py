"""Curves for tests: regular ones, and hypothesis strategies for irregular ones."""

from __future__ import annotations

from datetime import date

import numpy as np
from hypothesis import strategies as st

from core.model import MINUTE_MS, STEPS, Curve
from core.paristime import midnight

METER_PRM = "99999999999991"


def regular(
    first: date = date(2024, 3, 1), days: int = 1, step: int = 30, seed: int = 1, watts: int | None = None
) -> Curve:
    """Whole Paris days of one step; random watts, the same for the same seed."""
    start = np.arange(midnight(first), midnight(date.fromordinal(first.toordinal() + days)), step * MINUTE_MS)
    values = np.random.default_rng(seed).integers(60, 9000, len(start))
    return Curve.of(start, np.full(len(start), step), values if watts is None else values * 0 + watts)


@st.composite
def curves(draw: st.DrawFn, *, max_size: int = 40, origin_ms: int | None = None) -> Curve:
    """Readings of mixed steps on their own grids, with gaps, near one moment so that two curves overlap."""
    at = midnight(date(2024, 3, 30)) if origin_ms is None else origin_ms
    rows: list[tuple[int, int, int]] = []
    for _ in range(draw(st.integers(0, max_size))):
        step = draw(st.sampled_from(STEPS))
        at += -at % (step * MINUTE_MS)
        if draw(st.booleans()):
            at += step * MINUTE_MS * draw(st.integers(0, 3))
        rows.append((at, step, draw(st.integers(0, 9000))))
        at += step * MINUTE_MS
    columns = zip(*rows, strict=True) if rows else ([], [], [])
    return Curve.of(*(list(column) for column in columns))


def joined(*parts: Curve) -> Curve:
    """Curves that do not overlap, joined in the order of time."""
    columns = [
        np.concatenate([getattr(one, name) for one in parts]) for name in ("start", "minutes", "watts")
    ]
    order = np.argsort(columns[0])
    return Curve.of(*(column[order] for column in columns))
