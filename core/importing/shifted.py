"""Whether a delivery is what is stored already, moved by one step: stamps of its source name the other end of
their intervals than was thought. Such a delivery would overwrite right readings by wrong ones."""

from __future__ import annotations

from typing import Final

import numpy as np

from core.model import MINUTE_MS, STEPS, Curve

_LEAST: Final = 24
"""Readings that must be equal by a shift before it is believed."""
_SHARE: Final = 0.9
"""Part of the readings known of the same time that must be equal by the shift."""


def is_shifted(stored: Curve, delivered: Curve) -> bool:
    """True where nearly all delivered readings equal stored ones one step earlier or later, and far fewer
    equal those of their own time. A curve that is the same at all times is not shifted."""
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
    """How many delivered readings equal the stored one that begins `shift` ms later, and of how many there
    is one."""
    at = np.searchsorted(stored.start, delivered.start + shift)
    inside = at < len(stored)
    at, mine = at[inside], delivered.select(inside)
    met = (stored.start[at] == mine.start + shift) & (stored.minutes[at] == mine.minutes)
    return int((met & (stored.watts[at] == mine.watts)).sum()), int(met.sum())
