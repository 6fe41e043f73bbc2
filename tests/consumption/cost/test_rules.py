"""Each rule of a Tempo season and of regulated prices."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from core.consumption.cost.contracts import PriceList, Special
from core.consumption.cost.rules import Found, check_colours, check_prices, colour_of
from core.errors import SourceError
from core.sources.open_data.regulated import PriceRow
from core.sources.open_data.tempo import Colour, Season

TODAY = date(2026, 11, 26)
SEASON = Season(2026)
BLUE, WHITE, RED = Colour.BLUE, Colour.WHITE, Colour.RED


def colours(told: dict[date, Colour], known: Special | None = None, today: date = TODAY) -> str | None:
    """Error code of the violated rule; None if the colours are acceptable."""
    try:
        check_colours(told, SEASON, known or Special(), today, "RTE")
    except SourceError as broken:
        return broken.code
    return None


@pytest.mark.parametrize(
    ("day", "colour", "code"),
    [
        (date(2026, 11, 2), RED, None),
        (date(2026, 10, 30), RED, "public-red-day"),  # October
        (date(2026, 11, 7), RED, "public-red-day"),  # Saturday
        (date(2026, 11, 8), RED, "public-red-day"),
        (date(2026, 11, 7), WHITE, None),
        (date(2026, 11, 8), WHITE, "public-white-sunday"),
        (date(2026, 11, 8), BLUE, None),
        (date(2026, 11, 27), BLUE, None),  # tomorrow
        (date(2026, 11, 28), BLUE, "public-early"),
        (date(2026, 8, 31), BLUE, "public-early"),  # of the season before
    ],
)
def test_a_day_may_have_its_colour(day: date, colour: Colour, code: str | None) -> None:
    assert colours({day: colour}) == code


def test_a_day_that_is_known_keeps_its_colour() -> None:
    known = Special(((date(2026, 11, 2), date(2026, 11, 5)),), frozenset({date(2026, 11, 3)}))
    told = {date(2026, 11, 2): BLUE, date(2026, 11, 3): WHITE, date(2026, 11, 5): RED}
    assert colours(told, known) is None
    assert colours(told | {date(2026, 11, 3): BLUE}, known) == "public-contradiction"
    assert [colour_of(known, day) for day in (date(2026, 11, 2), date(2026, 11, 3))] == [BLUE, WHITE]


def weekdays(count: int) -> list[date]:
    days = (date(2026, 11, 2) + timedelta(days=at) for at in range(100))
    return [day for day in days if day.weekday() < 5][:count]


def test_days_known_and_days_told_are_counted_together() -> None:
    late = date(2027, 3, 1)
    known = Special(
        ((date(2026, 11, 2), date(2026, 11, 10)),), red=frozenset({date(2026, 11, 2), date(2026, 11, 3)})
    )
    red = dict.fromkeys(weekdays(30)[10:30], RED)
    assert colours(red, known, late) is None
    assert colours(red | {weekdays(31)[30]: RED}, known, late) == "public-red-days"
    white = dict.fromkeys(weekdays(44), WHITE)
    assert colours(white, None, late) == "public-white-days"


def row(kva: int = 6, first: date = date(2027, 2, 1), price: str = "0.20", year: str = "190.00") -> PriceRow:
    return PriceRow(kva, first, None, {"base": Decimal(price)}, Decimal(year))


KNOWN = {
    6: (
        PriceList(date(2026, 2, 1), {"base": Decimal("0.1940")}, Decimal("188.20")),
        PriceList(date(2026, 8, 1), {"base": Decimal("0.2000")}, Decimal("190.00")),
    )
}


def prices(*rows: PriceRow) -> Found | str:
    try:
        return check_prices(rows, KNOWN, TODAY, "CRE")
    except SourceError as broken:
        return broken.code


@pytest.mark.parametrize(
    ("told", "found"),
    [
        (row(price="0.26"), 1),
        (row(price="0.2601"), "public-price-jump"),
        (row(price="0.14"), 1),
        (row(price="0.1399"), "public-price-jump"),
        (row(year="247.01"), "public-price-jump"),
        (row(first=date(2026, 8, 1), price="0.202"), 0),  # 1 % is the same price
        (row(first=date(2026, 8, 1), price="0.2021"), "public-price-contradiction"),
        (row(first=date(2022, 1, 1)), 0),  # older than what came with the program
        (row(kva=7), "public-price-order"),
        (row(first=date(2028, 2, 1)), "public-price-order"),
        (row(kva=9), 1),
        (row(kva=9, price="0.27"), "public-price-jump"),  # far from what 6 kVA pay
    ],
)
def test_a_price_may_be_so_far_from_the_one_before(told: PriceRow, found: int | str) -> None:
    result = prices(told)
    assert (len(result.rows) if isinstance(result, Found) else result) == found


def test_a_step_is_held_against_the_list_just_before_it_also_a_new_one() -> None:
    steps = (row(price="0.25"), row(first=date(2027, 8, 1), price="0.32"))
    assert isinstance(prices(*steps), Found)
    assert prices(*steps, row(first=date(2027, 8, 1), price="0.32")) == "public-price-order"


def test_small_differences_are_counted_and_nothing_is_new() -> None:
    assert prices(row(first=date(2026, 8, 1), price="0.2001", year="191.00")) == Found((), 2)
