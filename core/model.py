"""The common types: meters, load curves as columns, deliveries of sources, checks.

Energy is watts x minutes, an integer of watt-minutes, until it is shown. Time is UTC milliseconds.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from fractions import Fraction
from typing import ClassVar, Final, Self

import numpy as np
from numpy.typing import NDArray

MINUTE_MS: Final = 60_000
STEPS: Final = (5, 10, 15, 30, 60)
"""Minutes an Enedis interval may last: PT5M to PT60M in the distributor's specification."""
DEMO_PRM: Final = "00000000000000"
"""PRM of the demo household, which no real meter has."""
UNKNOWN_PRM: Final = "xxxxxxxxxxxxxx"
"""PRM of a file that names no meter."""

_PRM = re.compile(r"[0-9]{14}|[0-9]{0,13}x{1,14}")


class Flow(StrEnum):
    """Direction of the energy: taken from the grid, or fed into it."""

    CONSUMPTION = "consumption"
    PRODUCTION = "production"


def _has_text(origin: str) -> bool:
    from core.texts.catalogue import catalogue
    from core.texts.languages import Language

    return f"origin.{origin}" in catalogue(Language.ENGLISH)


class Origin(str):
    """Source of a reading. The value is stored; never rename one.

    Raises ValueError for a value without a text (`origin.<value>`): the texts define the known file formats.
    """

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
    """Unknown: restored from a collection whose record was damaged or lost."""

    def __new__(cls, value: str) -> Origin:
        """The one object of a value."""
        if value not in cls._all and not _has_text(value):
            raise ValueError(f"{value!r} is no origin")
        return cls._made(value)

    @classmethod
    def _made(cls, value: str) -> Origin:
        """One object for each value."""
        return cls._all.setdefault(value, str.__new__(cls, value))

    @property
    def value(self) -> str:
        """The stored value."""
        return str(self)

    @property
    def rank(self) -> int:
        """A reading is replaced only by one of the same or a higher rank.

        2: whole watts from the distributor, 1: rounded or republished by others, 0: synthetic or of unknown
        origin.
        """
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
    """One meter (PRM: 14 digits, masked ones written `x`) in one flow. Raises ValueError for another PRM."""

    prm: str
    flow: Flow = Flow.CONSUMPTION

    def __post_init__(self) -> None:
        if len(self.prm) != 14 or not _PRM.fullmatch(self.prm):
            raise ValueError("a PRM has 14 digits")

    @property
    def masked(self) -> str:
        """The PRM as it may be shown: its last 4 digits, or the digits that a masked one has."""
        known = self.prm.rstrip("x")
        return f"•••• {self.prm[-4:]}" if len(known) == len(self.prm) else f"{known} ••••".strip()


@dataclass(frozen=True, slots=True)
class Span:
    """Half-open interval of UTC milliseconds."""

    start: int
    end: int

    @classmethod
    def around(cls, spans: Iterable[Span | None]) -> Span | None:
        """From the first start to the last end of the spans; None without any."""
        known = [span for span in spans if span]
        return cls(min(span.start for span in known), max(span.end for span in known)) if known else None


@dataclass(frozen=True, slots=True)
class Days:
    """Half-open interval of Paris days: `first` is included, `end` is not."""

    first: date
    end: date

    def __len__(self) -> int:
        return (self.end - self.first).days

    @property
    def last(self) -> date:
        """The last day, included."""
        return self.end - timedelta(days=1)


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """A load curve as columns: start of the interval (UTC ms), its minutes, its average power (W).

    Always ascending and without overlaps; `Curve.of` raises ValueError for anything else.
    """

    start: NDArray[np.int64]
    minutes: NDArray[np.int16]
    watts: NDArray[np.int32]

    @classmethod
    def of(cls, start: object, minutes: object, watts: object) -> Self:
        """A curve from columns of integers in ascending order.

        Raises ValueError if lengths differ, readings overlap or minutes are not positive.
        """
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
        """A curve without readings."""
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
        """Energy of the whole curve in watt-minutes, exact."""
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
        """The readings that a mask, a slice or ascending positions select."""
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
    """Number of readings left out for one reason, with the first as an example (without PRM)."""

    reason: RefusalReason
    count: int
    example: str = ""


def summed(refusals: Iterable[Refusal]) -> tuple[Refusal, ...]:
    """One refusal per reason, with the example of the first."""
    found: dict[RefusalReason, Refusal] = {}
    for one in refusals:
        before = found.get(one.reason, Refusal(one.reason, 0, one.example))
        found[one.reason] = Refusal(one.reason, before.count + one.count, before.example)
    return tuple(found.values())


def count_refused(refusals: Iterable[Refusal]) -> int:
    """Number of refused readings. A row without a value is not one of them: it states a gap."""
    return sum(one.count for one in refusals if one.reason is not RefusalReason.NO_VALUE)


class Assumed(StrEnum):
    """What was assumed where a file is ambiguous. Texts: `assumed.<value>`."""

    HOLES = "holes"
    LONGER = "longer"
    BEGIN = "begin"
    END = "end"
    UNENDED = "unended"


@dataclass(frozen=True, slots=True)
class Assumption:
    """How an ambiguous file was read.

    `count` rows, the first at `at` (UTC ms), are `apart` minutes apart and were read as readings of
    `minutes`; all 0 if it is about all stamps. UNENDED is about the last reading, at `at`: no line end
    follows it, although the file states a later end.
    """

    what: Assumed
    count: int = 0
    at: int = 0
    apart: int = 0
    minutes: int = 0


@dataclass(frozen=True, slots=True)
class MaxPower:
    """The highest apparent power (VA) that a meter measured on a day; `at`: UTC ms, None if unknown."""

    va: int
    at: int | None


@dataclass(frozen=True, slots=True)
class Delivery:
    """The result of one step of a source.

    `asked`: the Paris days the source was asked for, so that an empty answer can be recorded; None for a
    file. `closed`: there will never be readings for those days (before activation, too old, refused).
    `totals`: the distributor's daily energy in Wh, if fetched; `totals_asked`: the days it was asked for.
    `peaks`, `peaks_asked`: the same for the maximum power of each day. `tail`: a span after the last reading
    that a file should have covered.
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
    """What a source would import, known before anything is written, and what was assumed about it.

    `readings` is None if only a request can tell (API); `calls` is the number of requests.
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
"""Share of refused rows from which an import warns before anything is written."""


def share_refused(preview: Preview) -> float:
    """Share of the rows that cannot be used.

    Rows without a value and those of another quantity do not count.
    """
    refused = sum(
        one.count
        for one in preview.refused
        if one.reason not in (RefusalReason.NO_VALUE, RefusalReason.OTHER_QUANTITY)
    )
    return refused / max(refused + (preview.readings or 0), 1)


@dataclass(frozen=True, slots=True)
class Check:
    """One check of the preflight. `passed` None: it could not be done.

    Texts: `check.<code>` (what was checked), `check.<code>.ok` / `.failed` (what was found) and
    `check.<code>.cure` (what to do).
    """

    code: str
    passed: bool | None
    details: Mapping[str, str | int | Days] = field(default_factory=dict)
