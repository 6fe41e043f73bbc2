"""Begin and end of the intervals of a file's rows, if the rows do not state them completely.

Times are minutes since 1970; an int32 is enough for all that a file can name.
"""

from __future__ import annotations

from itertools import product
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.model import MINUTE_MS, STEPS
from core.paristime import DAY_MS, HOUR_MS, is_ambiguous, to_utc, to_wall
from core.sources.files.tables.columns import Flags, Numbers
from core.sources.files.tables.stamps import NO_OFFSET, Stamps
from core.sources.files.tables.steps import NO_STEP, Moments, Steps

APART: Final = 8
"""Rows between two listings of the repeated hour."""
_LISTED: Final = 200
"""More rows than one listing of the repeated hour has, each written twice."""
_OFFSETS: Final = (120, 60)
"""Minutes that Paris is east of UTC, in summer and in winter."""


def localised(moment: Moments, naive: Flags, steps: Steps, *, newest_first: bool = False) -> Moments:
    """UTC of stamps as a file lists them: the `naive` ones are existing Paris wall times.

    The others are in UTC and show, in the repeated hour, in which half the rows around them are.
    """
    if newest_first:
        return localised(moment[::-1], naive[::-1], steps[::-1])[::-1]
    utc = moment.astype(np.int64) * MINUTE_MS
    wall = np.where(naive, utc, to_wall(utc))
    second = wall - utc == HOUR_MS
    (rows,) = np.nonzero(is_ambiguous(wall))
    if len(rows):
        second[rows] = _in_winter(rows, wall, naive, second, steps)
    return np.where(naive, to_utc(wall, second) // MINUTE_MS, moment).astype(np.int32)


def _in_winter(rows: NDArray[np.intp], wall: Numbers, naive: Flags, second: Flags, steps: Steps) -> Flags:
    """Mask of rows of the repeated hour that are in its second half, winter time; by listing of the hour.

    In order of time, winter begins where the stamps step back, and equal neighbours are one row twice. Sorted
    by stamp, they never step back, and the second of two equal neighbours is the winter one. A stamp listed
    once is summer time, unless the previous row is over an hour away and the next is not. If some rows have
    an offset, the others are moved to the half with room for them.
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
    winter = np.where(steps_back, in_order, np.where(repeats, paired, late))
    told = ~naive[rows]
    if told.any():
        winter = np.where(told, second[rows], winter)
        begin, step, firsts = twice % HOUR_MS // MINUTE_MS, steps[rows], np.flatnonzero(fresh)
        mixed = np.minimum.reduceat(step, firsts) != np.maximum.reduceat(step, firsts)
        mixed &= np.logical_or.reduceat(told, firsts) & ~steps_back[firsts] & (last - firsts < _LISTED)
        for one in np.flatnonzero(mixed):
            place = slice(firsts[one], last[one] + 1)
            winter[place] = _with_room(
                begin[place].tolist(), step[place].tolist(), told[place], winter[place]
            )
    return np.asarray(winter)


def _with_room(begin: list[int], step: list[int], told: Flags, winter: Flags) -> list[bool]:
    """`winter`, with rows of unknown half moved to the other half where rows of another step fill theirs.

    A half is known if `told`. Rows are moved only if there is room. `begin`: minutes after 02:00.
    """
    found: list[bool] = winter.tolist()
    held = {(half, minutes): 0 for half in (False, True) for minutes in set(step)}
    for row in (*np.flatnonzero(told).tolist(), *np.flatnonzero(~told).tolist()):
        place = (1 << step[row]) - 1 << begin[row]  # a bit for each minute
        taken = {
            half: any(
                bits & place
                for (other, minutes), bits in held.items()
                if other == half and minutes != step[row]
            )
            for half in (False, True)
        }
        if not told[row] and taken[found[row]] and not taken[not found[row]]:
            found[row] = not found[row]
        held[found[row], step[row]] |= place
    return found


def _near(wall: Numbers, rows: NDArray[np.intp]) -> Flags:
    """Whether the row before each of these (which may be past the last) is at most an hour earlier."""
    there = (rows > 0) & (rows < len(wall))
    apart = wall[np.minimum(rows, len(wall) - 1)] - wall[np.maximum(rows - 1, 0)]
    return np.asarray(there & (apart >= 0) & (apart <= HOUR_MS))


def _since(fresh: Flags, what: Flags) -> Numbers:
    """Number of occurrences since the listing began."""
    count = np.cumsum(what)
    return np.asarray(count - np.maximum.accumulate(np.where(fresh, count, 0)))


def told_by_ends(begin: Stamps, end: Stamps) -> tuple[Numbers, Stamps]:
    """The steps (minutes) and begins of intervals written with both ends in Paris wall time.

    NO_STEP if the ends are not a step apart. A begin gets an offset if only one makes a step of its interval.
    """
    steps = np.full(len(begin.wall), NO_STEP, np.int64)
    summer, winter = (np.zeros(len(steps), np.bool_) for _ in _OFFSETS)
    for (offset, fits), end_offset in product(zip(_OFFSETS, (summer, winter), strict=True), _OFFSETS):
        apart = (end.wall - begin.wall) // MINUTE_MS + offset - end_offset
        fit = _is_step(apart) & _has_offset(begin.wall, offset) & _has_offset(end.wall, end_offset)
        steps[fit] = apart[fit]
        fits |= fit
    told = np.select([summer & ~winter, winter & ~summer], _OFFSETS, NO_OFFSET)
    told = np.where(begin.offset == NO_OFFSET, told, begin.offset)
    return steps, Stamps(begin.wall, told, begin.good)


def _has_offset(wall: Numbers, offset: int) -> Flags:
    return np.asarray(to_wall(wall - offset * MINUTE_MS) == wall)


def _is_step(apart: NDArray[np.integer]) -> Flags:
    found = np.zeros(len(apart), np.bool_)
    for step in STEPS:
        found |= apart == step
    return found
