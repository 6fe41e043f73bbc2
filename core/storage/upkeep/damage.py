"""What can be wrong with a database of ours, and what was done about it. Texts: `damage.<kind>`, what was
done `damage.<kind>.<outcome>`."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from core.model import Meter


class Kind(StrEnum):
    """What is wrong."""

    NAME_TAKEN = "name-taken"
    """Something that is not ours has a name of ours."""
    NOT_TIME_SERIES = "not-time-series"
    """The time series collection is lost, or an ordinary one has its place."""
    NO_INDEX = "no-index"
    """The index that forbids doubled readings is lost."""
    RECORD_DAMAGED = "record-damaged"
    NO_RECORD = "no-record"
    """There are readings of a meter, and no record."""
    DIFFERS = "differs"
    """A collection does not hold what the record says."""
    FOREIGN = "foreign"
    """Documents among the records that are none."""


class Outcome(StrEnum):
    """What became of it."""

    FOUND = "found"
    MENDED = "mended"
    LOST = "lost"
    """No readings are left to rebuild the record from."""


@dataclass(frozen=True, slots=True)
class Damage:
    """One thing that is wrong: with a meter, or with a collection."""

    kind: Kind
    outcome: Outcome = Outcome.FOUND
    meter: Meter | None = None
    collection: str = ""
    aside: str = ""
    """The name a collection was given."""
    count: int = 0
    """Readings or documents."""
