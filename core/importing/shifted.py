"""Detects a delivery that repeats the stored readings, shifted by one step.

Its stamps name the other end of their intervals than was assumed. Such a delivery would overwrite correct
readings with wrong ones.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from core.model import MINUTE_MS, STEPS, Curve

_LEAST: Final = 24
"""Readings that must match when shifted."""
_SHARE: Final = 0.9
"""Share of the comparable readings that must match when shifted."""


def is_shifted(stored: Curve, delivered: Curve) -> bool:
    """Whether nearly all delivered readings equal stored ones one step earlier or later.

    Far fewer must equal those of their own time: a curve that is the same at all times is not shifted.
    """
    unmoved, _ = _equal(stored, delivered, 0)
    for step in STEPS:
        if not bool((delivered.minutes == step).any()):
            continue
        for shift in (step, -step):
            equal, met = _equal(stored, delivered, shift * MINUTE_MS)
            if equal >= _LEAST and equal >= _SHARE * met and unmoved < equal / 2:
                return True
    return False


def _equal(stored: Curve, delivered: Curve, shift: int) -> tuple[int, int]:
    """Number of delivered readings equal to the stored one `shift` ms later, and of those that have one."""
    at = np.searchsorted(stored.start, delivered.start + shift)
    inside = at < len(stored)
    at, mine = at[inside], delivered.select(inside)
    met = (stored.start[at] == mine.start + shift) & (stored.minutes[at] == mine.minutes)
    return int((met & (stored.watts[at] == mine.watts)).sum()), int(met.sum())
