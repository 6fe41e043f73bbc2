"""Storage of one workspace: the record of each meter and its two projections."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from dataclasses import replace as with_fields
from functools import partial
from typing import Any, Final, TypeVar

import numpy as np
from pymongo import ReadPreference
from pymongo.collection import Collection
from pymongo.database import Database
from pymongo.errors import OperationFailure
from pymongo.read_concern import ReadConcern

from core.errors import StorageError
from core.model import Curve, Delivery, Meter, Refusal, Span
from core.paristime import day_of, now_ms
from core.storage import match, merging, ordinary, projection, record, scratch, time_series
from core.storage.bson_columns import DURABLE
from core.storage.mongo_errors import PATIENCE_SECONDS, UNSUPPORTED, explained, patiently
from core.storage.record import Change, Record, Summary
from core.storage.upkeep import checkup, erasure, ownership, shapes
from core.storage.upkeep.damage import Damage
from core.storage.upkeep.ownership import Belongings

T = TypeVar("T")
_READ_ATTEMPTS: Final = 8


@dataclass(frozen=True, slots=True)
class Merged:
    """Result of committing a delivery: numbers of readings, and the refused ones."""

    new: int
    changed: int
    unchanged: int
    refused: tuple[Refusal, ...]


class Store:
    """Reads and writes the meters of one database. Every method raises StorageError."""

    def __init__(self, database: Database[Any], *, patience_seconds: float = PATIENCE_SECONDS) -> None:
        """`patience_seconds`: how long to retry transient errors (a restart, an election)."""
        self.patience_seconds = patience_seconds
        self.database = database.with_options(
            write_concern=DURABLE,
            read_concern=ReadConcern("majority"),
            read_preference=ReadPreference.PRIMARY,
        )
        self._collections = projection.Collections(
            self.database[record.COLLECTION],
            self.database[ordinary.COLLECTION],
            self.database[time_series.COLLECTION],
        )

    @property
    def ordinary(self) -> Collection[Any]:
        """The ordinary collection, one document per reading."""
        return self._collections.ordinary

    @property
    def time_series(self) -> Collection[Any]:
        """The time series collection."""
        return self._collections.time_series

    def patient(self, seconds: float = PATIENCE_SECONDS) -> Store:
        """The same store with another retry time: long for an import, short for a page."""
        return Store(self.database, patience_seconds=seconds)

    def _patiently(self, action: Callable[[], T]) -> T:
        return patiently(action, seconds=self.patience_seconds)

    def prepare(self) -> None:
        """Create missing collections and indexes, and repair what a crash left. Cheap when all is well.

        StorageError `storage-name-taken` if something that is not ours has the name of one of them.
        """
        with explained():
            self._patiently(lambda: shapes.refuse_view(self.database, record.COLLECTION))
            self._patiently(lambda: ordinary.prepare(self.database))
            anew = self._patiently(lambda: time_series.prepare(self.database))
            scratch.sweep(self.database)
            for meter in self._patiently(lambda: record.meters(self._collections.records)):
                if anew or not projection.is_settled(self._collections.records, meter):
                    self._settle(meter)

    def _settle(self, meter: Meter) -> None:
        try:
            self.repair(meter)
        except StorageError as error:
            if error.code != record.DAMAGED:  # `damages` reports it; the other meters are still repaired
                raise

    def meters(self) -> list[Summary]:
        """A summary of each meter."""
        with explained():
            return self._patiently(lambda: record.summaries(self._collections.records))

    def record(self, meter: Meter) -> Record | None:
        """Everything known of a meter; None if nothing is."""
        with explained():
            found = self._patiently(lambda: record.load(self._collections.records, meter))
        return found if found.version and not found.erased else None

    def merge(self, delivery: Delivery) -> Merged:
        """Commit a delivery to the record; durable on return.

        The collections follow with `project`; their readers see nothing of it before. Repeating it changes
        nothing.
        """
        with explained():
            while True:
                before = self._patiently(lambda: self._known(delivery.meter))
                after, result = _merged(before, delivery)
                if after is before or self._commit(after):
                    return Merged(
                        result.new, len(result.changed), result.unchanged, delivery.refused + result.refused
                    )

    def _known(self, meter: Meter) -> Record:
        """The record; if it was lost, rebuilt from the readings in the collections."""
        found = record.load(self._collections.records, meter)
        if found.version == 0:
            checkup.adopt(self._collections, meter)
            found = record.load(self._collections.records, meter)
        return found

    def _commit(self, state: Record) -> bool:
        """Commit; False if another writer was faster. After a lost reply, the database is asked."""
        writer = secrets.token_hex(8)
        records = self._collections.records
        return self._patiently(
            lambda: record.replace(records, state, writer) or record.written_by(records, state.meter, writer)
        )

    def damages(self) -> list[Damage]:
        """Damage to single meters, as far as it shows without comparing readings."""
        with explained():
            return self._patiently(lambda: list(checkup.look(self._collections)))

    def mend(self) -> list[Damage]:
        """Check everything, reading by reading, and repair what can be repaired from the undamaged side.

        Returns each damage with its outcome. Also works on a database that `prepare` refuses.
        """
        with explained():
            return self._patiently(lambda: list(checkup.mend(self._collections)))

    def project(self, meter: Meter, reached: Callable[[float], None] = lambda _: None) -> None:
        """Bring both collections in line with the record. Safe to repeat, and beside other writers.

        `reached` is told which share is written, 0 to 1, from any thread; it may begin again.
        """
        with explained():
            self._patiently(lambda: projection.project(self._collections, meter, reached))

    def repair(self, meter: Meter) -> None:
        """Project again, and delete everything that the record does not account for."""
        with explained():
            self._patiently(lambda: projection.repair(self._collections, meter))

    def read(self, meter: Meter, span: Span | None = None) -> Curve:
        """The meter's curve from the time series collection, in one consistent state.

        `span`: only the part inside it. StorageError `storage-differs` if the collection does not match the
        record.
        """
        with explained():
            for _ in range(_READ_ATTEMPTS):
                shown = self._patiently(lambda: projection.current(self._collections.records, meter))
                if shown is None:
                    return Curve.empty()
                read = partial(_sound, time_series.read, self.time_series, meter, shown.generation)
                curve = self._patiently(read)
                told = (shown.readings, shown.watt_minutes)
                if curve is not None and (len(curve), curve.watt_minutes) == told:
                    return curve.within(span) if span else curve
                if self._patiently(lambda: projection.current(self._collections.records, meter)) == shown:
                    self.repair(meter)
        raise StorageError("storage-differs")

    def match(self, meter: Meter) -> dict[str, Any]:
        """Condition for a meter's readings in the ordinary collection."""
        return match.readings(meter)

    def match_time_series(self, meter: Meter) -> dict[str, Any]:
        """Condition for a meter's readings in the time series collection, of the published generation only.

        So a half-written generation is never counted. It matches nothing if no generation is published.
        """
        with explained():
            shown = self._patiently(lambda: projection.current(self._collections.records, meter))
        return match.readings(meter, shown.generation if shown else 0)

    def settle(self) -> bool:
        """Force a checkpoint, so that sizes include all that is written; False if it is forbidden."""
        with explained():
            try:
                self._patiently(lambda: self.database.client.admin.command("fsync"))
            except OperationFailure as error:
                if error.code not in UNSUPPORTED:
                    raise
                return False
        return True

    def erase(self, meter: Meter | None = None) -> None:
        """Delete a meter and all its readings; without a meter, everything of ours but the API call count.

        Foreign collections stay. What is imported after this began may stay. Also works on a database that
        `prepare` refuses, and on damaged records.
        """
        with explained():
            meters = [meter] if meter else sorted(self._patiently(lambda: ownership.meters(self.database)))
            usable = self._patiently(lambda: erasure.is_usable(self.database))
            for one in meters:
                if usable:
                    erasure.erase(self._collections, one, self._patiently, self.patience_seconds)
                else:
                    self._patiently(partial(erasure.erase_among_others, self._collections, one))
            if meter:
                self._patiently(lambda: ownership.forget_results(self.database, meter))
            else:
                self._patiently(lambda: ownership.drop_all_but_meters(self.database))

    def belongings(self) -> Belongings:
        """What `erase` would delete without a meter, and the names of foreign collections."""
        with explained():
            return self._patiently(lambda: ownership.belongings(self.database))


