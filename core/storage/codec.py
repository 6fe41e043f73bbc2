"""Packs columns into one compressed binary value, for the record: the curve and the day log."""

from __future__ import annotations

import zlib
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from core.model import Curve
from core.storage.day_log import UNKNOWN_VA, DayLog

_LEVEL: Final = 4
_HEADER: Final = np.dtype("<i8")
_CURVE: Final = ("<i8", "<i2", "<i4", "u1")
_DAYS: Final = ("<i4", "<i8", "<i2", "u1", "<i4", "<i8", "<i2", "<i4", "<i8", "<i8", "<i2")
_PEAK_VA: Final = 6
"""Index of the maximum power among the columns after the day."""


def pack_curve(curve: Curve, origin: NDArray[np.uint8]) -> bytes:
    """Compressed curve and origin numbers; starts as differences, which are small for a regular series."""
    return _pack(_CURVE, (np.diff(curve.start, prepend=0), curve.minutes, curve.watts, origin))


def unpack_curve(packed: bytes) -> tuple[Curve, NDArray[np.uint8]]:
    """The curve and the origin number of each reading. ValueError if the value is damaged."""
    steps, minutes, watts, origin = _unpack(_CURVE, packed)
    return Curve.of(np.cumsum(steps), minutes, watts), origin


def pack_days(log: DayLog) -> bytes:
    """Compressed columns of a day log."""
    told = (log.asked, log.attempts, log.answer, log.official_wh, log.totals_asked, log.totals_attempts)
    # stored plus one, so that the zeros for a log without this column mean "unknown" (-1)
    peaks = (log.peak_va - UNKNOWN_VA, log.peak_at, log.peaks_asked, log.peaks_attempts)
    return _pack(_DAYS, (log.day.astype(np.int32), *told, *peaks))


def unpack_days(packed: bytes) -> DayLog:
    """The day log packed by `pack_days`. ValueError if the value is damaged."""
    day, *told = _unpack(_DAYS, packed)
    told[_PEAK_VA] = told[_PEAK_VA] + UNKNOWN_VA
    return DayLog(day.astype("datetime64[D]"), *told)


def _pack(types: tuple[str, ...], columns: tuple[NDArray[Any], ...]) -> bytes:
    parts = [np.array([len(columns[0])], dtype=_HEADER).tobytes()]
    parts += [column.astype(kind).tobytes() for kind, column in zip(types, columns, strict=True)]
    return zlib.compress(b"".join(parts), _LEVEL)


def _unpack(types: tuple[str, ...], packed: bytes) -> list[NDArray[Any]]:
    """The columns. ValueError if they are damaged or incomplete.

    Columns that did not exist yet when the value was packed are filled with zeros.
    """
    try:
        raw = zlib.decompress(packed)
    except zlib.error:
        raise ValueError("packed columns are damaged") from None
    count = int(np.frombuffer(raw, _HEADER, 1)[0])
    columns, at = [], _HEADER.itemsize
    for kind in map(np.dtype, types):
        if at == len(raw):
            columns.append(np.zeros(count, kind.newbyteorder("=")))
            continue
        columns.append(np.frombuffer(raw, kind, count, at).astype(kind.newbyteorder("=")))
        at += count * kind.itemsize
    return columns
