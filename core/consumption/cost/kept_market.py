"""Stores prices and colours that a refresh brought, with source and moment, in the household's database.

They are added to the data that come with the program and never replace them. One document for each season and
source of colours, one for each option, and one for the last refresh.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final

from pymongo.database import Database

from core.consumption.cost.contracts import Option, PriceList, Special, intervals
from core.consumption.cost.market import Market, Source, dated, on_file
from core.paristime import to_datetime, to_ms
from core.sources.open_data.regulated import PriceRow
from core.sources.open_data.tempo import Colour, Colours
from core.storage.mongo_errors import explained
from core.storage.upkeep.ownership import PUBLIC_PRICES

_COLOURS: Final = "colours"
_PRICES: Final = "prices"
_REFRESH: Final = "refresh"


def load_market(database: Database[Any]) -> Market:
    """All known prices and colours: those of the program and those stored. Raises StorageError."""
    with explained():
        documents = list(database[PUBLIC_PRICES].find({"kind": {"$in": [_COLOURS, _PRICES]}}).sort("_id", 1))
    colours = [_special(one) for one in documents if one["kind"] == _COLOURS]
    prices = {Option(one["option"]): one for one in documents if one["kind"] == _PRICES}
    tempo = on_file().tempo
    for more in colours:
        tempo = tempo.joined(more)
    return Market(_laid_over(prices), tempo) if documents else on_file()


def keep_colours(database: Database[Any], season: str, colours: Colours, source: Source, at_ms: int) -> None:
    """Add days to the stored colours of a season and source. Raises StorageError."""
    told = {f"days.{day.isoformat()}": colour.value for day, colour in colours.items()}
    where = {"kind": _COLOURS, "season": season, "source": source.value, "at": to_datetime(at_ms)}
    with explained():
        database[PUBLIC_PRICES].update_one(
            {"_id": f"{_COLOURS}:{season}:{source.value}"}, {"$set": {**where, **told}}, upsert=True
        )


def keep_prices(
    database: Database[Any],
    option: Option,
    rows: Iterable[PriceRow],
    until: date | None,
    source: Source,
    at_ms: int,
) -> None:
    """Add rows to the stored lists of an option. Raises StorageError.

    `until`: the day until which the source shows its newest list to hold; None if it does not say.
    """
    told = {f"rows.{row.kva}/{row.first.isoformat()}": _row_document(row) for row in rows}
    where = {"kind": _PRICES, "option": option.value, "source": source.value, "at": to_datetime(at_ms)}
    confirmed = {"until": until.isoformat()} if until else {}
    with explained():
        database[PUBLIC_PRICES].update_one(
            {"_id": f"{_PRICES}:{option.value}"}, {"$set": {**where, **confirmed, **told}}, upsert=True
        )


def _row_document(row: PriceRow) -> dict[str, Any]:
    return {
        "kva": row.kva,
        "first": row.first.isoformat(),
        "last": row.last.isoformat() if row.last else None,
        "kwh": {register: str(price) for register, price in row.kwh.items()},
        "year": str(row.year),
    }


def keep_refresh(database: Database[Any], at_ms: int, steps: list[dict[str, Any]]) -> None:
    """Store when the sources were last asked, and the outcome of each step. Raises StorageError."""
    document = {"_id": _REFRESH, "kind": _REFRESH, "at": to_datetime(at_ms), "steps": steps}
    with explained():
        database[PUBLIC_PRICES].replace_one({"_id": _REFRESH}, document, upsert=True)


def last_refresh(database: Database[Any]) -> tuple[int, list[dict[str, Any]]] | None:
    """The moment of the last refresh (UTC ms) and its steps; None before the first. Raises StorageError."""
    with explained():
        found = database[PUBLIC_PRICES].find_one({"_id": _REFRESH})
    return None if found is None else (to_ms(found["at"]), found["steps"])


def _special(document: Mapping[str, Any]) -> Special:
    days = {date.fromisoformat(day): Colour(colour) for day, colour in document["days"].items()}
    known = intervals((day, day + timedelta(days=1)) for day in days)
    white, red = (
        frozenset(day for day, colour in days.items() if colour is wanted)
        for wanted in (Colour.WHITE, Colour.RED)
    )
    return Special(known, white, red)


def _laid_over(kept: Mapping[Option, Mapping[str, Any]]) -> dict[tuple[Option, int], tuple[PriceList, ...]]:
    """The lists on file and the stored ones; of a list in both, the one on file counts."""
    lists = {key: [replace(one, end=None) for one in found] for key, found in on_file().prices.items()}
    until = {key: found[-1].end or date.max for key, found in on_file().prices.items()}
    for option, document in kept.items():
        for row in document.get("rows", {}).values():
            key, one = (option, int(row["kva"])), _price_list(row, document["source"])
            if all(known.since != one.since for known in lists.setdefault(key, [])):
                lists[key].append(one)
        if confirmed := document.get("until"):
            for key in lists:
                if key[0] is option:
                    until[key] = max(until.get(key, date.min), date.fromisoformat(confirmed))
    return {key: dated(found, until.get(key, date.min)) for key, found in lists.items()}


def _price_list(row: Mapping[str, Any], source: str) -> PriceList:
    last = date.fromisoformat(row["last"]) + timedelta(days=1) if row["last"] else None
    kwh = {register: Decimal(price) for register, price in row["kwh"].items()}
    return PriceList(date.fromisoformat(row["first"]), kwh, Decimal(row["year"]), last, source)
