"""The words everything else speaks: meters, load curves as columns, what a source delivers, checks.

Energy is watts x minutes, an integer of watt-minutes, until it is shown. Time is UTC milliseconds.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from fractions import Fraction
from typing import ClassVar, Final, Self

import numpy as np
from numpy.typing import NDArray

MINUTE_MS: Final = 60_000
STEPS: Final = (5, 10, 15, 30, 60)
"""Minutes an Enedis interval may last: PT5M to PT60M in the distributor's specification."""
DEMO_PRM: Final = "00000000000000"
"""PRM of the demo household: obviously false."""
UNKNOWN_PRM: Final = "xxxxxxxxxxxxxx"
"""Stands for the meter of a file that names none."""

_PRM = re.compile(r"[0-9]{14}|[0-9]{0,13}x{1,14}")


class Flow(StrEnum):
    """Direction of the energy: taken from the grid, or given to it."""

    CONSUMPTION = "consumption"
    PRODUCTION = "production"


def _has_text(origin: str) -> bool:
    from core.texts.catalogue import catalogue
    from core.texts.languages import Language

    return f"origin.{origin}" in catalogue(Language.ENGLISH)


class Origin(str):
    """Where a reading came from. The value is stored; never rename one. ValueError for one that has no text
    (`origin.<value>`): it is by its texts that a format of files becomes known."""

    __slots__ = ()
    _all: ClassVar[dict[str, Origin]] = {}

    DEMO: ClassVar[Origin]
    API_V2: ClassVar[Origin]
    API_V5: ClassVar[Origin]
    JSON_V2: ClassVar[Origin]
    JSON_V5: ClassVar[Origin]
    ENEDIS_CSV: ClassVar[Origin]
    ENEDIS_R63: ClassVar[Origin]
    ENEDIS_XLSX: ClassVar[Origin]
    TABLE: ClassVar[Origin]
    RECOVERED: ClassVar[Origin]
    """Of unknown origin: taken from a collection whose record was damaged or lost."""

    def __new__(cls, value: str) -> Origin:
        if value not in cls._all and not _has_text(value):
            raise ValueError(f"{value!r} is no origin")
        return cls._made(value)

    @classmethod
    def _made(cls, value: str) -> Origin:
        """One object for each value."""
        return cls._all.setdefault(value, str.__new__(cls, value))

    @property
    def value(self) -> str:
        """As it is stored."""
        return str(self)

    @property
    def rank(self) -> int:
        """A reading is replaced only by one of the same rank or a higher one: 2 whole watts from the
        distributor, 1 rounded or re-published by others, 0 made up or of unknown origin."""
        return _RANKS.get(self, 1)

    def __repr__(self) -> str:
        return f"Origin({str(self)!r})"


Origin.DEMO = Origin._made("demo")
Origin.API_V2, Origin.API_V5 = Origin._made("api-v2"), Origin._made("api-v5")
Origin.JSON_V2, Origin.JSON_V5 = Origin._made("json-v2"), Origin._made("json-v5")
Origin.ENEDIS_CSV, Origin.ENEDIS_R63 = Origin._made("enedis-csv"), Origin._made("enedis-r63")
Origin.ENEDIS_XLSX, Origin.TABLE = Origin._made("enedis-xlsx"), Origin._made("table")
Origin.RECOVERED = Origin._made("recovered")
_FIRST_HAND: Final = (
    *(Origin.API_V2, Origin.API_V5, Origin.JSON_V2, Origin.JSON_V5),
    *(Origin.ENEDIS_CSV, Origin.ENEDIS_R63),
)
_RANKS: Final = {Origin.DEMO: 0, Origin.RECOVERED: 0} | dict.fromkeys(_FIRST_HAND, 2)


@dataclass(frozen=True, slots=True, order=True)
class Meter:
    """One meter (PRM: 14 digits, the masked ones written `x`) in one flow."""

    prm: str
    flow: Flow = Flow.CONSUMPTION

    def __post_init__(self) -> None:
        if len(self.prm) != 14 or not _PRM.fullmatch(self.prm):
            raise ValueError("a PRM has 14 digits")

    @property
    def masked(self) -> str:
        """The PRM as it may be shown: its last 4 digits only, or what a masked one has left."""
        known = self.prm.rstrip("x")
        return f"•••• {self.prm[-4:]}" if len(known) == len(self.prm) else f"{known} ••••".strip()


