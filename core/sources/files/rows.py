"""From the rows of a file, in whatever order and shape, to a load curve and what was left out of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from core.errors import SourceError
from core.model import MINUTE_MS, STEPS, Curve, Refusal, RefusalReason
from core.paristime import DAY_MS, exists, is_ambiguous, now_ms, to_utc
from core.sources.files.columns import NO_OFFSET, OK, REASONS, Flags, Lines, Numbers, Stamps

NO_STEP: Final = 0
"""Stands for the step (minutes) of a row that states none."""
T = TypeVar("T", bound=np.generic)
_GRID_MS: Final = 5 * MINUTE_MS
_PIECE: Final = 1 << 17
_NOISE_ROWS: Final = 100_000
_APART: Final = 8  # rows between two listings of an hour that happens twice


@dataclass(slots=True)
class Refusals:
    """How many rows were left out for which reason, each with its first row as an example."""

    counts: dict[RefusalReason, int] = field(default_factory=dict)
    examples: dict[RefusalReason, str] = field(default_factory=dict)

    def add(self, why: RefusalReason, count: int, example: str = "") -> None:
        if count:
            self.counts[why] = self.counts.get(why, 0) + count
            self.examples.setdefault(why, example)

    def all(self) -> tuple[Refusal, ...]:
        return tuple(Refusal(why, count, self.examples[why]) for why, count in self.counts.items())


class Rows:
    """The rows of one meter, gathered block by block. Only rows with a readable stamp are kept."""

    def __init__(self) -> None:
        self._wall: list[Numbers] = []
        self._offset: list[NDArray[np.int16]] = []
        self._minutes: list[NDArray[np.int16]] = []
        self._watts: list[NDArray[np.int32]] = []
        self._against: list[NDArray[np.uint8]] = []
        self.refusals = Refusals()
        self.seen = 0

    def add(
        self,
        lines: Lines,
        stamps: Stamps,
        watts: Numbers,
        against: NDArray[np.uint8],
        minutes: Numbers | None = None,
        only: Flags | None = None,
    ) -> None:
        """Take the rows of a block (`only` those a mask names). `minutes`: the steps the rows state."""
        mine = np.ones(len(lines), np.bool_) if only is None else only
        self.seen += int(mine.sum())
        self._note(lines, mine & ~stamps.good, RefusalReason.BAD_STAMP)
        self._give_up_on_noise()
        kept = mine & stamps.good
        stray = kept & (stamps.wall % _GRID_MS != 0)  # a step of its own would be told from such a row
        self._note(lines, stray, RefusalReason.OFF_GRID)
        kept &= ~stray
        if minutes is not None:
            self._note(lines, kept & (minutes == NO_STEP), RefusalReason.UNKNOWN_STEP)
            kept &= minutes != NO_STEP
        for number in np.unique(against[kept]):
            self._note(lines, kept & (against == number), REASONS[number])
        self._wall.append(stamps.wall[kept])
        self._offset.append(stamps.offset[kept].astype(np.int16))
        self._watts.append(watts[kept].astype(np.int32))
        self._against.append(against[kept])
        steps = np.zeros(len(lines), np.int64) if minutes is None else minutes
        self._minutes.append(steps[kept].astype(np.int16))

    def _give_up_on_noise(self) -> None:
        """A file that only begins like one of ours need not be read to its end."""
        bad = self.refusals.counts.get(RefusalReason.BAD_STAMP, 0)
        if self.seen >= _NOISE_ROWS and bad > self.seen * 9 // 10:
            example = self.refusals.examples[RefusalReason.BAD_STAMP]
            raise SourceError("file-no-readings", count=bad, example=example)

    def _note(self, lines: Lines, which: Flags, why: RefusalReason | None) -> None:
        if why is not None and which.any():
            self.refusals.add(why, int(which.sum()), lines.string(int(np.argmax(which))))

    @property
    def earliest_of_day(self) -> int | None:
        """Minutes after midnight, as written, of the earliest row."""
        earliest = [int(wall.min()) for wall in self._wall if len(wall)]
        return min(earliest) % DAY_MS // MINUTE_MS if earliest else None

    def curve(self, *, stamped_at_end: bool = True, usual: int = NO_STEP) -> Curve:
        """The curve of all rows. `usual`: the step the file states for rows whose neighbours tell none."""
        moment, minutes, watts, against = self._in_order(self._localised())
        if not len(moment):
            return Curve.empty()
        if not minutes.any():
            minutes = row_steps(moment, stamped_at_end=stamped_at_end, usual=usual)
        end = moment if stamped_at_end else moment + minutes.astype(np.int64) * MINUTE_MS
        valued = against == OK
        kept = self._without(valued, valued & (minutes == NO_STEP), end, RefusalReason.UNKNOWN_STEP)
        length = np.maximum(minutes, 1).astype(np.int64) * MINUTE_MS
        kept = self._without(kept, kept & (end % length != 0), end, RefusalReason.OFF_GRID)
        kept = self._without(kept, kept & (end > now_ms()), end, RefusalReason.NOT_ENDED)
        start = (end - length)[kept]
        return self._once(start, minutes[kept], watts[kept])

    def _localised(self) -> tuple[Numbers, NDArray[np.int16], NDArray[np.int32], NDArray[np.uint8]]:
        """The stamps in UTC, less those that do not happen."""
        wall, offset = _joined(self._wall, np.int64), _joined(self._offset, np.int16)
        minutes, watts = _joined(self._minutes, np.int16), _joined(self._watts, np.int32)
        against = _joined(self._against, np.uint8)
        naive = offset == NO_OFFSET
        if not naive.any():
            wall -= offset.astype(np.int64) * MINUTE_MS
            return wall, minutes, watts, against
        real = ~naive | _piecewise(exists, wall)
        if not real.all():
            self._refuse(wall[~real], RefusalReason.BAD_STAMP)
            wall, naive, offset = wall[real], naive[real], offset[real]
            minutes, watts, against = minutes[real], watts[real], against[real]
        if naive.all():
            return localised(wall), minutes, watts, against
        utc = wall - np.where(naive, 0, offset.astype(np.int64)) * MINUTE_MS
        utc[naive] = localised(wall[naive])
        return utc, minutes, watts, against

    def _in_order(
        self, columns: tuple[Numbers, NDArray[np.int16], NDArray[np.int32], NDArray[np.uint8]]
    ) -> tuple[Numbers, NDArray[np.int16], NDArray[np.int32], NDArray[np.uint8]]:
        """Ascending; of rows with one stamp and one step the first, a different value being a contradiction.
        A row without a value gives way to one with."""
        moment, minutes, watts, against = columns
        if bool((moment[1:] > moment[:-1]).all()):
            return columns
        # one number a row sorts with less memory than a key for each column
        rank = moment // MINUTE_MS << 8 | minutes.astype(np.int64) << 1 | (against != OK)
        order = np.argsort(rank, kind="stable")
        rank = rank[order] >> 1
        again = np.zeros(len(rank), np.bool_)
        again[1:] = rank[1:] == rank[:-1]
        del rank
        watts, against = watts[order], against[order]
        first = np.maximum.accumulate(np.where(again, 0, np.arange(len(again), dtype=np.int32)))
        contradicts = again & (against == OK) & (watts != watts[first])
        self._refuse(moment[order[contradicts]], RefusalReason.CONTRADICTION)
        kept = order[~again]
        return moment[kept], minutes[kept], watts[~again], against[~again]

    def _once(self, start: Numbers, minutes: NDArray[np.int16], watts: NDArray[np.int32]) -> Curve:
        """Without readings that overlap an earlier one (rows of different steps)."""
        order = np.lexsort((minutes, start)) if bool((start[1:] <= start[:-1]).any()) else slice(None)
        start, minutes, watts = start[order], minutes[order], watts[order]
        end = start + minutes.astype(np.int64) * MINUTE_MS
        suspects = np.flatnonzero(start[1:] < np.maximum.accumulate(end)[:-1]) + 1
        kept = np.ones(len(start), np.bool_)
        for row in suspects.tolist():
            last = row - 1
            while not kept[last]:
                last -= 1
            kept[row] = start[row] >= end[last]
        self._refuse(start[~kept], RefusalReason.OVERLAP)
        return Curve.of(start[kept], minutes[kept], watts[kept])

    def _without(self, kept: Flags, refused: Flags, moments: Numbers, why: RefusalReason) -> Flags:
        self._refuse(moments[refused], why)
        return kept & ~refused

    def _refuse(self, moments: Numbers, why: RefusalReason) -> None:
        if len(moments):
            self.refusals.add(why, len(moments), f"{np.datetime64(int(moments[0]), 'ms')}"[:16])


def _joined(blocks: list[NDArray[T]], kind: type[T]) -> NDArray[T]:
    """One column of its blocks, which are let go."""
    column = np.concatenate(blocks) if blocks else np.zeros(0, kind)
    blocks.clear()
    return column


def _piecewise(function: Callable[..., NDArray[T]], *columns: NDArray[Any]) -> NDArray[T]:
    """A function of each row, a piece at a time: what it needs meanwhile stays small."""
    pieces = range(0, max(len(columns[0]), 1), _PIECE)
    return np.concatenate([function(*(column[at : at + _PIECE] for column in columns)) for at in pieces])


def localised(wall: Numbers) -> Numbers:
    """UTC of Paris wall times as a file lists them, oldest or newest first. Of an hour that happens twice,
    winter time begins where the stamps step back; a second listing of the same day starts over."""
    if len(wall) and int((np.diff(wall) < 0).sum()) > len(wall) / 2:
        return localised(wall[::-1])[::-1]
    (rows,) = np.nonzero(_piecewise(is_ambiguous, wall))
    second = np.zeros(len(wall), np.bool_)
    if len(rows):
        twice = wall[rows]
        fresh = np.ones(len(rows), np.bool_)
        fresh[1:] = (np.diff(rows) > _APART) | (np.diff(twice // DAY_MS) != 0)
        back = np.zeros(len(rows), np.int64)
        back[1:] = (np.diff(twice) <= 0) & ~fresh[1:]
        backs = np.cumsum(back)
        before = np.maximum.accumulate(np.where(fresh, backs, 0))
        second[rows] = (backs - before) % 2 == 1
    return _piecewise(to_utc, wall, second)


def row_steps(moment: Numbers, *, stamped_at_end: bool, usual: int = NO_STEP) -> NDArray[np.int16]:
    """The step (minutes) of each row of ascending stamps that state none; NO_STEP where nothing tells.

    Of stamps at the end: the distance to the row before where that is a step, else to the row after. A lone
    multiple of the distances on both its sides is a missing reading, not a longer one, and an interval lies
    on the grid of its own step. Of stamps at the start the same, mirrored.
    """
    if not stamped_at_end:
        return row_steps(-moment[::-1], stamped_at_end=True, usual=usual)[::-1]
    apart = np.diff(moment) // MINUTE_MS
    none = np.zeros(1, np.int64)
    before, after = np.concatenate([none, apart]), np.concatenate([apart, none])
    earlier = np.concatenate([none, before[:-1]])  # the distance before the one to the row before
    regular = (earlier == after) & np.isin(after, STEPS)
    lone = regular & (before > after) & (before % np.maximum(after, 1) == 0)
    step = np.where(lone, after, np.where(_fits(before, moment), before, NO_STEP))
    step = np.where((step == NO_STEP) & _fits(after, moment), after, step)
    return _surrounded(step.astype(np.int16), usual)


def _fits(apart: Numbers, moment: Numbers) -> Flags:
    return np.asarray(np.isin(apart, STEPS) & (moment % (np.maximum(apart, 1) * MINUTE_MS) == 0))


def _surrounded(step: NDArray[np.int16], usual: int) -> NDArray[np.int16]:
    """Rows that stand alone take the step of the nearest rows on both sides where these agree."""
    (known,) = np.nonzero(step != NO_STEP)
    if len(known) == len(step):
        return step
    if not len(known):
        return np.full_like(step, usual)
    places = np.searchsorted(known, np.arange(len(step)))
    left = step[known[np.maximum(places - 1, 0)]]
    right = step[known[np.minimum(places, len(known) - 1)]]
    filled = np.where(left == right, left, usual)
    return np.where(step == NO_STEP, filled, step).astype(np.int16)
