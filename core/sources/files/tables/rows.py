"""Makes a load curve of the rows of a file, in any order, and counts the refused ones."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from core.errors import SourceError
from core.model import MINUTE_MS, Assumed, Assumption, Curve, RefusalReason
from core.paristime import DAY_MS, exists, is_ambiguous, now_ms, to_wall
from core.sources.files.tables.columns import OK, REASONS, Flags, Lines, Numbers
from core.sources.files.tables.numbers import MILLI
from core.sources.files.tables.stamps import NO_OFFSET, Stamps
from core.sources.files.tables.steps import NO_STEP, Moments, Steps, doubts, row_steps, usual_step
from core.sources.files.tables.timing import APART, localised
from core.sources.overlaps import NONE, overlapped
from core.sources.refusals import MAX_WATTS, Refusals

_GRID: Final = 5
"""Every step is a multiple of so many minutes."""
_SETTLE: Final = 1 << 18
"""Rows that are gathered before they are sorted.

From there on only distinct ones are kept, so that a file's size hardly matters to memory.
"""
_NOISE_ROWS: Final = 100_000
_HOUR: Final = 60
_DAY: Final = 23 * _HOUR
"""Distance in minutes from which on rows are daily."""
_Kind = TypeVar("_Kind", bound=np.generic)


@dataclass(frozen=True, slots=True)
class _Columns:
    """Rows by column: stamp, step, power in W, whether there is a value."""

    moment: Moments
    minutes: Steps
    watts: NDArray[np.int32]
    valued: Flags

    @classmethod
    def joined(cls, parts: list[_Columns]) -> _Columns:
        return cls(
            np.concatenate([part.moment for part in parts]),
            np.concatenate([part.minutes for part in parts]),
            np.concatenate([part.watts for part in parts]),
            np.concatenate([part.valued for part in parts]),
        )

    @classmethod
    def empty(cls) -> _Columns:
        moment, flags = np.zeros(0, np.int32), np.zeros(0, np.bool_)
        return cls(moment, np.zeros(0, np.int8), np.zeros(0, np.int32), flags)

    def __len__(self) -> int:
        return len(self.moment)

    def packed(self, which: Flags | NDArray[np.intp]) -> _Columns:
        """These rows, in this order, written over the columns: others would be the peak of memory."""
        return _Columns(
            _packed(self.moment, which),
            _packed(self.minutes, which),
            _packed(self.watts, which),
            _packed(self.valued, which),
        )


class Rows:
    """The rows of one meter, gathered block by block. Only rows with a valid stamp are kept."""

    def __init__(self, *, energy: bool = False) -> None:
        """`energy`: what is added as power is energy in mWh, from which the step gives the power."""
        self._energy = energy
        self._gathered: list[_Columns] = []
        self._naive: list[Flags] = []
        """Which of the gathered stamps are Paris wall time; the others are UTC."""
        self._held = 0
        self._settled = _Columns.empty()
        self._first, self._last = 1 << 62, -1
        self._rises = 0
        """Number of rows later than the one before, minus those earlier."""
        self.refusals = Refusals()
        self.assumed: tuple[Assumption, ...] = ()
        """What was assumed to make the curve; set by `curve`."""
        self.is_daily = False
        """Whether its rows are days apart; set by `curve`."""
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
        """Add the rows of a block (`only`: those of a mask). `minutes`: the steps that the rows state."""
        mine = np.ones(len(lines), np.bool_) if only is None else only
        naive = stamps.offset == NO_OFFSET
        good = stamps.good & (exists(stamps.wall) | ~naive) if naive.any() else stamps.good
        self.seen += int(mine.sum())
        self._note(lines, mine & ~good, RefusalReason.BAD_STAMP)
        self._give_up_on_noise()
        kept = mine & good
        moment = stamps.wall - np.where(naive, 0, stamps.offset) * MINUTE_MS
        stray = kept & (moment % (_GRID * MINUTE_MS) != 0)  # it would suggest a step of its own
        self._note(lines, stray, RefusalReason.OFF_GRID)
        kept &= ~stray
        if minutes is not None:
            self._note(lines, kept & (minutes == NO_STEP), RefusalReason.UNKNOWN_STEP)
            kept &= minutes != NO_STEP
        for number in np.unique(against[kept]):
            self._note(lines, kept & (against == number), REASONS[number])
        steps = np.full(len(lines), NO_STEP) if minutes is None else minutes
        if kept.any():
            wall = stamps.wall[kept]
            self._first, self._last = min(self._first, int(wall.min())), max(self._last, int(wall.max()))
            self._gather(
                _Columns(
                    (moment[kept] // MINUTE_MS).astype(np.int32),
                    steps[kept].astype(np.int8),
                    watts[kept].astype(np.int32),
                    against[kept] == OK,
                ),
                naive[kept],
            )

    def _gather(self, rows: _Columns, naive: Flags) -> None:
        self._gathered.append(rows)
        self._naive.append(naive)
        self._held += len(rows)
        # the repeated hour is sorted as a whole, except in a file that contains nothing else
        last = rows.moment[-2 * APART :].astype(np.int64) * MINUTE_MS
        torn = is_ambiguous(np.where(naive[-2 * APART :], last, to_wall(last)))
        if self._held >= 4 * _SETTLE or (self._held >= _SETTLE and not torn.any()):
            self._settle()

    def _give_up_on_noise(self) -> None:
        """SourceError `file-no-readings` if, after many rows, nearly all stamps are invalid."""
        bad = self.refusals.counts.get(RefusalReason.BAD_STAMP, 0)
        if self.seen >= _NOISE_ROWS and bad > self.seen * 9 // 10:
            example = self.refusals.examples[RefusalReason.BAD_STAMP]
            raise SourceError("file-no-readings", count=bad, example=example, why=RefusalReason.BAD_STAMP)

    def _note(self, lines: Lines, which: Flags, why: RefusalReason | None) -> None:
        if why is not None and which.any():
            self.refusals.add(why, int(which.sum()), lines.string(int(np.argmax(which))))

    @property
    def first(self) -> int:
        """The earliest stamp as written (naive ms)."""
        return self._first

    @property
    def last(self) -> int:
        """The latest stamp as written (naive ms); -1 if there is none."""
        return self._last

    def usual(self) -> int:
        """The step (minutes) that most rows state or keep; NO_STEP if none does."""
        self._settle()
        stated = self._settled.minutes[self._settled.minutes != NO_STEP]
        return int(np.argmax(np.bincount(stated))) if len(stated) else usual_step(self._settled.moment)

    def curve(self, *, stamped_at_end: bool = True, stated: int = NO_STEP) -> Curve:
        """The curve of all rows, which are then dropped. `stated`: the step that the file states."""
        self._settle()
        rows, self._settled = self._settled, _Columns.empty()
        if not len(rows):
            return Curve.empty()
        minutes = rows.minutes
        self.is_daily = bool((np.diff(rows.moment) >= _DAY).all()) and self._last % DAY_MS == 0
        if not minutes.any():
            minutes = row_steps(rows.moment, stamped_at_end=stamped_at_end, stated=stated)
            self._note_doubts(rows.moment, minutes, stamped_at_end)
        end = rows.moment if stamped_at_end else rows.moment + minutes
        kept = self._without(rows.valued, minutes == NO_STEP, end, RefusalReason.UNKNOWN_STEP)
        kept = self._without(kept, end % np.maximum(minutes, 1) != 0, end, RefusalReason.OFF_GRID)
        kept = self._without(kept, end > now_ms() // MINUTE_MS, end, RefusalReason.NOT_ENDED)
        watts = rows.watts if not self._energy else _mean_power(rows.watts, minutes)
        kept = self._without(kept, watts > MAX_WATTS, end, RefusalReason.TOO_LARGE)
        start, minutes, watts = (end - minutes)[kept], minutes[kept], watts[kept]
        del rows, end, kept
        return self._once(start, minutes, watts)

    def _note_doubts(self, moment: Moments, minutes: Steps, stamped_at_end: bool) -> None:
        found = doubts(moment, minutes) if stamped_at_end else doubts(-moment[::-1], minutes[::-1])
        told: dict[tuple[int, int], Assumption] = {}
        for doubt in found:
            place = doubt.first if stamped_at_end else len(moment) - doubt.first - doubt.count
            what = Assumed.HOLES if doubt.apart > doubt.minutes else Assumed.LONGER
            known = told.get((doubt.apart, doubt.minutes))
            at = min(int(moment[place]) * MINUTE_MS, known.at if known else 1 << 62)
            count = doubt.count + (known.count if known else 0)
            told[doubt.apart, doubt.minutes] = Assumption(what, count, at, doubt.apart, doubt.minutes)
        self.assumed = tuple(told.values())

    def _settle(self) -> None:
        """Sort the gathered rows into those before, each stamp and step once."""
        if not self._gathered:
            return
        fresh, naive = _Columns.joined(self._gathered), np.concatenate(self._naive)
        self._gathered.clear()
        self._held = 0
        self._naive.clear()
        self._rises += int(np.sign(np.diff(fresh.moment)).sum())
        if naive.any():
            fresh.moment[:] = localised(fresh.moment, naive, fresh.minutes, newest_first=self._rises < 0)
        if len(self._settled) and fresh.moment.max() < self._settled.moment[0]:  # newest first
            fresh, self._settled = self._settled, self._in_order(fresh)
        self._settled = _Columns.joined([self._settled, fresh])
        del fresh
        self._settled = self._in_order(self._settled)

    def _in_order(self, rows: _Columns) -> _Columns:
        """Rows ascending, one for each stamp and step.

        The first is kept, a different value being a contradiction; a row without a value is replaced by one
        with. The given columns may be overwritten.
        """
        if bool((rows.moment[1:] > rows.moment[:-1]).all()):
            return rows
        # one small number a row sorts with less memory than a key for each column
        rank = rows.moment // _GRID << 5
        rank |= rows.minutes // _GRID << 1
        rank |= ~rows.valued
        order = np.argsort(rank, kind="stable")
        rank = rank[order]
        rows = rows.packed(order)
        del order
        rank >>= 1
        again = np.zeros(len(rank), np.bool_)
        again[1:] = rank[1:] == rank[:-1]
        del rank
        contradicting = _contradicts(rows.watts, rows.valued, again)
        self.refusals.add_moments(RefusalReason.CONTRADICTION, rows.moment[contradicting])
        return rows.packed(~again)

    def _once(self, start: Moments, minutes: Steps, watts: NDArray[np.int32]) -> Curve:
        """The curve without readings that overlap an earlier one (rows of different steps)."""
        order = np.lexsort((minutes, start)) if bool((start[1:] <= start[:-1]).any()) else slice(None)
        start, minutes, watts = start[order], minutes[order], watts[order]
        kept = overlapped(start, start + minutes) == NONE
        self.refusals.add_moments(RefusalReason.OVERLAP, start[~kept])
        return Curve.of(start[kept].astype(np.int64) * MINUTE_MS, minutes[kept], watts[kept])

    def _without(self, kept: Flags, unfit: Flags, moments: Moments, why: RefusalReason) -> Flags:
        self.refusals.add_moments(why, moments[kept & unfit])
        return kept & ~unfit


def _packed(column: NDArray[_Kind], which: Flags | NDArray[np.intp]) -> NDArray[_Kind]:
    chosen = column[which]
    column[: len(chosen)] = chosen
    return column[: len(chosen)]


def _mean_power(milliwatt_hours: NDArray[np.int32], minutes: Steps) -> NDArray[np.int32]:
    """The mean power (W) of energies (mWh), rounded half to even."""
    whole, rest = np.divmod(
        milliwatt_hours.astype(np.int64) * _HOUR, np.maximum(minutes.astype(np.int64), 1) * MILLI
    )
    twice = 2 * rest - np.maximum(minutes.astype(np.int64), 1) * MILLI
    power = whole + ((twice > 0) | ((twice == 0) & (whole % 2 == 1)))
    return np.asarray(np.minimum(power, np.iinfo(np.int32).max).astype(np.int32))


def _contradicts(watts: NDArray[np.int32], valued: Flags, again: Flags) -> Flags:
    """Mask of rows that repeat (`again`) a stamp with another value than that of its first row."""
    first = np.arange(len(again), dtype=np.int32)
    first[again] = 0
    np.maximum.accumulate(first, out=first)
    return np.asarray(again & valued & (watts != watts[first]))
