"""When the intervals of a file's rows begin and how long they last, where the rows do not say it in full.

Moments are minutes since 1970, of which an int32 holds all that a file can name.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.model import MINUTE_MS, STEPS
from core.paristime import DAY_MS, HOUR_MS, is_ambiguous, to_utc, to_wall
from core.sources.files.columns import Flags, Numbers

NO_STEP: Final = 0
"""Stands for the step (minutes) of a row that states none."""
APART: Final = 8
"""Rows between two listings of an hour that happens twice."""

Moments = NDArray[np.int32]
Steps = NDArray[np.int8]


def localised(wall: Moments, *, newest_first: bool = False) -> Moments:
    """UTC of Paris wall times as a file lists them. All of them exist."""
    if newest_first:
        return localised(wall[::-1])[::-1]
    milliseconds = wall.astype(np.int64) * MINUTE_MS
    second = np.zeros(len(wall), np.bool_)
    (rows,) = np.nonzero(is_ambiguous(milliseconds))
    if len(rows):
        second[rows] = _in_winter(rows, milliseconds)
    return (to_utc(milliseconds, second) // MINUTE_MS).astype(np.int32)


def _in_winter(rows: NDArray[np.intp], wall: Numbers) -> Flags:
    """Which rows of an hour that happens twice are its second, winter time; another listing starts over.

    In order of time, winter begins where the stamps step back, and equal neighbours are one row twice.
    Sorted by stamp, they never step back, and the second of two equal neighbours is the winter one. Stamps
    that come once are summer time, unless they follow on nothing and only what follows them is near.
    """
    twice = wall[rows]
    fresh = np.ones(len(rows), np.bool_)
    fresh[1:] = (np.diff(rows) > APART) | (np.diff(twice // DAY_MS) != 0)
    apart = np.diff(twice, prepend=twice[:1])
    back, again = (apart < 0) & ~fresh, (apart == 0) & ~fresh
    listing = np.cumsum(fresh) - 1
    steps_back = (np.bincount(listing, weights=back) > 0)[listing]
    repeats = (np.bincount(listing, weights=again) > 0)[listing]
    in_order = _since(fresh, back) % 2 == 1
    followed = np.append(again[1:], False)
    paired = again | (~followed & (_since(fresh, again) > 0))
    last = np.append(np.flatnonzero(fresh)[1:], len(rows)) - 1
    late = (_near(wall, rows[last] + 1) & ~_near(wall, rows[fresh]))[listing]
    return np.asarray(np.where(steps_back, in_order, np.where(repeats, paired, late)))


def _near(wall: Numbers, rows: NDArray[np.intp]) -> Flags:
    """Whether the row before each of these (which may be behind the last) is at most an hour older."""
    there = (rows > 0) & (rows < len(wall))
    apart = wall[np.minimum(rows, len(wall) - 1)] - wall[np.maximum(rows - 1, 0)]
    return np.asarray(there & (apart >= 0) & (apart <= HOUR_MS))


def _since(fresh: Flags, what: Flags) -> Numbers:
    """How often it happened since the listing began."""
    count = np.cumsum(what)
    return np.asarray(count - np.maximum.accumulate(np.where(fresh, count, 0)))


def stated_steps(begin: Numbers, end: Numbers) -> Numbers:
    """The steps (minutes) of intervals written with both ends in Paris wall time (ms); NO_STEP where these
    are no interval apart. Over a change of clock they look an hour too long or too short."""
    steps = _steps_of((end - begin) // MINUTE_MS)
    first = np.where(to_wall(begin - 2 * HOUR_MS) == begin, begin - 2 * HOUR_MS, begin - HOUR_MS)
    for shift in (HOUR_MS, -HOUR_MS):
        real = end - begin - shift
        over_change = (steps == NO_STEP) & (to_wall(first + real) == end)
        steps = np.where(over_change, _steps_of(real // MINUTE_MS), steps)
    return steps


def _steps_of(apart: Numbers) -> Numbers:
    return np.where(_is_step(apart), apart, NO_STEP)


def row_steps(moment: Moments, *, stamped_at_end: bool, usual: int = NO_STEP) -> Steps:
    """The step (minutes) of each row of ascending stamps that state none; NO_STEP where nothing tells.

    Of stamps at the end: the distance to the row before where that is a step, else to the row after. A lone
    multiple of the distances on both its sides, or on its only side at the first or last row, is a missing
    reading, not a longer one, and an interval lies on the grid of its own step. Of stamps at the start the
    same, mirrored.
    """
    if not stamped_at_end:
        return row_steps(-moment[::-1], stamped_at_end=True, usual=usual)[::-1]
    apart = np.diff(moment)
    none = np.zeros(1, np.int32)
    before, after = np.concatenate([none, apart]), np.concatenate([apart, none])
    earlier = np.concatenate([none, before[:-1]])  # the distance before the one to the row before
    if len(apart) > 1:  # at the last row nothing is after
        after[-1] = earlier[-1]
    lone = (earlier == after) & _is_step(after) & (before > after)
    lone &= before % np.maximum(after, 1) == 0
    del earlier
    step = np.where(_fits(before, moment), before, NO_STEP).astype(np.int8)
    step[lone] = after[lone]
    later = (step == NO_STEP) & _fits(after, moment)
    step[later] = after[later]
    return _surrounded(step, usual)


def _fits(apart: Moments, moment: Moments) -> Flags:
    return np.asarray(_is_step(apart) & (moment % np.maximum(apart, 1) == 0))


def _is_step(apart: NDArray[np.integer]) -> Flags:
    found = np.zeros(len(apart), np.bool_)
    for step in STEPS:
        found |= apart == step
    return found


def _surrounded(step: Steps, usual: int) -> Steps:
    """Rows that stand alone take the step of the nearest rows on both sides where these agree."""
    (known,) = np.nonzero(step != NO_STEP)
    if len(known) == len(step):
        return step
    if not len(known):
        return np.full_like(step, usual)
    (alone,) = np.nonzero(step == NO_STEP)
    places = np.searchsorted(known, alone)
    left = step[known[np.maximum(places - 1, 0)]]
    right = step[known[np.minimum(places, len(known) - 1)]]
    step[alone] = np.where(left == right, left, usual)
    return step
