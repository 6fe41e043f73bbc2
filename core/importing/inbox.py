"""Imports API answers that an Atlas scheduled trigger left in a collection.

The record of a meter is one packed document that only Courbe writes. A trigger therefore stores each answer
unchanged, under a natural key (meter, flow, days), and it is imported here: when a database is opened, and by
`sync`. Importing it twice changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from pymongo.collection import Collection

from core.errors import SourceError, StorageError
from core.model import Days, Delivery, Flow, Meter
from core.sources.conso_api.answers import read_load_curve
from core.storage.mongo_errors import explained, patiently
from core.storage.record import DAMAGED
from core.storage.store import Store
from core.storage.upkeep.ownership import ANSWER, INBOX


def fold(store: Store) -> int:
    """Import the waiting answers into the records and both collections; returns how many there were.

    An unreadable answer stays, marked `unreadable`, and is ignored from then on. Raises StorageError.
    """
    inbox = store.database[INBOX]
    with explained():
        waiting = patiently(
            lambda: list(inbox.find(ANSWER | {"unreadable": {"$exists": False}}).sort("_id", 1))
        )
    meters: dict[Meter, None] = {}
    for document in waiting:
        try:
            delivery = _delivery(document)
        except (SourceError, KeyError, TypeError, ValueError, AttributeError):
            _settle(inbox, document, {"$set": {"unreadable": True}})
            continue
        try:
            store.merge(delivery)
        except StorageError as error:
            if error.code != DAMAGED:
                raise
            continue  # it waits until the record is repaired; the other meters are imported
        meters[delivery.meter] = None
        _settle(inbox, document, None)
    for meter in meters:
        store.project(meter)
    return len(waiting)


def _delivery(document: Mapping[str, Any]) -> Delivery:
    """Delivery of a waiting answer: `prm`, `flow`, `first`, `end` (ISO days) and `answer`."""
    meter = Meter(document["prm"], Flow(document["flow"]))
    asked = Days(date.fromisoformat(document["first"]), date.fromisoformat(document["end"]))
    read = read_load_curve(document["answer"], flow=meter.flow, live=True)
    if read.meter != meter:
        raise SourceError("api-answer-unknown")
    return Delivery(meter, read.origin, read.curve, read.refused, asked)


def _settle(inbox: Collection[Any], document: Mapping[str, Any], change: Mapping[str, Any] | None) -> None:
    """Delete or mark an answer, unless a newer one has replaced it meanwhile."""
    this = {"_id": document["_id"], "fetched": document.get("fetched")}
    with explained():
        if change is None:
            patiently(lambda: inbox.delete_one(this))
        else:
            patiently(lambda: inbox.update_one(this, change))
