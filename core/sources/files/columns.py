"""Delimited text as columns: lines, fields, numbers and stamps found by position, without an object a row.

A block of complete lines is an array of bytes; a field is where it begins and ends in every line. All
formats write digits and separators in ASCII, so that no block needs decoding.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.model import RefusalReason
from core.paristime import DAY_MS
from core.sources.masking import LONGEST, shown

MAX_WATTS: Final = 1_000_000
"""A Linky meter serves up to 36 kVA; far beyond, a value is an error."""
NO_OFFSET: Final = -(1 << 15)
"""Stands for the offset (minutes) of a stamp that names none."""
OK: Final = 0
REASONS: Final = (None, *RefusalReason)
"""What a reason number stands for; 0 is a good row."""

_NEWLINE, _RETURN, _COMMA, _DOT, _DASH, _PLUS, _ZERO = (ord(sign) for sign in "\n\r,.-+0")
_EDGES: Final = np.zeros(256, dtype=np.bool_)
_EDGES[[ord(sign) for sign in ' \t\r"']] = True
_EDGES[0xA0] = True
_MAX_EDGE: Final = 8
_MAX_DIGITS: Final = 12
_NOTHING: Final = (b"NA", b"N/A", b"null", b"NULL", b"nan", b"NaN", b"-")
_EXAMPLE_BYTES: Final = LONGEST + 14
"""With all of a meter number that begins where an example ends, so that it is masked too."""

Flags = NDArray[np.bool_]
Numbers = NDArray[np.int64]


def reason(of: RefusalReason) -> int:
    """The number of a reason in a column of reasons."""
    return REASONS.index(of)


@dataclass(frozen=True, slots=True)
class Field:
    """One field of every line: where it begins and ends in the block."""

    text: NDArray[np.uint8]
    begin: NDArray[np.int64]
    end: NDArray[np.int64]

    @property
    def width(self) -> Numbers:
        return self.end - self.begin

    def at(self, offset: int | Numbers) -> Numbers:
        """The byte at an offset from the field's begin; 0 behind its end."""
        place = self.begin + offset
        byte = self.text[np.minimum(place, len(self.text) - 1)].astype(np.int64)
        return np.where(place < self.end, byte, 0)

    def digits(self, offset: int, count: int) -> tuple[Numbers, Flags]:
        """The number that `count` digits make, and where they all are digits."""
        value = np.zeros(len(self.begin), np.int64)
        good = np.ones(len(self.begin), np.bool_)
        for place in range(offset, offset + count):
            digit = self.at(place) - _ZERO
            good &= (digit >= 0) & (digit <= 9)
            value = value * 10 + digit
        return value, good

    def equals(self, *words: bytes) -> Flags:
        """Where the field is one of these words."""
        found = np.zeros(len(self.begin), np.bool_)
        for word in words:
            same = self.width == len(word)
            for offset, byte in enumerate(word):
                same &= self.at(offset) == byte
            found |= same
        return found

    def shortened(self, word: bytes) -> Field:
        """Without a word (a unit) at the field's end, and the spaces before it, where it is there."""
        tail = Field(self.text, np.maximum(self.end - len(word), self.begin), self.end)
        return trimmed(Field(self.text, self.begin, np.where(tail.equals(word), tail.begin, self.end)))

    def raw(self, row: int) -> bytes:
        """The field of one line as it is written."""
        return bytes(self.text[self.begin[row] : self.end[row]])


