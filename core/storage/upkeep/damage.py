"""Kinds of damage to a database, and outcomes. Texts: `damage.<kind>` and `damage.<kind>.<outcome>`."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from core.model import Meter


class Kind(StrEnum):
    """Kind of damage."""

    NAME_TAKEN = "name-taken"
    """Something that is not ours has a name of ours."""
    NOT_TIME_SERIES = "not-time-series"
    """The time series collection is lost, or an ordinary one has its place."""
    NO_INDEX = "no-index"
    """The index that prevents duplicate readings is lost."""
    RECORD_DAMAGED = "record-damaged"
    NO_RECORD = "no-record"
    """A meter has readings but no record."""
    DIFFERS = "differs"
    """A collection does not match the record."""
    FOREIGN = "foreign"
    """Documents among the records that are not records."""


class Outcome(StrEnum):
    """What was done about a damage."""

    FOUND = "found"
    MENDED = "mended"
    LOST = "lost"
    """No readings are left to rebuild the record from."""


@dataclass(frozen=True, slots=True)
class Damage:
    """One damage, to a meter or to a collection."""

    kind: Kind
    outcome: Outcome = Outcome.FOUND
    meter: Meter | None = None
    collection: str = ""
    aside: str = ""
    """The new name of a renamed collection."""
    count: int = 0
    """Number of readings or documents."""
