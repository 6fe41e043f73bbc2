"""Typed values of a contract."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from core.consumption.cost.contracts import Window
from core.consumption.cost.typed import read_days, read_months, read_price, read_windows
from core.errors import InputError


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