@dataclass(frozen=True, slots=True)
class Span:
    """Half-open interval of UTC milliseconds."""

    start: int
    end: int

    @classmethod
    def around(cls, spans: Iterable[Span | None]) -> Span | None:
        """From the first start to the last end of those there are; None where there is none."""
        known = [span for span in spans if span]
        return cls(min(span.start for span in known), max(span.end for span in known)) if known else None


@dataclass(frozen=True, slots=True)
class Days:
    """Half-open interval of Paris days: `first` is in it, `end` is not."""

    first: date
    end: date

    def __len__(self) -> int:
        return (self.end - self.first).days


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """A load curve as columns: start of the interval (UTC ms), its minutes, its average power (W).

    Always ascending and without overlaps; `Curve.of` refuses anything else with ValueError.
    """

    start: NDArray[np.int64]
    minutes: NDArray[np.int16]
    watts: NDArray[np.int32]

    @classmethod
    def of(cls, start: object, minutes: object, watts: object) -> Self:
        """Columns of any integer kind, in ascending order."""
        curve = cls(
            np.ascontiguousarray(start, dtype=np.int64),
            np.ascontiguousarray(minutes, dtype=np.int16),
            np.ascontiguousarray(watts, dtype=np.int32),
        )
        if not len(curve.start) == len(curve.minutes) == len(curve.watts):
            raise ValueError("the columns of a curve have one length")
        if len(curve) and (int(curve.minutes.min()) <= 0 or bool((curve.end[:-1] > curve.start[1:]).any())):
            raise ValueError("the readings of a curve ascend and do not overlap")
        return curve

    @classmethod
    def empty(cls) -> Self:
        return cls.of([], [], [])

    def __len__(self) -> int:
        return len(self.start)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Curve) and all(
            np.array_equal(mine, theirs)
            for mine, theirs in (
                (self.start, other.start),
                (self.minutes, other.minutes),
                (self.watts, other.watts),
            )
        )

    __hash__ = None  # type: ignore[assignment]

    @property
    def end(self) -> NDArray[np.int64]:
        """End of each interval, UTC ms."""
        return self.start + self.minutes.astype(np.int64) * MINUTE_MS

    @property
    def watt_minutes(self) -> int:
        """Energy of the whole curve, exact."""
        return int(np.dot(self.watts.astype(np.int64), self.minutes.astype(np.int64)))

    @property
    def wh(self) -> Fraction:
        """Energy of the whole curve in watt-hours, exact."""
        return Fraction(self.watt_minutes, 60)

    @property
    def span(self) -> Span | None:
        """From the first start to the last end; None when empty."""
        return Span(int(self.start[0]), int(self.end[-1])) if len(self) else None

    @property
    def gaps(self) -> tuple[Span, ...]:
        """The times between first and last reading that no reading covers."""
        end = self.end
        (holes,) = np.nonzero(end[:-1] < self.start[1:])
        return tuple(Span(int(end[at]), int(self.start[at + 1])) for at in holes)

    @property
    def missing(self) -> int:
        """Readings missing in the gaps, each gap counted in the step of the reading before it."""
        idle = (self.start[1:] - self.end[:-1]) // MINUTE_MS
        return int((idle // self.minutes[:-1]).sum()) if len(self) else 0

    def select(self, which: NDArray[np.bool_] | slice | NDArray[np.intp]) -> Curve:
        """The readings a mask, a slice or ascending positions name."""
        return Curve.of(self.start[which], self.minutes[which], self.watts[which])

    def within(self, span: Span) -> Curve:
        """The readings that start inside the span."""
        first, last = np.searchsorted(self.start, [span.start, span.end])
        return self.select(slice(int(first), int(last)))


class RefusalReason(StrEnum):
    """Why single readings of a source were left out. Texts: `refusal.<value>`."""

    NO_VALUE = "no-value"
    NOT_A_NUMBER = "not-a-number"
    NEGATIVE = "negative"
    TOO_LARGE = "too-large"
    BAD_STAMP = "bad-stamp"
    OFF_GRID = "off-grid"
    UNKNOWN_STEP = "unknown-step"
    OTHER_QUANTITY = "other-quantity"
    CONTRADICTION = "contradiction"
    OVERLAP = "overlap"
    NOT_ENDED = "not-ended"
    LOWER_RANK = "lower-rank"


@dataclass(frozen=True, slots=True)
class Refusal:
    """How many readings were left out for one reason, with the first as an example (no PRM in it)."""

    reason: RefusalReason
    count: int
    example: str = ""


def summed(refusals: Iterable[Refusal]) -> tuple[Refusal, ...]:
    """One for each reason, with the example of the first."""
    found: dict[RefusalReason, Refusal] = {}
    for one in refusals:
        before = found.get(one.reason, Refusal(one.reason, 0, one.example))
        found[one.reason] = Refusal(one.reason, before.count + one.count, before.example)
    return tuple(found.values())


def count_refused(refusals: Iterable[Refusal]) -> int:
    """How many readings were refused. A row without a value is none: it writes down a gap."""
    return sum(one.count for one in refusals if one.reason is not RefusalReason.NO_VALUE)


class Assumed(StrEnum):
    """What was assumed where a file allows two readings. Texts: `assumed.<value>`."""

    HOLES = "holes"
    LONGER = "longer"
    BEGIN = "begin"
    END = "end"


@dataclass(frozen=True, slots=True)
class Assumption:
    """How a file was read where it could also be read otherwise. `count` rows, the first at `at` (UTC ms),
    are `apart` minutes apart and were taken for readings of `minutes`; all 0 where it is about all stamps."""

    what: Assumed
    count: int = 0
    at: int = 0
    apart: int = 0
    minutes: int = 0


@dataclass(frozen=True, slots=True)
class MaxPower:
    """The highest apparent power (VA) a meter measured on a day; when: UTC ms, None where it is not said."""

    va: int
    at: int | None


@dataclass(frozen=True, slots=True)
class Delivery:
    """What one step of a source hands over.

    `asked`: the Paris days the source was asked about, so that silence can be recorded; None for a file.
    `closed`: it will never have readings for those days (before activation, too old, refused).
    `totals`: the distributor's own daily energy in Wh, where it was fetched; `totals_asked`: the days it was
    asked for. `peaks`, `peaks_asked`: the same for the maximum power of each day. `tail`: a stretch behind
    the last reading that a file should have held.
    """

    meter: Meter
    origin: Origin
    curve: Curve
    refused: tuple[Refusal, ...] = ()
    asked: Days | None = None
    closed: bool = False
    totals: Mapping[date, int] = field(default_factory=dict)
    totals_asked: Days | None = None
    peaks: Mapping[date, MaxPower] = field(default_factory=dict)
    peaks_asked: Days | None = None
    tail: Span | None = None


@dataclass(frozen=True, slots=True)
class Preview:
    """What a source would bring, known before anything is written, and what was assumed of it.

    `readings` is None where only asking can tell (API); `calls` is how many requests it takes.
    """

    name: str
    origin: Origin
    meter: Meter | None
    span: Span | None
    readings: int | None
    steps: tuple[int, ...] = ()
    gaps: tuple[Span, ...] = ()
    refused: tuple[Refusal, ...] = ()
    calls: int = 0
    assumed: tuple[Assumption, ...] = ()


MANY_REFUSED: Final = 0.05
"""Part of a file's rows from which on it is told, before anything is written, that they are refused."""


def share_refused(preview: Preview) -> float:
    """Part of the rows that cannot be used. Neither those without a value count, nor those of another
    quantity: they are what they are."""
    refused = sum(
        one.count
        for one in preview.refused
        if one.reason not in (RefusalReason.NO_VALUE, RefusalReason.OTHER_QUANTITY)
    )
    return refused / max(refused + (preview.readings or 0), 1)


@dataclass(frozen=True, slots=True)
class Check:
    """One line of a preflight. Texts: `check.<code>` (what was looked at), `check.<code>.ok` / `.failed`
    (what was found) and `check.<code>.cure` (what to do). `passed` None: could not be looked at."""

    code: str
    passed: bool | None
    details: Mapping[str, str | int | Days] = field(default_factory=dict)
