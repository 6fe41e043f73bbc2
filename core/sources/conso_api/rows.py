"""The rows of a series as a load curve: stamps, steps and powers checked, refused rows told one by one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.model import MINUTE_MS, Curve, Refusal, RefusalReason
from core.paristime import DAY_MS, HOUR_MS, ends_to_utc, exists, is_ambiguous, now_ms, to_utc
from core.sources.conso_api.series import Series
from core.sources.overlaps import NONE, overlapped
from core.sources.refusals import MAX_WATTS, STEPS_BY_NAME, Refusals

STAMP: Final = "%Y-%m-%d %H:%M:%S"
_EARLIEST: Final = 10_957 * DAY_MS  # the year 2000, long before the first Linky
_Mask = NDArray[np.bool_]


def curve_of(series: Series, live: bool, *, stamped_at_end: bool) -> tuple[Curve, tuple[Refusal, ...]]:
    """The readings in order, and the refused rows."""
    refusals, row = Refusals(), series.row
    empty = np.array([value is None or value == "" for value in series.values], dtype=np.bool_)
    rows = np.arange(len(empty))
    # null is no reading and not an error; for a file it is reported, as it is not queried again
    rows = rows[~empty] if live else refusals.without(rows, empty, RefusalReason.NO_VALUE, row)

    ends, told, bad = _stamps(series.stamps)
    bad[~bad] = (~told[~bad] & ~exists(ends[~bad])) | (ends[~bad] < _EARLIEST)
    rows = refusals.without(rows, bad, RefusalReason.BAD_STAMP, row)

    minutes = np.array(
        [STEPS_BY_NAME.get(step, 0) if isinstance(step, str) else 0 for step in series.steps], np.int64
    )
    rows = refusals.without(rows, minutes == 0, RefusalReason.UNKNOWN_STEP, row)
    off = ends % (np.maximum(minutes, 1) * MINUTE_MS) != 0
    rows = refusals.without(rows, off, RefusalReason.OFF_GRID, row)

    power = pd.to_numeric(pd.Series(series.values, dtype=object).map(_text), errors="coerce").to_numpy(
        np.float64
    )
    rows = refusals.without(
        rows, ~np.isfinite(power) | (power != np.rint(power)), RefusalReason.NOT_A_NUMBER, row
    )
    rows = refusals.without(rows, power < 0, RefusalReason.NEGATIVE, row)
    rows = refusals.without(rows, power > MAX_WATTS, RefusalReason.TOO_LARGE, row)

    naive = rows[~told[rows]]
    ends[naive] = _to_utc(ends[naive])
    if not stamped_at_end:
        ends = ends + minutes * MINUTE_MS
    rows = refusals.without(rows, ends > now_ms(), RefusalReason.NOT_ENDED, row)
    rows, start = _in_order(rows, ends[rows] - minutes[rows] * MINUTE_MS, minutes)
    watts = np.where(np.abs(power) <= MAX_WATTS, power, 0).astype(np.int64)
    rows, start = _once(rows, start, minutes, watts, refusals, row)
    return Curve.of(start, minutes[rows], watts[rows]), refusals.all()


def _stamps(written: list[Any]) -> tuple[NDArray[np.int64], _Mask, _Mask]:
    """Stamps as naive Paris ms, or UTC if they have an offset; masks of those with one, and of bad ones."""
    wall = pd.to_datetime(pd.Series(written, dtype=object).map(_text), format=STAMP, errors="coerce")
    moments = wall.astype("datetime64[ms]").to_numpy().astype(np.int64)  # NaT: the least int64
    bad = wall.isna().to_numpy(copy=True)
    told = np.zeros(len(bad), np.bool_)
    for at in np.flatnonzero(bad).tolist():
        try:
            moment = datetime.fromisoformat(_text(written[at]))
        except ValueError:
            continue
        if len(_text(written[at])) > len("2025-12-01") and not moment.microsecond:
            told[at] = moment.tzinfo is not None
            moments[at] = round((moment if told[at] else moment.replace(tzinfo=UTC)).timestamp() * 1000)
            bad[at] = False
    return moments, told, bad


def _text(value: object) -> str:
    """A value as written; booleans and containers give a text that is not a number."""
    return str(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else "?"


def _to_utc(ends: NDArray[np.int64]) -> NDArray[np.int64]:
    """UTC of END stamps, listed in any order."""
    steps = np.diff(ends)
    if len(steps) and int((steps < 0).sum()) > 0.9 * len(steps):
        return _to_utc(ends[::-1])[::-1]
    if bool(((steps > 0) | ((steps >= -HOUR_MS) & is_ambiguous(ends[1:]))).all()):
        return ends_to_utc(ends)
    # no order: in the repeated hour, the first row of a stamp is summer time, the next winter time
    second = np.zeros(len(ends), dtype=np.bool_)
    for stamp in np.unique(ends[is_ambiguous(ends)]):
        (rows,) = np.nonzero(ends == stamp)
        second[rows[1::2]] = True
    return to_utc(ends, second)


def _in_order(
    rows: NDArray[np.intp], start: NDArray[np.int64], minutes: NDArray[np.int64]
) -> tuple[NDArray[np.intp], NDArray[np.int64]]:
    """Sorted by start, then the finer step first; rows of the same interval keep their order."""
    order = np.lexsort((minutes[rows], start))
    return rows[order], start[order]


def _once(
    rows: NDArray[np.intp],
    start: NDArray[np.int64],
    minutes: NDArray[np.int64],
    watts: NDArray[np.int64],
    refusals: Refusals,
    row: Callable[[int], str],
) -> tuple[NDArray[np.intp], NDArray[np.int64]]:
    """Each time once: repeats are dropped; of two rows that contradict or overlap, the first is kept."""
    end = start + minutes[rows] * MINUTE_MS
    over = overlapped(start, end)
    for at in np.flatnonzero(over != NONE):
        first = over[at]
        if start[at] != start[first] or end[at] != end[first]:
            refusals.add(RefusalReason.OVERLAP, 1, row(rows[at]))
        elif watts[rows[at]] != watts[rows[first]]:
            refusals.add(RefusalReason.CONTRADICTION, 1, row(rows[at]))
    keep = over == NONE
    return rows[keep], start[keep]
