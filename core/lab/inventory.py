"""Lists every collection of the database with its purpose and size."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final

from pymongo.collection import Collection
from pymongo.errors import OperationFailure

from core.lab.footprint import Usage, usage
from core.storage import ordinary, record, time_series
from core.storage.mongo_errors import FORBIDDEN, explained
from core.storage.store import Store
from core.storage.upkeep.ownership import (
    API_BUDGET,
    CONTRACTS,
    INBOX,
    LABORATORY,
    PREFERENCES,
    PUBLIC_PRICES,
)

_PURPOSES: Final = (
    (ordinary.COLLECTION, "ordinary"),
    (time_series.COLLECTION, "time-series"),
    (record.COLLECTION, "record"),
    (LABORATORY, "laboratory"),
    (API_BUDGET, "budget"),
    (PREFERENCES, "preferences"),
    (CONTRACTS, "preferences"),
    (PUBLIC_PRICES, "prices"),
    (INBOX, "inbox"),
    (r"lab_.*", "scratch"),
    (r"fleet_\d+_.*", "fleet"),
)
"""Texts: `collections.<code>`. A foreign collection matches none of them: `other`."""


@dataclass(frozen=True, slots=True)
class Listed:
    """One collection. `usage` is None if the server hides its statistics."""

    name: str
    purpose: str
    time_series: bool
    usage: Usage | None


@dataclass(frozen=True, slots=True)
class WithRecord:
    """How many times smaller the time series side is.

    `without`: the two collections; `on_series`: with the record counted on its side, as it replaces the
    unique index of an ordinary collection; `on_both`: with the record counted on both sides.
    """

    without: float
    on_series: float
    on_both: float


def inventory(store: Store) -> tuple[Listed, ...]:
    """All collections, by purpose in the order of `_PURPOSES`, then by name. Raises StorageError.

    A time series collection has the sizes of its buckets.
    """
    with explained():
        found = [
            Listed(
                one["name"],
                _purpose(one["name"]),
                one["type"] == "timeseries",
                _usage(store.database[one["name"]]),
            )
            for one in store.database.list_collections()
            if not one["name"].startswith("system.")
        ]
    order = [code for _, code in _PURPOSES]
    return tuple(sorted(found, key=lambda one: (_place(one.purpose, order), one.name)))


def with_record(listed: tuple[Listed, ...]) -> WithRecord | None:
    """The ratios with the record; None if one of the three collections is empty or not measured."""
    sizes = {one.purpose: one.usage.net_bytes for one in listed if one.usage and one.usage.data_bytes}
    plain, series, kept = (sizes.get(code, 0) for code in ("ordinary", "time-series", "record"))
    if not plain or not series or not kept:
        return None
    return WithRecord(plain / series, plain / (series + kept), (plain + kept) / (series + kept))


def _purpose(name: str) -> str:
    return next((code for pattern, code in _PURPOSES if re.fullmatch(pattern, name)), "other")


def _place(purpose: str, order: list[str]) -> int:
    return order.index(purpose) if purpose in order else len(order)


def _usage(collection: Collection[Any]) -> Usage | None:
    try:
        return usage(collection, 0)
    except OperationFailure as failure:
        if failure.code not in FORBIDDEN:
            raise
        return None