class Lines:
    """The lines of a block that hold anything but separators, at which they are cut. The block ends with a
    line end."""

    def __init__(self, block: bytes | memoryview, separator: bytes = b";") -> None:
        self.text = np.frombuffer(block, dtype=np.uint8)
        marks = np.flatnonzero((self.text == separator[0]) | (self.text == _NEWLINE))
        ends = np.flatnonzero(self.text[marks] == _NEWLINE)
        firsts = np.concatenate([np.zeros(1, np.int64), ends[:-1] + 1])
        begins = np.concatenate([np.zeros(1, np.int64), marks[ends[:-1]] + 1])
        fields = ends - firsts + 1
        held = trimmed(Field(self.text, begins, marks[ends])).width > 0
        besides = marks[ends] - begins - (fields - 1)  # bytes that are no separators
        full = np.flatnonzero(held & (besides > (self.text[marks[ends] - 1] == _RETURN)))
        self._marks, self._firsts, self._begins = marks, firsts[full], begins[full]
        self._ends = marks[ends[full]]
        self.fields: Numbers = fields[full]

    def __len__(self) -> int:
        return len(self._begins)

    def behind(self, count: int) -> Lines:
        """Without the first `count` lines."""
        if count:
            self._firsts, self._begins = self._firsts[count:], self._begins[count:]
            self._ends, self.fields = self._ends[count:], self.fields[count:]
        return self

    def field(self, column: int) -> Field:
        """A field without the spaces and quotes around it; empty where a line has fewer."""
        there = self.fields > column
        last = len(self._marks) - 1
        end = np.where(there, self._marks[np.minimum(self._firsts + column, last)], self._ends)
        if column == 0:
            begin = self._begins
        else:
            begin = np.where(there, self._marks[np.minimum(self._firsts + column - 1, last)] + 1, end)
        return trimmed(Field(self.text, begin, end))

    def string(self, row: int) -> str:
        """The beginning of a line, as an example of what was refused."""
        piece = bytes(self.text[self._begins[row] : min(self._ends[row], self._begins[row] + _EXAMPLE_BYTES)])
        return shown(piece.decode("utf-8", errors="replace"))


def trimmed(field: Field) -> Field:
    """A field without the spaces and quotes around it (8 at most on each side)."""
    begin, end = field.begin, field.end
    last = max(len(field.text) - 1, 0)
    for _ in range(_MAX_EDGE):
        edge = (begin < end) & _EDGES[field.text[np.minimum(begin, last)]]
        if not edge.any():
            break
        begin = begin + edge
    for _ in range(_MAX_EDGE):
        edge = (begin < end) & _EDGES[field.text[np.maximum(end - 1, 0)]]
        if not edge.any():
            break
        end = end - edge
    return Field(field.text, begin, end)


def watts(field: Field, unit: int = 1) -> tuple[Numbers, NDArray[np.uint8]]:
    """Power in W and the reason against it (0: none), from decimal numbers of `unit` watts each.

    The mark is a comma or a point. Where a unit of more than one watt leaves a fraction, it is rounded half
    to even; a fraction of a watt in a file of whole watts is no number of it.
    """
    mantissa, decimals, bad, long = _decimal(field)
    against = np.zeros(len(field.begin), np.uint8)
    against[bad] = reason(RefusalReason.NOT_A_NUMBER)
    whole, rest = np.divmod(mantissa * unit, 10**decimals)
    if unit == 1:
        against[(rest != 0) & ~bad] = reason(RefusalReason.NOT_A_NUMBER)
    else:
        twice = 2 * rest - 10**decimals
        whole = whole + ((twice > 0) | ((twice == 0) & (whole % 2 == 1)))
    against[(long | (whole > MAX_WATTS)) & ~bad] = reason(RefusalReason.TOO_LARGE)
    against[(field.at(0) == _DASH) & ~bad & (mantissa != 0)] = reason(RefusalReason.NEGATIVE)
    against[(field.width == 0) | field.equals(*_NOTHING)] = reason(RefusalReason.NO_VALUE)
    return np.where(against == OK, whole, 0), against


def _decimal(field: Field) -> tuple[Numbers, Numbers, Flags, Flags]:
    """Digits as one integer, how many of them are decimals, where it is no number, where it is too long."""
    signed = (field.at(0) == _DASH) | (field.at(0) == _PLUS)
    rows = len(field.begin)
    mantissa, decimals = np.zeros(rows, np.int64), np.zeros(rows, np.int64)
    marked, bad = np.zeros(rows, np.bool_), np.zeros(rows, np.bool_)
    widest = int(field.width.max(initial=0))
    for offset in range(min(widest, _MAX_DIGITS + 2)):
        byte = field.at(offset)
        inside = (offset < field.width) & ~(signed & (offset == 0))
        mark = inside & ((byte == _COMMA) | (byte == _DOT))
        digit = byte - _ZERO
        number = inside & (digit >= 0) & (digit <= 9)
        bad |= (inside & ~mark & ~number) | (mark & marked)
        mantissa = np.where(number, mantissa * 10 + digit, mantissa)
        decimals += number & marked
        marked |= mark
    size = field.width - signed - marked
    bad |= size <= 0
    return mantissa, decimals, bad, size > _MAX_DIGITS


