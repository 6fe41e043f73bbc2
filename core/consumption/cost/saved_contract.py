"""What a household pays by, kept in its own database so that a reload or a restart finds it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any, Final

from pymongo.database import Database

from core.consumption.cost.contracts import (
    Contract,
    OffPeak,
    Option,
    PriceList,
    Special,
    Window,
    regulated,
    tempo_days,
)
from core.storage.mongo_errors import explained
from core.storage.upkeep.ownership import CONTRACT, PREFERENCES

DEFAULT_KVA: Final = 9


def load_contract(database: Database[Any]) -> Contract | None:
    """The household's contract; None where none was chosen. Raises StorageError."""
    with explained():
        document = database[PREFERENCES].find_one(CONTRACT)
    return None if document is None else read(document)


def save_contract(database: Database[Any], contract: Contract) -> None:
    """Keep a contract. Raises StorageError."""
    with explained():
        database[PREFERENCES].replace_one(CONTRACT, written(contract), upsert=True)


def default_contract() -> Contract:
    """What is assumed, and said to be assumed, until a household tells its own."""
    return regulated(Option.BASE, DEFAULT_KVA)


def written(contract: Contract) -> dict[str, Any]:
    """As a document; prices as strings, so that they stay exact. Regulated prices are not copied."""
    return {
        "option": contract.option.value,
        "kva": contract.kva,
        "regulated": contract.regulated,
        "off_peak": [
            {
                "windows": [[window.start, window.end] for window in rule.windows],
                "since": rule.since.isoformat() if rule.since else None,
                "months": sorted(rule.months),
            }
            for rule in contract.off_peak
        ],
        "white": sorted(day.isoformat() for day in contract.special.white - tempo_days().white),
        "red": sorted(day.isoformat() for day in contract.special.red - tempo_days().red),
        "known": [[first.isoformat(), end.isoformat()] for first, end in contract.special.known],
        "prices": [] if contract.regulated else [_price_document(one) for one in contract.prices],
    }


def _price_document(prices: PriceList) -> dict[str, Any]:
    return {
        "since": prices.since.isoformat(),
        "kwh": {name: str(price) for name, price in prices.kwh.items()},
        "year": None if prices.year is None else str(prices.year),
    }


def read(document: Mapping[str, Any]) -> Contract:
    """The contract of a document that `written` made."""
    option, kva = Option(document["option"]), int(document["kva"])
    rules = tuple(
        OffPeak(
            tuple(Window(*pair) for pair in rule["windows"]),
            date.fromisoformat(rule["since"]) if rule["since"] else None,
            frozenset(rule["months"]),
        )
        for rule in document["off_peak"]
    )
    base = regulated(option, kva, rules)
    special = Special(
        tuple((date.fromisoformat(first), date.fromisoformat(end)) for first, end in document["known"]),
        base.special.white | {date.fromisoformat(day) for day in document["white"]},
        base.special.red | {date.fromisoformat(day) for day in document["red"]},
    )
    prices = base.prices if document["regulated"] else tuple(_prices(one) for one in document["prices"])
    return Contract(option, kva, prices, base.off_peak, special, document["regulated"])


def _prices(document: Mapping[str, Any]) -> PriceList:
    kwh = {name: Decimal(price) for name, price in document["kwh"].items()}
    year = None if document["year"] is None else Decimal(document["year"])
    return PriceList(date.fromisoformat(document["since"]), kwh, year)
