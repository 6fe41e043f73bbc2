"""Reads and writes a contract as a small TOML file, and holds the templates that come with the program.

    name = "Week-end"
    power = 9

    [[register]]
    name = "Week-end"
    days = ["sat", "sun"]

    [[register]]
    name = "Off-peak"
    windows = ["22:00-06:00"]
    months = [11, 12, 1, 2, 3]

    [[register]]
    name = "Peak"

    [[prices]]
    since = 2026-08-01
    subscription = "238.56"
    kwh = { Week-end = "0.16", Off-peak = "0.16", Peak = "0.21" }

A register may have several tables; the first that fits a moment counts. Prices are text, so that they stay
exact; a missing price is unknown. A regulated offer has `option` instead of registers and prices.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, Final

from core.consumption.cost.contracts import POWERS, Contract, OffPeak, Option, PriceList, Rule, Window
from core.consumption.cost.market import REGULATED, Market, regulated
from core.consumption.cost.typed import is_name, read_price, read_windows
from core.errors import InputError

LARGEST_FILE: Final = 100_000
MOST_RULES: Final = 40
MOST_LISTS: Final = 60
_DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_TEMPLATES: Final = Path(__file__).parent / "data" / "templates.toml"


def to_toml(contract: Contract) -> str:
    """The file of a contract, without the days of a colour: they are public, or typed by the household."""
    lines = [f"name = {_quoted(contract.name)}", f"power = {contract.kva}"]
    if contract.option is not Option.FREE:
        lines.append(f"option = {_quoted(contract.option.value)}")
    for rule in contract.off_peak:
        lines += ["", "[[off_peak]]", f"windows = {_windows(rule.windows)}"]
        lines += [f"since = {rule.since.isoformat()}"] if rule.since else []
        lines += [f"months = {sorted(rule.months)}"] if rule.months else []
    for one in contract.rules:
        lines += ["", "[[register]]", f"name = {_quoted(one.register)}"]
        lines += [f"windows = {_windows(one.windows)}"] if one.windows else []
        lines += (
            [f"days = {json.dumps([_DAYS[day] for day in sorted(one.weekdays)])}"] if one.weekdays else []
        )
        lines += [f"months = {sorted(one.months)}"] if one.months else []
    for prices in () if contract.regulated else contract.prices:
        lines += ["", "[[prices]]", f"since = {prices.since.isoformat()}"]
        lines += [f'subscription = "{prices.year}"'] if prices.year is not None else []
        kwh = (f'{_quoted(name)} = "{price}"' for name, price in prices.kwh.items())
        lines.append(f"kwh = {{ {', '.join(kwh)} }}")
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _windows(windows: tuple[Window, ...]) -> str:
    return json.dumps([str(window) for window in windows])


def from_toml(body: bytes, market: Market | None = None) -> Contract:
    """The contract of such a file.

    InputError `cost-file` (not such a file), `cost-file-part` (a part of it cannot be used), and the errors
    of `typed`.
    """
    if len(body) > LARGEST_FILE:
        raise InputError("cost-file")
    try:
        document = tomllib.loads(body.decode("utf-8-sig"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError):
        raise InputError("cost-file") from None
    return _contract(document, market)


@cache
def templates() -> Mapping[str, Contract]:
    """Common shapes of contracts without prices, by the key of their name in the texts."""
    told = tomllib.loads(_TEMPLATES.read_text(encoding="utf-8"))
    return {key: _contract({"power": 9, "prices": [], **shape}, None) for key, shape in told.items()}


def _contract(document: Mapping[str, Any], market: Market | None) -> Contract:
    name, kva = document.get("name", ""), document.get("power")
    if kva not in POWERS or isinstance(kva, bool):
        raise InputError("cost-file-part", part="power")
    if name != "" and not is_name(name):
        raise InputError("cost-file-part", part="name")
    prices = _price_lists(_tables(document, "prices", MOST_LISTS))
    if "option" in document:
        return _of_option(document, name, kva, prices, market)
    rules = tuple(map(_rule, _tables(document, "register", MOST_RULES)))
    if not rules:
        raise InputError("cost-file-part", part="register")
    contract = Contract(Option.FREE, kva, prices, regulated=False, rules=rules, name=name)
    if any(register not in contract.registers for one in prices for register in one.kwh):
        raise InputError("cost-file-part", part="kwh")
    return contract


def _of_option(
    document: Mapping[str, Any], name: str, kva: int, prices: tuple[PriceList, ...], market: Market | None
) -> Contract:
    try:
        option = Option(document["option"])
    except ValueError:
        raise InputError("cost-file-part", part="option") from None
    if option is Option.FREE:
        raise InputError("cost-file-part", part="option")
    off_peak = tuple(map(_off_peak, _tables(document, "off_peak", MOST_RULES)))
    base = regulated(option, kva, off_peak, market)
    own = bool(prices) or option not in REGULATED
    if any(register not in base.registers for one in prices for register in one.kwh):
        raise InputError("cost-file-part", part="kwh")
    return Contract(
        option, kva, prices if own else base.prices, base.off_peak, base.special, not own, name=name
    )


def _tables(document: Mapping[str, Any], part: str, most: int) -> list[Mapping[str, Any]]:
    found = document.get(part, [])
    if not isinstance(found, list) or len(found) > most or not all(isinstance(one, dict) for one in found):
        raise InputError("cost-file-part", part=part)
    return found


def _rule(table: Mapping[str, Any]) -> Rule:
    name = table.get("name")
    if not is_name(name):
        raise InputError("cost-file-part", part="register")
    days = table.get("days", [])
    if not isinstance(days, list) or not all(day in _DAYS for day in days):
        raise InputError("cost-file-part", part="days")
    return Rule(str(name).strip(), _read_windows(table), frozenset(map(_DAYS.index, days)), _months(table))


def _off_peak(table: Mapping[str, Any]) -> OffPeak:
    since = _day(table.get("since"))
    if "since" in table and since is None:
        raise InputError("cost-file-part", part="since")
    return OffPeak(_read_windows(table), since, _months(table))


def _read_windows(table: Mapping[str, Any]) -> tuple[Window, ...]:
    told = table.get("windows", [])
    if not isinstance(told, list) or not all(isinstance(one, str) for one in told):
        raise InputError("cost-file-part", part="windows")
    return read_windows(", ".join(told))


def _months(table: Mapping[str, Any]) -> frozenset[int]:
    told = table.get("months", [])
    if not isinstance(told, list) or not all(type(one) is int and 1 <= one <= 12 for one in told):
        raise InputError("cost-file-part", part="months")
    return frozenset(told)


def _price_lists(tables: list[Mapping[str, Any]]) -> tuple[PriceList, ...]:
    found: dict[date, PriceList] = {}
    for table in tables:
        since, kwh = _day(table.get("since")), table.get("kwh", {})
        if since is None or since in found:
            raise InputError("cost-file-part", part="since")
        if not isinstance(kwh, dict):
            raise InputError("cost-file-part", part="kwh")
        prices = {str(name): _price(price) for name, price in kwh.items()}
        known = {name: price for name, price in prices.items() if price is not None}
        found[since] = PriceList(since, known, _price(table.get("subscription", "")))
    return tuple(found[since] for since in sorted(found))


def _day(told: object) -> date | None:
    return told if isinstance(told, date) and not isinstance(told, datetime) else None


def _price(told: object) -> Decimal | None:
    """A price, exact if it is text; a number is read by its digits."""
    if isinstance(told, bool) or not isinstance(told, str | int | float):
        raise InputError("cost-file-part", part="prices")
    return read_price(str(told))
