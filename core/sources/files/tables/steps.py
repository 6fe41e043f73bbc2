"""Steps of rows that do not state them: as the file states, else by the rows around them.

A stretch is a series of rows one step apart, also across single missing readings. A step is accepted where a
long enough stretch keeps it; all other rows take the step of the stretches around them, so that alternately
missing readings remain gaps and do not become longer readings. Stamps are minutes since 1970 in UTC.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.model import STEPS

NO_STEP: Final = 0
"""Step (minutes) of a row that states none."""
SUPPORT: Final = 12
"""Rows one step apart that establish the step of their stretch."""
_FINER: Final = 4
"""The same for rows that cannot have a longer step, as they are between two of its intervals."""
_DOUBTED: Final = 3
"""Consecutive rows that could also be read otherwise, from which on that is reported."""
_SURE: Final = 48
"""Rows of one stretch that leave no doubt about its step."""

Moments = NDArray[np.int32]
Steps = NDArray[np.int8]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Doubt:
    """Rows that can be read in two ways: number, first index, distance and assumed step (minutes)."""

    count: int
    first: int
    apart: int
    minutes: int


def row_steps(moment: Moments, *, stamped_at_end: bool, stated: int = NO_STEP) -> Steps:
    """The step (minutes) of each row of ascending, distinct stamps; NO_STEP if nothing tells (a lone row).

    `stated`: the step that the file states. A row between two intervals of the rows around it gets their
    step, so that it is off their grid.
    """
    if not len(moment):
        return np.zeros(0, np.int8)
    if not stamped_at_end:
        return row_steps(-moment[::-1], stamped_at_end=True, stated=stated)[::-1]
    apart = np.diff(moment, prepend=moment[:1])  # to the row before; 0 at the first
    step = np.zeros(len(moment), np.int8)
    if not stated:
        for minutes in STEPS:
            strong = _stretches(moment, apart, minutes, SUPPORT)
            step[_with_first(strong, apart, minutes, moment)] = minutes
    usual = stated or usual_step(moment)
    step = _filled(step, usual)
    for minutes in STEPS:  # rows between two intervals that keep a step of their own
        finer = _with_first(_stretches(moment, apart, minutes, _FINER), apart, minutes, moment)
        finer &= step > minutes
        runs = _runs(finer)
        lies_between = _any_in(runs, finer, moment % np.maximum(step, 1) != 0)
        step[finer & lies_between] = minutes
    return step


def doubts(moment: Moments, step: Steps) -> list[Doubt]:
    """Where ascending END stamps can also be read otherwise.

    A few consecutive rows keep a distance longer than their step, or a stretch of a longer step is short.
    """
    found: list[Doubt] = []
    if len(moment) < 2:
        return found
    apart = np.diff(moment, prepend=moment[:1])
    for minutes in STEPS:
        even = (apart == minutes) & (moment % minutes == 0)
        runs = _runs(even)
        if not len(runs):
            continue
        first, length = runs[:, 0], runs[:, 1]
        holes = (step[first] < minutes) & (step[first] != NO_STEP) & (length >= _DOUBTED)
        before = step[np.maximum(first - 1, 0)]
        after = step[np.minimum(first + length, len(step) - 1)]
        short = (step[first] == minutes) & (length < _SURE) & (length >= SUPPORT)
        short &= ((before < minutes) & (first > 1)) | ((after < minutes) & (first + length < len(step)))
        found += [
            Doubt(int(length[at]), int(first[at]), minutes, int(step[first[at]]))
            for at in np.flatnonzero(holes | short)
        ]
    return sorted(found, key=lambda doubt: doubt.first)


def _stretches(moment: Moments, apart: Moments, minutes: int, support: int) -> Flags:
    """Rows of the stretches of a step that contain `support` rows or more.

    A single longer distance on the same grid is a missing reading of the stretch.
    """
    on_grid = (moment % minutes == 0) & (apart > 0)
    even = on_grid & (apart == minutes)
    hole = on_grid & (apart > minutes) & (apart % minutes == 0)
    hole[1:] &= even[:-1]
    hole[:-1] &= even[1:]
    hole[[0, -1]] = False
    inside = even | hole
    runs = _runs(inside)
    strong = np.zeros(len(moment), np.bool_)
    if not len(runs):
        return strong
    counted = np.concatenate([[0], np.cumsum(even)])
    first, end = runs[:, 0], runs[:, 0] + runs[:, 1]
    enough = counted[end] - counted[first] >= support - 1  # distances are one fewer than rows
    edges = np.zeros(len(moment) + 1, np.int8)
    edges[first[enough]] += 1
    edges[end[enough]] -= 1
    return np.asarray(np.cumsum(edges[:-1]) > 0)


def _with_first(strong: Flags, apart: Moments, minutes: int, moment: Moments) -> Flags:
    """The same with the row before each stretch, if a gap or nothing precedes that row."""
    first = np.zeros(len(strong), np.bool_)
    first[:-1] = strong[1:] & ~strong[:-1]
    return np.asarray(strong | (first & ((apart == 0) | (apart > minutes)) & (moment % minutes == 0)))


def usual_step(moment: Moments) -> int:
    """The most frequent distance (minutes) of ascending stamps that is a step; NO_STEP if none is.

    Of two equally frequent ones, the shorter.
    """
    apart, later = np.diff(moment), moment[1:]
    counts = [int(((apart == minutes) & (later % minutes == 0)).sum()) for minutes in STEPS]
    return STEPS[int(np.argmax(counts))] if any(counts) else NO_STEP


def _filled(step: Steps, usual: int) -> Steps:
    """Rows of no stretch take the step of the stretches around them; `usual` if there are no stretches.

    Of two different ones they take the shorter, so that no energy is invented.
    """
    (known,) = np.nonzero(step != NO_STEP)
    if len(known) == len(step):
        return step
    if not len(known):
        return np.full_like(step, usual)
    (alone,) = np.nonzero(step == NO_STEP)
    places = np.searchsorted(known, alone)
    left = step[known[np.maximum(places - 1, 0)]]
    right = step[known[np.minimum(places, len(known) - 1)]]
    step[alone] = np.minimum(left, right)
    return step


def _runs(flags: Flags) -> NDArray[np.intp]:
    """First index and length of each series of true flags."""
    edges = np.diff(np.concatenate([[False], flags, [False]]).astype(np.int8))
    (first,), (end,) = np.nonzero(edges == 1), np.nonzero(edges == -1)
    return np.stack([first, end - first], axis=1)


def _any_in(runs: NDArray[np.intp], inside: Flags, what: Flags) -> Flags:
    """For the rows of each series, whether it contains a row of the mask `what`."""
    if not len(runs):
        return np.zeros(len(inside), np.bool_)
    counted = np.concatenate([[0], np.cumsum(what & inside)])
    first, end = runs[:, 0], runs[:, 0] + runs[:, 1]
    holds = counted[end] > counted[first]
    edges = np.zeros(len(inside) + 1, np.int8)
    edges[first[holds]] += 1
    edges[end[holds]] -= 1
    return np.asarray(np.cumsum(edges[:-1]) > 0)
