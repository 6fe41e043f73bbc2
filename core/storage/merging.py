"""Merges a delivered curve into the stored one of the same meter; columns only, no storage.

Rules: the same interval with the same value changes nothing; with another value, the newer delivery wins
unless its origin ranks lower. Where steps differ (hours against half-hours), stored readings are replaced
only by a delivery that covers them completely; otherwise they stay and the delivered reading is refused. So
energy is never counted twice and nothing stored is lost.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.model import Curve, Refusal, RefusalReason
from core.paristime import local

_Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Merge:
    """A merged curve, the origin number of each reading, and what happened to the delivered readings."""

    curve: Curve
    origin: NDArray[np.uint8]
    new: int
    unchanged: int
    changed: Curve
    """The delivered readings that replaced others."""
    replaced: Curve
    """The stored readings that they replaced."""
    gained: Curve
    """The delivered readings that overlap no stored one."""
    refused: tuple[Refusal, ...]


def merge(
    stored: Curve,
    origin: NDArray[np.uint8],
    ranks: NDArray[np.uint8],
    delivered: Curve,
    delivered_origin: int,
    delivered_rank: int,
) -> Merge:
    """Merge a delivery into the stored curve.

    `origin`, `ranks`: of each stored reading. `delivered_origin`, `delivered_rank`: of the whole delivery.
    """
    same, at = _same_interval(stored, delivered)
    equal = np.zeros(len(delivered), dtype=np.bool_)
    equal[same] = stored.watts[at[same]] == delivered.watts[same]

    candidate = ~equal
    outranked = candidate & _touches(delivered, stored.select(ranks > delivered_rank))
    candidate &= ~outranked
    candidate, overlapping = _without_partial_cover(stored, delivered, candidate)
    taken = delivered.select(candidate)

    gone = _touches(stored, taken)
    replaces = candidate & _touches(delivered, stored.select(gone))
    curve, origins = _joined(
        stored.select(~gone), origin[~gone], taken, np.full(len(taken), delivered_origin, np.uint8)
    )
    return Merge(
        curve,
        origins,
        new=int((candidate & ~replaces).sum()),
        unchanged=int(equal.sum()),
        changed=delivered.select(replaces),
        replaced=stored.select(gone),
        gained=delivered.select(candidate & ~replaces),
        refused=_refusals(
            delivered, {RefusalReason.LOWER_RANK: outranked, RefusalReason.OVERLAP: overlapping}
        ),
    )


def _same_interval(stored: Curve, delivered: Curve) -> tuple[_Mask, NDArray[np.intp]]:
    """Per delivered reading: whether a stored one has the same interval, and the index of that one."""
    at = np.searchsorted(stored.start, delivered.start)
    if not len(stored):
        return np.zeros(len(delivered), dtype=np.bool_), at
    near = np.minimum(at, len(stored) - 1)
    same: _Mask = (stored.start[near] == delivered.start) & (stored.minutes[near] == delivered.minutes)
    return same, near


def _touches(curve: Curve, others: Curve) -> _Mask:
    """Which readings of `curve` overlap a reading of `others`."""
    first = np.searchsorted(others.end, curve.start, side="right")
    past = np.searchsorted(others.start, curve.end, side="left")
    touched: _Mask = past > first
    return touched


def _without_partial_cover(stored: Curve, delivered: Curve, candidate: _Mask) -> tuple[_Mask, _Mask]:
    """Candidates that replace only completely covered stored readings, and those refused for the others."""
    refused = np.zeros(len(delivered), dtype=np.bool_)
    while True:
        taken = delivered.select(candidate)
        touched = _touches(stored, taken)
        whole = _covered(stored, taken) == stored.minutes.astype(np.int64) * 60_000
        partly = candidate & _touches(delivered, stored.select(touched & ~whole))
        if not bool(partly.any()):
            return candidate, refused
        # a refused reading may have been needed to cover another stored one: check again
        candidate = candidate & ~partly
        refused |= partly


def _covered(curve: Curve, by: Curve) -> NDArray[np.int64]:
    """Milliseconds of each reading of `curve` that readings of `by` cover."""
    total = np.concatenate([[0], np.cumsum(by.end - by.start)])

    def before(moments: NDArray[np.int64]) -> NDArray[np.int64]:
        at = np.searchsorted(by.start, moments, side="right")
        if not len(by):
            return np.zeros(len(moments), dtype=np.int64)
        inside = np.maximum(by.end[at - 1] - moments, 0)
        covered: NDArray[np.int64] = np.where(at > 0, total[at] - inside, 0)
        return covered

    covered: NDArray[np.int64] = before(curve.end) - before(curve.start)
    return covered


def _joined(
    one: Curve, one_origin: NDArray[np.uint8], two: Curve, two_origin: NDArray[np.uint8]
) -> tuple[Curve, NDArray[np.uint8]]:
    start = np.concatenate([one.start, two.start])
    order = np.argsort(start, kind="stable")
    return (
        Curve.of(
            start[order],
            np.concatenate([one.minutes, two.minutes])[order],
            np.concatenate([one.watts, two.watts])[order],
        ),
        np.concatenate([one_origin, two_origin])[order],
    )


def _refusals(delivered: Curve, masks: dict[RefusalReason, _Mask]) -> tuple[Refusal, ...]:
    return tuple(
        Refusal(
            reason,
            int(mask.sum()),
            f"{local(int(delivered.start[mask][0])):%Y-%m-%d %H:%M}: {int(delivered.watts[mask][0])} W",
        )
        for reason, mask in masks.items()
        if bool(mask.any())
    )
