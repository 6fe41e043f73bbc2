"""What a visitor types about a contract, and the regulated prices on file."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from core.consumption.cost.contracts import (
    Option,
    Window,
    ejp_days,
    read_days,
    read_months,
    read_price,
    read_windows,
    regulated_prices,
)
from core.errors import InputError

PRICES = {
    (Option.BASE, 6, "base"): "2022-08 .1740, 2023-02 .2062, 2023-08 .2276, 2024-02 .2516, 2025-02 .2016, "
    "2025-08 .1952, 2026-02 .1940",
    (Option.BASE, 9, "base"): "2022-08 .1740, 2025-08 .1952, 2026-02 .1927",
    (Option.HPHC, 6, "hp"): "2022-08 .1841, 2023-02 .2228, 2023-08 .2460, 2024-02 .2700, 2025-02 .2146, "
    "2025-08 .2081, 2026-02 .2065, 2026-08 .2142",
    (Option.HPHC, 6, "hc"): "2022-08 .1470, 2023-02 .1615, 2023-08 .1828, 2024-02 .2068, 2025-02 .1696, "
    "2025-08 .1635, 2026-02 .1579, 2026-08 .1589",
    (Option.TEMPO, 9, "blue-hp"): "2025-08 .1494, 2026-02 .1612, 2026-08 .1654",
    (Option.TEMPO, 9, "blue-hc"): "2025-08 .1232, 2026-02 .1325, 2026-08 .1356",
    (Option.TEMPO, 9, "white-hp"): "2025-08 .1730, 2026-02 .1871, 2026-08 .1921",
    (Option.TEMPO, 9, "white-hc"): "2025-08 .1391, 2026-02 .1499, 2026-08 .1536",
    (Option.TEMPO, 9, "red-hp"): "2025-08 .6468, 2026-02 .7060, 2026-08 .7295",
    (Option.TEMPO, 9, "red-hc"): "2025-08 .1460, 2026-02 .1575, 2026-08 .1615",
}
"""EUR per kWh including taxes, from the first of a month on."""


@pytest.mark.parametrize(("option", "kva", "register"), PRICES)
def test_the_regulated_prices_are_those_published(option: Option, kva: int, register: str) -> None:
    found = {one.since: one.kwh.get(register) for one in regulated_prices(option, kva)}
    for entry in PRICES[option, kva, register].split(", "):
        month, price = entry.split()
        assert found[date.fromisoformat(f"{month}-01")] == Decimal(price)


def test_a_price_nobody_published_is_not_made_up() -> None:
    assert regulated_prices(Option.EJP, 9) == ()
    assert regulated_prices(Option.TEMPO, 9)[0].since == date(2025, 8, 1)
    assert regulated_prices(Option.TEMPO, 3) == ()  # it is offered from 6 kVA on
    assert [one.since for one in regulated_prices(Option.HPHC, 3)] == [date(2026, 8, 1)]
    assert regulated_prices(Option.HPHC, 6)[0].year is None


@pytest.mark.parametrize(
    ("typed", "windows"),
    [
        ("22:36-6:36", [(1356, 396)]),
        ("2h-7h, 12h30 - 14h30", [(120, 420), (750, 870)]),
        ("22-6; 13:00–15:00", [(1320, 360), (780, 900)]),
        ("0:00-24:00", None),
        ("", []),
        ("25:00-6:00", None),
        ("22:60-6:00", None),
        ("22:36", None),
        ("6-6", None),
        ("²²:00-6:00", None),
    ],
)
def test_off_peak_hours_are_read_to_the_minute(typed: str, windows: list[tuple[int, int]] | None) -> None:
    if windows is None:
        with pytest.raises(InputError):
            read_windows(typed)
    else:
        assert read_windows(typed) == tuple(Window(*pair) for pair in windows)


@pytest.mark.parametrize(
    ("typed", "price"),
    [("0,2516", "0.2516"), ("1\u202f190.91", "1190.91"), (" 0.20001 ", "0.20001"), ("", None)],
)
def test_a_price_is_kept_exactly(typed: str, price: str | None) -> None:
    assert read_price(typed) == (None if price is None else Decimal(price))


@pytest.mark.parametrize("typed", ["-0.2", "0.25 €", "12345", "0.123456789", "1e3", "²"])
def test_what_is_no_price_is_said(typed: str) -> None:
    with pytest.raises(InputError):
        read_price(typed)


@pytest.mark.parametrize(
    ("typed", "months"),
    [("4-10", set(range(4, 11))), ("11-3", {11, 12, 1, 2, 3}), ("1, 02;12", {1, 2, 12}), ("", set())],
)
def test_months_are_read_over_the_new_year_too(typed: str, months: set[int]) -> None:
    assert read_months(typed) == months


@pytest.mark.parametrize("typed", ["0", "13", "4-", "-4", "1-2-3", "May", "²"])
def test_what_is_no_month_is_said(typed: str) -> None:
    with pytest.raises(InputError):
        read_months(typed)


def test_days_are_read_in_either_writing() -> None:
    assert read_days("2026-01-31, 01/02/2026") == {date(2026, 1, 31), date(2026, 2, 1)}


@pytest.mark.parametrize("typed", ["31/02/2026", "tomorrow", "0001-01-01", "9999-12-31", "2026-1-5"])
def test_what_is_no_day_of_a_contract_is_said(typed: str) -> None:
    with pytest.raises(InputError):
        read_days(typed)


def test_an_ejp_winter_is_known_with_its_twenty_two_days() -> None:
    first = date(2025, 1, 6)
    days = frozenset(first + timedelta(days=at) for at in range(22))
    assert ejp_days(days).knows(date(2024, 11, 2))
    assert not ejp_days(days - {first}).knows(date(2024, 11, 2))
