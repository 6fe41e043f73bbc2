"""Finds damage to a database of ours, and repairs it from the undamaged side."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from typing import Final

from core.errors import StorageError
from core.model import Curve, Meter
from core.storage import bson_columns, ordinary, projection, record, time_series
from core.storage.match import readings
from core.storage.projection import Collections
from core.storage.upkeep import ownership, shapes
from core.storage.upkeep.damage import Damage, Kind, Outcome
from core.storage.upkeep.rebuild import rebuilt

_LOCK_SECONDS: Final = 30.0


def look(collections: Collections) -> Iterator[Damage]:
    """Damage that shows by counting readings; requires a database that `prepare` accepts."""
    records = collections.records
    known = record.meters(records)
    for meter in known:
        if _is_damaged(collections, meter):
            yield Damage(Kind.RECORD_DAMAGED, meter=meter)
        else:
            yield from _compared(collections, meter)
    for meter in sorted(ownership.with_readings(collections.database) - set(known)):
        yield Damage(Kind.NO_RECORD, meter=meter, count=_count(collections, meter))
    if count := record.foreign(records):
        yield Damage(Kind.FOREIGN, collection=record.COLLECTION, count=count)


def mend(collections: Collections) -> Iterator[Damage]:
    """Repair everything that can be repaired, one after the other; gives each damage with its outcome.

    Safe to repeat, and beside other writers. Raises StorageError.
    """
    yield from _mend_names(collections)
    yield from _mend_shapes(collections)
    known = record.meters(collections.records)
    for meter in known:
        if _is_damaged(collections, meter):
            yield Damage(Kind.RECORD_DAMAGED, *_rebuild(collections, meter))
    for meter in sorted(ownership.with_readings(collections.database) - set(known)):
        yield Damage(Kind.NO_RECORD, *_rebuild(collections, meter))
    for meter in record.meters(collections.records):
        yield from _mend_projections(collections, meter)
    if count := record.foreign(collections.records):
        yield Damage(Kind.FOREIGN, collection=record.COLLECTION, count=count)


def adopt(collections: Collections, meter: Meter) -> None:
    """Rebuild the lost record of a meter, if the ordinary collection has readings of it."""
    if collections.ordinary.find_one(readings(meter), {"_id": 1}) is not None:
        _rebuild(collections, meter)


def _mend_names(collections: Collections) -> Iterator[Damage]:
    """Rename what has a name of ours and is not ours; the records first, as they contain the lock."""
    database = collections.database
    if shapes.shape(database, record.COLLECTION).kind not in ("", "collection"):
        aside = shapes.put_aside(database, record.COLLECTION)
        yield _renamed(record.COLLECTION, aside)
    with shapes.locked(collections.records, _LOCK_SECONDS):
        taken = [
            name for name in (ordinary.COLLECTION, time_series.COLLECTION) if _is_taken(collections, name)
        ]
        asides = [(name, shapes.put_aside(database, name)) for name in taken]
    for name, aside in asides:
        yield _renamed(name, aside)


def _renamed(name: str, aside: str) -> Damage:
    return Damage(Kind.NAME_TAKEN, Outcome.MENDED, collection=name, aside=aside)


def _is_taken(collections: Collections, name: str) -> bool:
    database = collections.database
    kind = shapes.shape(database, name).kind
    if name == ordinary.COLLECTION:
        return kind not in ("", "collection") or not ordinary.is_of_ours(database[name])
    if kind == "collection":
        return not time_series.is_of_ours(database[name])
    return kind == "view"


def _mend_shapes(collections: Collections) -> Iterator[Damage]:
    database = collections.database
    anything = bool(ownership.meters(database))
    doubled = ordinary.prepare(database)
    if doubled is not None and anything:
        yield Damage(Kind.NO_INDEX, Outcome.MENDED, collection=ordinary.COLLECTION, count=doubled)
    if time_series.prepare(database) and anything:
        yield Damage(Kind.NOT_TIME_SERIES, Outcome.MENDED, collection=time_series.COLLECTION)


def _is_damaged(collections: Collections, meter: Meter) -> bool:
    try:
        record.load(collections.records, meter)
    except StorageError as error:
        if error.code != record.DAMAGED:
            raise
        return True
    return False


def _rebuild(collections: Collections, meter: Meter) -> tuple[Outcome, Meter, str, str, int]:
    """Commit a rebuilt record and bring the collections in line with it."""
    state = rebuilt(collections, meter)
    if state is None:
        return Outcome.LOST, meter, "", "", 0
    record.restore(collections.records, state, secrets.token_hex(8))
    projection.repair(collections, meter)
    return Outcome.MENDED, meter, "", "", len(state.curve)


def _mend_projections(collections: Collections, meter: Meter) -> Iterator[Damage]:
    """Compare both collections with the record, reading by reading."""
    if _is_damaged(collections, meter):
        return  # reported as lost already
    state = record.load(collections.records, meter)
    shown = projection.current(collections.records, meter)
    series = readings(meter, shown.generation if shown else 0)
    wrong = [
        name
        for name, query in ((ordinary.COLLECTION, readings(meter)), (time_series.COLLECTION, series))
        if _held(collections, name, query) != state.curve
    ]
    others = time_series.generations(collections.time_series, meter) - {shown.generation if shown else None}
    if others and time_series.COLLECTION not in wrong:
        wrong.append(time_series.COLLECTION)
    if not wrong and projection.is_settled(collections.records, meter):
        return
    projection.repair(collections, meter)
    for name in wrong:
        yield Damage(Kind.DIFFERS, Outcome.MENDED, meter, name, count=len(state.curve))


def _held(collections: Collections, name: str, query: dict[str, object]) -> Curve | None:
    """Curve of a meter in a collection; None if its readings overlap."""
    batches = collections.database[name].find_raw_batches(
        query, bson_columns.READING, batch_size=bson_columns.READ_BATCH
    )
    try:
        return bson_columns.read_columns(batches)
    except ValueError:
        return None


def _compared(collections: Collections, meter: Meter) -> Iterator[Damage]:
    """Collections with more or fewer readings than the record, while nobody writes the meter."""
    shown = projection.current(collections.records, meter)
    if shown is None or not projection.is_at_rest(collections.records, meter):
        return
    for collection in (collections.ordinary, collections.time_series):
        if collection.count_documents(readings(meter)) != shown.readings:
            yield Damage(Kind.DIFFERS, meter=meter, collection=collection.name, count=shown.readings)


def _count(collections: Collections, meter: Meter) -> int:
    return max(
        collections.ordinary.count_documents(readings(meter)),
        collections.time_series.count_documents(readings(meter)),
    )