def _sound(read: Callable[..., Curve], *arguments: Any) -> Curve | None:
    """The curve read; None if its readings overlap, by damage or in the middle of a rewrite."""
    try:
        return read(*arguments)
    except ValueError:
        return None


def _merged(before: Record, delivery: Delivery) -> tuple[Record, merging.Merge]:
    """The record after a delivery; the same object if the delivery adds nothing."""
    origins = before.origins if delivery.origin in before.origins else (*before.origins, delivery.origin)
    ranks = np.array([origin.rank for origin in origins], dtype=np.uint8)
    result = merging.merge(
        before.curve,
        before.origin,
        ranks[before.origin],
        delivery.curve,
        origins.index(delivery.origin),
        delivery.origin.rank,
    )
    taken = bool(result.new or len(result.changed))
    asked = delivery.asked or delivery.totals_asked or delivery.peaks_asked
    if not taken and not asked and not delivery.totals and not delivery.peaks:
        return before, result
    now = now_ms()
    days = before.days.with_totals(delivery.totals).with_peaks(delivery.peaks)
    if delivery.totals_asked:
        days = days.asked_for_totals(delivery.totals_asked, now)
    if delivery.peaks_asked:
        days = days.asked_for_peaks(delivery.peaks_asked, now)
    if delivery.asked:
        gained = np.unique(day_of(result.gained.start))
        days = days.asked_about(delivery.asked, gained, now, closed=delivery.closed)
    return (
        with_fields(
            before,
            curve=result.curve,
            origin=result.origin,
            origins=origins if taken else before.origins,
            days=days,
            erased=False,
            changed=before.changed + len(result.changed),
            changes=before.changes + _changes(result, delivery, now),
        ),
        result,
    )


def _changes(result: merging.Merge, delivery: Delivery, now: int) -> tuple[Change, ...]:
    """Each replaced reading, with the mean power (W) that is now stored for its interval."""
    kept = slice(-record.LISTED_CHANGES, None)
    old = result.replaced.select(kept)
    new = result.changed
    changes = []
    for start, end, minutes, was in zip(
        old.start.tolist(), old.end.tolist(), old.minutes.tolist(), old.watts.tolist(), strict=True
    ):
        first, past = np.searchsorted(new.end, start, side="right"), np.searchsorted(new.start, end)
        over = new.select(slice(int(first), int(past)))
        mean = round(over.watt_minutes / max(int(over.minutes.sum()), 1))
        changes.append(Change(start, minutes, was, mean, delivery.origin, now))
    return tuple(changes)
