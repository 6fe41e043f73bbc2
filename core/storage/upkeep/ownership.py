"""Which collections and documents of a database are ours.

They are recognised by name and content. Whatever cannot be known to be ours is foreign and stays.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from pymongo.database import Database

from core.model import Meter
from core.storage import ordinary, record, scratch, time_series
from core.storage.upkeep import shapes

API_BUDGET: Final = "api_budget"
"""The collection in which calls to the API are counted.

It survives an erasure: without the count, too many calls could get the address banned.
"""
PREFERENCES: Final = "preferences"
CONTRACT: Final = {"_id": "contract"}
"""The one document of ours among the preferences."""
CONTRACTS: Final = "contracts"
NAMED: Final = {"name": {"$type": "string"}, "option": {"$type": "string"}, "prices": {"$type": "array"}}
"""A contract that is saved under a name."""
PUBLIC_PRICES: Final = "public_prices"
PRICES: Final = {"kind": {"$in": ["colours", "prices", "refresh"]}, "at": {"$type": "date"}}
"""Result of a refresh of prices and colours, and its time."""
INBOX: Final = "inbox"
ANSWER: Final = {
    "prm": {"$type": "string"},
    "flow": {"$type": "string"},
    "first": {"$type": "string"},
    "end": {"$type": "string"},
    "answer": {"$exists": True},
}
"""Answer of the API that a scheduled trigger left in the inbox."""
LABORATORY: Final = "laboratory"
RESULT: Final = {
    "format": {"$type": "number"},
    "kind": {"$type": "string"},
    "made_ms": {"$type": "long"},
    "versions": {"$type": "object"},
    "result": {"$exists": True},
}
"""A saved measurement of the laboratory; `versions` names the meters it was measured on."""
_FLEET: Final = re.compile(
    r"fleet_[0-9]+_(?:ordinary|ordinary-small|ts-hours|ts-small)"
    r"|spark_(?:fleets|results|(?:d[0-9]+|p[0-9a-f]{10}|daily[0-9]+x[0-9]+)(?:_ts|_manifest)?)"
)
"""Exactly the names that `core.lab.fleet` and `core.spark` give."""


class Kind(StrEnum):
    """What an erasure deletes besides meters."""

    CONTRACT = "contract"
    CONTRACTS = "contracts"
    PRICES = "prices"
    INBOX = "inbox"
    RESULTS = "results"
    EXPERIMENTS = "experiments"
    FLEETS = "fleets"


_DOCUMENTS: Final[Mapping[Kind, tuple[str, Mapping[str, Any]]]] = {
    Kind.CONTRACT: (PREFERENCES, CONTRACT),
    Kind.CONTRACTS: (CONTRACTS, NAMED),
    Kind.PRICES: (PUBLIC_PRICES, PRICES),
    Kind.INBOX: (INBOX, ANSWER),
    Kind.RESULTS: (LABORATORY, RESULT),
}
"""Documents of ours that belong to no meter; foreign ones may be in the same collections."""


@dataclass(frozen=True, slots=True)
class Belongings:
    """Everything of ours in a database, and the names of foreign collections."""

    meters: tuple[Meter, ...]
    others: dict[Kind, int]
    """Number of documents, or collections, of each kind; kinds without any are left out."""
    foreign: tuple[str, ...]


def belongings(database: Database[Any]) -> Belongings:
    """What an erasure of everything deletes, and what it leaves alone."""
    names = database.list_collection_names()
    counts = {
        **{kind: database[name].count_documents(which) for kind, (name, which) in _DOCUMENTS.items()},
        Kind.EXPERIMENTS: sum(map(_is_experiment, names)),
        Kind.FLEETS: sum(map(_is_fleet, names)),
    }
    known = {record.COLLECTION, ordinary.COLLECTION, time_series.COLLECTION, API_BUDGET}
    known |= {name for name, _ in _DOCUMENTS.values()}
    foreign = [
        name
        for name in names
        if name not in known and not name.startswith("system.") and not _is_experiment(name)
        if not _is_fleet(name)
    ]
    found = {kind: count for kind, count in counts.items() if count}
    return Belongings(tuple(sorted(meters(database))), found, tuple(sorted(foreign)))


def meters(database: Database[Any]) -> set[Meter]:
    """Every meter with a record, in any state, or with readings in either collection."""
    found = set(record.meters(database[record.COLLECTION]))
    return found | with_readings(database)


def with_readings(database: Database[Any]) -> set[Meter]:
    """The meters that have readings in either collection, with or without a record."""
    found: set[Meter] = set()
    if shapes.shape(database, ordinary.COLLECTION).kind == "collection":
        found |= ordinary.meters(database[ordinary.COLLECTION])
    if shapes.shape(database, time_series.COLLECTION).kind in ("collection", "timeseries"):
        found |= time_series.meters(database[time_series.COLLECTION])
    return found


def drop_all_but_meters(database: Database[Any]) -> None:
    """Delete everything of ours that belongs to no meter, but the count of API calls."""
    for name, which in _DOCUMENTS.values():
        database[name].delete_many(which)
    for name in database.list_collection_names():
        if _is_experiment(name) or _is_fleet(name):
            database.drop_collection(name)


def forget_results(database: Database[Any], meter: Meter) -> None:
    """Delete the laboratory's results that were measured on a meter's readings."""
    database[LABORATORY].delete_many(RESULT | {f"versions.{record.key(meter)}": {"$exists": True}})


def _is_experiment(name: str) -> bool:
    return scratch.is_one(name)


def _is_fleet(name: str) -> bool:
    return _FLEET.fullmatch(name) is not None
