"""Regulated prices from the open data files of CRE, the energy regulator: one file per option.

Columns separated by `;`, a decimal comma, dates as dd/mm/yyyy, an empty DATE_FIN for prices in force, EUR per
year and EUR per kWh. Only prices with all taxes (TTC) are read.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Final

from core.sources.open_data.fetch import Publisher

_FILES: Final = {"base": "Option_Base.csv", "hphc": "Option_HPHC.csv", "tempo": "Option_Tempo.csv"}
_FIXED: Final = "PART_FIXE_TTC"
_PER_KWH: Final[Mapping[str, Mapping[str, str]]] = {
    "base": {"base": "PART_VARIABLE_TTC"},
    "hphc": {"hc": "PART_VARIABLE_HC_TTC", "hp": "PART_VARIABLE_HP_TTC"},
    "tempo": {
        "blue-hc": "HCBleu_TTC",
        "blue-hp": "HPBleu_TTC",
        "white-hc": "HCBlanc_TTC",
        "white-hp": "HPBlanc_TTC",
        "red-hc": "HCRouge_TTC",
        "red-hp": "HPRouge_TTC",
    },
}
_MOST_ROWS: Final = 5_000


@dataclass(frozen=True, slots=True)
class PriceRow:
    """The prices for one power (kVA) and one period.

    `last`: None if in force. `kwh`: EUR per kWh by register. `year`: EUR per year.
    """

    kva: int
    first: date
    last: date | None
    kwh: Mapping[str, Decimal]
    year: Decimal


def from_cre(publisher: Publisher, option: str) -> tuple[PriceRow, ...]:
    """The rows of an option (`base`, `hphc`, `tempo`). SourceError `public-…`."""
    body = publisher.fetch(_FILES[option])
    return publisher.understood(lambda: read_prices(body, option))


def read_prices(body: bytes, option: str) -> tuple[PriceRow, ...]:
    """The rows of a file that have a price. ValueError for anything but such a file."""
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = body.decode("cp1252")
    rows = list(csv.DictReader(text.splitlines(), delimiter=";"))
    if not rows or len(rows) > _MOST_ROWS:
        raise ValueError("no rows of prices")
    found = tuple(row for row in (_row(one, option) for one in rows) if row is not None)
    if not found:
        raise ValueError("no price in any row")
    return found


def _row(told: Mapping[str, str], option: str) -> PriceRow | None:
    columns = _PER_KWH[option]
    try:
        prices = {register: told[column].strip() for register, column in columns.items()}
        fixed = told[_FIXED].strip()
        if not fixed or not all(prices.values()):
            return None
        return PriceRow(
            int(told["P_SOUSCRITE"]),
            _day(told["DATE_DEBUT"]),
            _day(told["DATE_FIN"]) if told["DATE_FIN"].strip() else None,
            {register: _amount(price) for register, price in prices.items()},
            _amount(fixed),
        )
    except (KeyError, AttributeError, InvalidOperation) as error:
        raise ValueError("no row of prices") from error


def _day(told: str) -> date:
    day, month, year = told.strip().split("/")
    return date(int(year), int(month), int(day))


def _amount(told: str) -> Decimal:
    """An amount in EUR, rounded to 8 decimals. ValueError if it is not plausible."""
    amount = Decimal(told.replace(",", ".").replace("\u202f", "").replace(" ", ""))
    if not amount.is_finite() or not 0 < amount < 10_000:
        raise ValueError("no amount")
    return round(amount, 8).normalize()
