"""Delimited text as columns: lines, fields, numbers and stamps by position, without an object per row.

A block of complete lines is an array of bytes; a field is its begin and end in every line. All formats write
digits and separators in ASCII, so that no block needs decoding.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.model import RefusalReason
from core.sources.files.content import decoded
from core.sources.masking import LONGEST, shown

OK: Final = 0
REASONS: Final = (None, *RefusalReason)
"""The reason for each number in a column of reasons; 0 is a good row."""

_NEWLINE, _RETURN, _ZERO, _SEMICOLON = (ord(sign) for sign in "\n\r0;")
_EDGES: Final = np.zeros(256, dtype=np.bool_)
_EDGES[[ord(sign) for sign in ' \t\r"']] = True
_EDGES[0xA0] = True
_MAX_EDGE: Final = 8
_EXAMPLE_BYTES: Final = LONGEST + 14
"""Includes all of a meter number that begins where an example ends, so that it is masked too."""

Flags = NDArray[np.bool_]
Numbers = NDArray[np.int64]


def reason(of: RefusalReason) -> int:
    """The number of a reason in a column of reasons."""
    return REASONS.index(of)


@dataclass(frozen=True, slots=True)
class Field:
    """One field of every line: its begin and end in the block."""

    text: NDArray[np.uint8]
    begin: NDArray[np.int64]
    end: NDArray[np.int64]

    @property
    def width(self) -> Numbers:
        """Length in bytes."""
        return self.end - self.begin

    def at(self, offset: int | Numbers) -> Numbers:
        """The byte at an offset from the field's begin; 0 after its end."""
        place = self.begin + offset
        byte = self.text[np.minimum(place, len(self.text) - 1)].astype(np.int64)
        return np.where(place < self.end, byte, 0)

    def digits(self, offset: int, count: int) -> tuple[Numbers, Flags]:
        """The number that `count` digits make, and a mask of where all of them are digits."""
        value = np.zeros(len(self.begin), np.int64)
        good = np.ones(len(self.begin), np.bool_)
        for place in range(offset, offset + count):
            digit = self.at(place) - _ZERO
            good &= (digit >= 0) & (digit <= 9)
            value = value * 10 + digit
        return value, good

    def equals(self, *words: bytes) -> Flags:
        """Mask of where the field is one of these words."""
        found = np.zeros(len(self.begin), np.bool_)
        for word in words:
            same = self.width == len(word)
            for offset, byte in enumerate(word):
                same &= self.at(offset) == byte
            found |= same
        return found

    def shortened(self, word: bytes) -> Field:
        """The field without a word (a unit) at its end and the spaces before it, where present."""
        tail = Field(self.text, np.maximum(self.end - len(word), self.begin), self.end)
        return trimmed(Field(self.text, self.begin, np.where(tail.equals(word), tail.begin, self.end)))

    def raw(self, row: int) -> bytes:
        """The field of one line, as written."""
        return bytes(self.text[self.begin[row] : self.end[row]])


class Lines:
    """The lines of a block that contain more than separators, and are split at these.

    The block ends with a line end.
    """

    def __init__(self, block: bytes | memoryview) -> None:
        self.text = np.frombuffer(block, dtype=np.uint8)
        marks = np.flatnonzero((self.text == _SEMICOLON) | (self.text == _NEWLINE))
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
        """The lines without the first `count`; changes this object and returns it."""
        if count:
            self._firsts, self._begins = self._firsts[count:], self._begins[count:]
            self._ends, self.fields = self._ends[count:], self.fields[count:]
        return self

    def select(self, which: Flags) -> Lines:
        """The lines that a mask selects."""
        chosen = object.__new__(Lines)
        chosen.text, chosen._marks, chosen._firsts = self.text, self._marks, self._firsts[which]
        chosen._begins, chosen._ends, chosen.fields = (
            self._begins[which],
            self._ends[which],
            self.fields[which],
        )
        return chosen

    def field(self, column: int) -> Field:
        """A field without surrounding spaces and quotes; empty where a line has fewer fields."""
        there = self.fields > column
        last = len(self._marks) - 1
        end = np.where(there, self._marks[np.minimum(self._firsts + column, last)], self._ends)
        if column == 0:
            begin = self._begins
        else:
            begin = np.where(there, self._marks[np.minimum(self._firsts + column - 1, last)] + 1, end)
        return trimmed(Field(self.text, begin, end))

    def string(self, row: int) -> str:
        """The beginning of a line, masked, as an example of what was refused."""
        piece = bytes(self.text[self._begins[row] : min(self._ends[row], self._begins[row] + _EXAMPLE_BYTES)])
        return shown(decoded(piece))


def trimmed(field: Field) -> Field:
    """A field without surrounding spaces and quotes (8 at most on each side)."""
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
