"""Converts between Paris wall time and UTC, in columns.

Enedis stamps the END of an interval, often in Paris wall time without offset. The correct order is: localise
the end, convert to UTC, then subtract the step. A reading belongs to the Paris day of its start. Naive wall
times are int64 milliseconds "as if UTC"; days are numpy datetime64[D].
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from core.model import Days, Span

PARIS: Final = ZoneInfo("Europe/Paris")
HOUR_MS: Final = 3_600_000
DAY_MS: Final = 24 * HOUR_MS
_FIRST_YEAR: Final = 1997  # since 1996 clocks in the EU change on the last Sundays of March and October
_LAST_YEAR: Final = 2100
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


@cache
def _changes() -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Moments (UTC ms) at which the Paris offset changes, and the new offset (ms) of each."""
    moments, offsets = [-(1 << 62)], [HOUR_MS]
    for year in range(_FIRST_YEAR, _LAST_YEAR + 1):
        for month, offset in ((3, 2 * HOUR_MS), (10, HOUR_MS)):
            last = date(year, month, 31)
            sunday = last - timedelta(days=(last.weekday() + 1) % 7)
            moments.append(to_ms(datetime(sunday.year, sunday.month, sunday.day, 1, tzinfo=UTC)))
            offsets.append(offset)
    return np.array(moments, dtype=np.int64), np.array(offsets, dtype=np.int64)


def to_ms(moment: datetime) -> int:
    """UTC ms of a moment; a naive one, as MongoDB's driver returns, is in UTC."""
    return round((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() * 1000)


def to_datetime(utc: int) -> datetime:
    """The aware UTC datetime of UTC ms, exact to the millisecond, to be stored as a BSON date."""
    return _EPOCH + timedelta(milliseconds=utc)


def to_wall(utc: NDArray[np.int64]) -> NDArray[np.int64]:
    """Paris wall time (naive ms) of UTC ms."""
    moments, offsets = _changes()
    return utc + offsets[np.searchsorted(moments, utc, side="right") - 1]


def to_utc(wall: NDArray[np.int64], second: NDArray[np.bool_] | None = None) -> NDArray[np.int64]:
    """UTC ms of Paris wall times (naive ms). ValueError for a time that does not exist (spring).

    A time that exists twice (autumn) is the first one, in summer time, unless `second` is True for it.
    """
    summer, winter = wall - 2 * HOUR_MS, wall - HOUR_MS
    summer_fits, winter_fits = to_wall(summer) == wall, to_wall(winter) == wall
    if not bool((summer_fits | winter_fits).all()):
        raise ValueError("this wall time does not exist in Paris")
    take_winter = winter_fits & (~summer_fits | (second if second is not None else False))
    return np.where(take_winter, winter, summer)


def is_ambiguous(wall: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Mask of the wall times that exist twice: 02:00 to 02:59 on the autumn day."""
    twice: NDArray[np.bool_] = (to_wall(wall - 2 * HOUR_MS) == wall) & (to_wall(wall - HOUR_MS) == wall)
    return twice


def exists(wall: NDArray[np.int64]) -> NDArray[np.bool_]:
    """False for wall times skipped in spring: 02:00 to 02:59."""
    once: NDArray[np.bool_] = (to_wall(wall - 2 * HOUR_MS) == wall) | (to_wall(wall - HOUR_MS) == wall)
    return once


def ends_to_utc(wall: NDArray[np.int64]) -> NDArray[np.int64]:
    """UTC ms of naive END stamps listed in ascending time. ValueError for a stamp that does not exist.

    Winter time begins where an autumn stamp is repeated or the stamps step back.
    """
    second = np.zeros(len(wall), dtype=np.bool_)
    for day in np.unique(wall[is_ambiguous(wall)] // DAY_MS):
        (rows,) = np.nonzero((wall // DAY_MS == day) & is_ambiguous(wall))
        back = np.nonzero(np.diff(wall[rows]) <= 0)[0]
        if len(back):
            second[rows[back[0] + 1 :]] = True
    return to_utc(wall, second)


def day_of(utc: NDArray[np.int64]) -> NDArray[np.datetime64]:
    """The Paris day (datetime64[D]) of each start."""
    return (to_wall(utc) // DAY_MS).astype("datetime64[D]")


def midnight(day: date) -> int:
    """UTC ms at which a Paris day begins."""
    return to_ms(datetime(day.year, day.month, day.day, tzinfo=PARIS))


def midnights(days: NDArray[np.datetime64]) -> NDArray[np.int64]:
    """UTC ms at which Paris days begin. Midnight is never ambiguous in Paris."""
    return to_utc(days.astype("datetime64[D]").astype(np.int64) * DAY_MS)


def each_day(days: Days) -> NDArray[np.datetime64]:
    """Every Paris day of an interval, as datetime64[D]."""
    return np.arange(np.datetime64(days.first), np.datetime64(days.end), dtype="datetime64[D]")


def span_of(days: Days) -> Span:
    """The UTC span of Paris days."""
    return Span(midnight(days.first), midnight(days.end))


def minutes_of(day: date) -> int:
    """Minutes of a Paris day: 1,440; 1,380 on the spring day, 1,500 on the autumn day."""
    return (midnight(day + timedelta(days=1)) - midnight(day)) // 60_000


def local(utc: int) -> datetime:
    """The aware Paris datetime of UTC ms."""
    return datetime.fromtimestamp(utc / 1000, tz=PARIS)


def now_ms() -> int:
    """The current time in UTC ms."""
    return to_ms(datetime.now(UTC))


def today() -> date:
    """Today in Paris."""
    return datetime.now(PARIS).date()