@dataclass(frozen=True, slots=True)
class Stamps:
    """Written times: naive ms "as if UTC", the offset in minutes (NO_OFFSET: none), where they are times."""

    wall: Numbers
    offset: Numbers
    good: Flags


def stamps(field: Field) -> Stamps:
    """`2022-10-24T00:30:00+02:00`, `2022-10-24 00:30:00`, `24/10/2022 00:30` and what lies between."""
    iso = field.at(4) == _DASH
    plain = Field(field.text, field.begin, field.end)
    year, month, day, good = _date(plain, iso)
    hour, hour_good = plain.digits(11, 2)
    minute, minute_good = plain.digits(14, 2)
    second, second_good = plain.digits(17, 2)
    has_seconds = plain.at(16) == ord(":")
    second = np.where(has_seconds, second, 0)
    good &= hour_good & minute_good & (plain.at(13) == ord(":")) & (second_good | ~has_seconds)
    good &= (plain.at(10) == ord("T")) | (plain.at(10) == ord(" "))
    of_day = (hour * 60 + minute) * 60 + second
    good &= (minute < 60) & (second < 60) & (of_day <= 24 * 3600)
    offset, offset_good = _offset(plain, np.where(has_seconds, 19, 16))
    wall = days(year, month, day) * DAY_MS + of_day * 1000
    return Stamps(np.where(good & offset_good, wall, 0), offset, good & offset_good)


def dates(field: Field) -> tuple[Numbers, Flags]:
    """Days since 1970 of `2022-10-24` or `24/10/2022`, and where the field is nothing but a date."""
    year, month, day, good = _date(field, field.at(4) == _DASH)
    return np.where(good, days(year, month, day), 0), good & (field.width == 10)


def _date(field: Field, iso: Flags) -> tuple[Numbers, Numbers, Numbers, Flags]:
    year, year_good = field.digits(0, 4)
    month, month_good = field.digits(5, 2)
    day, day_good = field.digits(8, 2)
    french_year, french_year_good = field.digits(6, 4)
    french_month, french_month_good = field.digits(3, 2)
    french_day, french_day_good = field.digits(0, 2)
    good = np.where(
        iso,
        year_good & month_good & day_good & (field.at(7) == _DASH),
        french_year_good
        & french_month_good
        & french_day_good
        & (field.at(2) == ord("/"))
        & (field.at(5) == ord("/")),
    )
    year, month = np.where(iso, year, french_year), np.where(iso, month, french_month)
    day = np.where(iso, day, french_day)
    good &= (year >= 2000) & (year < 2100) & (month >= 1) & (month <= 12) & (day >= 1)
    month_start = days(np.where(good, year, 2000), np.where(good, month, 1), np.ones_like(day))
    next_start = _month_start(np.where(good, year, 2000), np.where(good, month, 1) + 1)
    good &= day <= next_start - month_start
    return np.where(good, year, 2000), np.where(good, month, 1), np.where(good, day, 1), good


def _offset(field: Field, begin: Numbers) -> tuple[Numbers, Flags]:
    """Minutes east of UTC behind a time, and where what is there is an offset or nothing."""
    rest = Field(field.text, np.minimum(field.begin + begin, field.end), field.end)
    none = rest.width == 0
    zulu = rest.equals(b"Z")
    sign = rest.at(0)
    hours, hours_good = rest.digits(1, 2)
    colon = rest.at(3) == ord(":")
    far, far_good = rest.digits(4, 2)
    near, near_good = rest.digits(3, 2)
    minutes = np.where(colon, far, near)
    numeric = ((sign == _PLUS) | (sign == _DASH)) & hours_good & np.where(colon, far_good, near_good)
    numeric &= (rest.width == np.where(colon, 6, 5)) & (hours < 15) & (minutes < 60)
    value = np.where(sign == _DASH, -1, 1) * (hours * 60 + minutes)
    return np.where(numeric, value, np.where(zulu, 0, NO_OFFSET)), none | zulu | numeric


def days(year: Numbers, month: Numbers, day: Numbers) -> Numbers:
    """Days since 1970 of calendar dates."""
    return _month_start(year, month) + day - 1


def _month_start(year: Numbers, month: Numbers) -> Numbers:
    months = ((year - 1970) * 12 + month - 1).astype("datetime64[M]")
    return months.astype("datetime64[D]").astype(np.int64)
