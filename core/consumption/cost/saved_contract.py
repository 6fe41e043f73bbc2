"""Stores the contract of a household, and further contracts by name, in the household's database."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any, Final

from pymongo.database import Database

from core.consumption.cost.contracts import Contract, OffPeak, Option, PriceList, Rule, Special, Window
from core.consumption.cost.market import Market, regulated
from core.consumption.cost.typed import LONGEST_NAME, is_name
from core.errors import InputError
from core.storage.mongo_errors import explained
from core.storage.upkeep.ownership import CONTRACT, CONTRACTS, PREFERENCES

MOST_CONTRACTS: Final = 8
DEFAULT_KVA: Final = 9


def load_contract(database: Database[Any], market: Market | None = None) -> Contract | None:
    """The household's contract; None if none was chosen. Raises StorageError."""
    with explained():
        document = database[PREFERENCES].find_one(CONTRACT)
    return None if document is None else read(document, market)


def save_contract(database: Database[Any], contract: Contract, market: Market | None = None) -> None:
    """Store the household's contract. Raises StorageError."""
    with explained():
        database[PREFERENCES].replace_one(CONTRACT, written(contract, market), upsert=True)


def named_contracts(database: Database[Any], market: Market | None = None) -> tuple[Contract, ...]:
    """The contracts stored by name, in the order of their names. Raises StorageError."""
    with explained():
        documents = list(database[CONTRACTS].find().sort("_id", 1))
    return tuple(read(one, market) for one in documents)


def keep_contract(database: Database[Any], contract: Contract, market: Market | None = None) -> None:
    """Store a contract under its name, replacing one of the same name.

    InputError `cost-name`, `cost-full`; StorageError.
    """
    name = contract.name.strip()
    if not is_name(name):
        raise InputError("cost-name", most=LONGEST_NAME)
    with explained():
        others = database[CONTRACTS].count_documents({"_id": {"$ne": name}})
        if others >= MOST_CONTRACTS:
            raise InputError("cost-full", most=MOST_CONTRACTS)
        document = written(contract, market) | {"name": name}
        database[CONTRACTS].replace_one({"_id": name}, document, upsert=True)


def drop_contract(database: Database[Any], name: str) -> None:
    """Delete the contract stored under a name. Raises StorageError."""
    with explained():
        database[CONTRACTS].delete_one({"_id": name})


def default_contract(market: Market | None = None) -> Contract:
    """The contract assumed until a household enters its own: regulated base at 9 kVA."""
    return regulated(Option.BASE, DEFAULT_KVA, market=market)


def written(contract: Contract, market: Market | None = None) -> dict[str, Any]:
    """The contract as a document, with prices as strings, so that they stay exact.

    Regulated prices and public colours are not copied.
    """
    typed = contract.special.beyond(regulated(contract.option, contract.kva, market=market).special)
    return {
        "name": contract.name,
        "option": contract.option.value,
        "kva": contract.kva,
        "regulated": contract.regulated,
        "off_peak": [
            {
                "windows": _pairs(rule.windows),
                "since": rule.since.isoformat() if rule.since else None,
                "months": sorted(rule.months),
            }
            for rule in contract.off_peak
        ],
        "rules": [
            {
                "register": rule.register,
                "windows": _pairs(rule.windows),
                "weekdays": sorted(rule.weekdays),
                "months": sorted(rule.months),
            }
            for rule in contract.rules
        ],
        "white": sorted(day.isoformat() for day in typed.white),
        "red": sorted(day.isoformat() for day in typed.red),
        "known": [[first.isoformat(), end.isoformat()] for first, end in typed.known],
        "prices": [] if contract.regulated else [_price_document(one) for one in contract.prices],
    }


def _pairs(windows: tuple[Window, ...]) -> list[list[int]]:
    return [[window.start, window.end] for window in windows]


def _price_document(prices: PriceList) -> dict[str, Any]:
    return {
        "since": prices.since.isoformat(),
        "kwh": [[name, str(price)] for name, price in prices.kwh.items()],
        "year": None if prices.year is None else str(prices.year),
    }


def read(document: Mapping[str, Any], market: Market | None = None) -> Contract:
    """The contract of a document made by `written`, with the prices and colours publicly known now.

    A public colour of a day takes precedence over a typed one.
    """
    option, kva = Option(document["option"]), int(document["kva"])
    rules = tuple(
        OffPeak(
            _windows(rule["windows"]),
            date.fromisoformat(rule["since"]) if rule["since"] else None,
            frozenset(rule["months"]),
        )
        for rule in document["off_peak"]
    )
    base = regulated(option, kva, rules, market)
    typed = Special(
        tuple((date.fromisoformat(first), date.fromisoformat(end)) for first, end in document["known"]),
        frozenset(date.fromisoformat(day) for day in document["white"]),
        frozenset(date.fromisoformat(day) for day in document["red"]),
    )
    prices = base.prices if document["regulated"] else tuple(_prices(one) for one in document["prices"])
    return Contract(
        option,
        kva,
        prices,
        base.off_peak,
        base.special.joined(typed),
        document["regulated"],
        tuple(_rule(one) for one in document.get("rules", ())),
        document.get("name", ""),
    )


def _windows(pairs: list[list[int]]) -> tuple[Window, ...]:
    return tuple(Window(*pair) for pair in pairs)


def _rule(document: Mapping[str, Any]) -> Rule:
    days = frozenset(document["weekdays"]), frozenset(document["months"])
    return Rule(document["register"], _windows(document["windows"]), *days)


def _prices(document: Mapping[str, Any]) -> PriceList:
    kwh = {name: Decimal(price) for name, price in dict(document["kwh"]).items()}
    year = None if document["year"] is None else Decimal(document["year"])
    return PriceList(date.fromisoformat(document["since"]), kwh, year)
