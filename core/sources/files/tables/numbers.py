"""Decimal numbers as columns: power in W or energy in mWh, as files and spreadsheets write them.

The decimal mark is a comma or a point; thousands may be separated by spaces or apostrophes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.model import RefusalReason
from core.sources.files.tables.columns import OK, Field, Flags, Numbers, reason
from core.sources.refusals import MAX_WATTS

MILLI: Final = 1000
"""Energy is kept in mWh until the step tells the power."""
_COMMA, _DOT, _DASH, _PLUS, _ZERO = (ord(sign) for sign in ",.-+0")
_GROUPS: Final = np.zeros(256, np.bool_)
_GROUPS[[ord(" "), ord("'"), 0xA0, 0x92]] = True  # the last two: a hard space and an apostrophe in cp1252
_GROUP: Final = 3
_MAX_DIGITS: Final = 12
_MAX_WIDTH: Final = _MAX_DIGITS + 6
_NOTHING: Final = (b"NA", b"N/A", b"null", b"NULL", b"nan", b"NaN", b"-")


@dataclass(frozen=True, slots=True)
class Column:
    """Whole numbers of the requested unit, and the reason against each row (0: none).

    `comma`, `point`: whether good rows have this decimal mark.
    """

    value: Numbers
    against: NDArray[np.uint8]
    comma: bool
    point: bool


def watts(field: Field, unit: int = 1) -> Column:
    """Power in W, from numbers of `unit` watts each.

    With a unit of more than one watt, a fraction of a watt is rounded half to even; in a file of whole watts,
    it is refused as not a number.
    """
    return _column(field, unit, MAX_WATTS, exact=unit == 1)


def milliwatt_hours(field: Field, unit: int = 1) -> Column:
    """Energy in mWh from numbers of `unit` watt-hours each, rounded half to even."""
    return _column(field, unit * MILLI, MAX_WATTS * MILLI, exact=False)


def _column(field: Field, unit: int, limit: int, *, exact: bool) -> Column:
    mantissa, decimals, bad, long, comma, point = _decimal(field)
    against = np.zeros(len(field.begin), np.uint8)
    against[bad] = reason(RefusalReason.NOT_A_NUMBER)
    whole, rest = np.divmod(mantissa * unit, 10**decimals)
    if exact:
        against[(rest != 0) & ~bad] = reason(RefusalReason.NOT_A_NUMBER)
    else:
        twice = 2 * rest - 10**decimals
        whole = whole + ((twice > 0) | ((twice == 0) & (whole % 2 == 1)))
    against[(long | (whole > limit)) & ~bad] = reason(RefusalReason.TOO_LARGE)
    against[(field.at(0) == _DASH) & ~bad & (mantissa != 0)] = reason(RefusalReason.NEGATIVE)
    against[(field.width == 0) | field.equals(*_NOTHING)] = reason(RefusalReason.NO_VALUE)
    good = against == OK
    return Column(np.where(good, whole, 0), against, bool((comma & good).any()), bool((point & good).any()))


def _decimal(field: Field) -> tuple[Numbers, Numbers, Flags, Flags, Flags, Flags]:
    """Digits as one integer, the number of decimals among them, and four masks.

    The masks: not a number, too long, decimal comma, decimal point.
    """
    signed = (field.at(0) == _DASH) | (field.at(0) == _PLUS)
    rows = len(field.begin)
    mantissa, decimals, digits = (np.zeros(rows, np.int64) for _ in range(3))
    comma, point, bad = (np.zeros(rows, np.bool_) for _ in range(3))
    parted: Flags | None = None
    since = np.zeros(rows, np.int64)  # digits since the last thousands separator
    widest = int(field.width.max(initial=0))
    for offset in range(min(widest, _MAX_WIDTH)):
        byte = field.at(offset)
        inside = (offset < field.width) & ~(signed & (offset == 0))
        digit = byte - _ZERO
        number = inside & (digit >= 0) & (digit <= 9)
        other = inside & ~number
        mantissa = np.where(number & (digits < _MAX_DIGITS), mantissa * 10 + digit, mantissa)
        marked = comma | point
        decimals += number & marked & (digits < _MAX_DIGITS)
        digits += number
        since += number
        if not other.any():
            continue
        mark = other & ((byte == _COMMA) | (byte == _DOT))
        group = other & _GROUPS[byte]
        bad |= (other & ~mark & ~group) | ((mark | group) & marked)
        if parted is not None:
            bad |= (mark | group) & parted & (since != _GROUP)
        if group.any():
            bad |= group & ((since > _GROUP) | (since == 0))
            parted = group if parted is None else parted | group
        since = np.where(group | mark, 0, since)
        comma |= mark & (byte == _COMMA)
        point |= mark & (byte == _DOT)
    if parted is not None:
        bad |= parted & ~(comma | point) & (since != _GROUP)
    bad |= digits == 0
    return mantissa, decimals, bad, (digits > _MAX_DIGITS) | (field.width > _MAX_WIDTH), comma, point
