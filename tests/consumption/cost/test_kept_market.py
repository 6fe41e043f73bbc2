"""Refreshed prices and colours are added to those of the program."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from core.consumption.cost.contracts import Option
from core.consumption.cost.kept_market import (
    keep_colours,
    keep_prices,
    keep_refresh,
    last_refresh,
    load_market,
)
from core.consumption.cost.market import Source, on_file
from core.paristime import midnight
from core.sources.open_data.regulated import PriceRow
from core.sources.open_data.tempo import Colour
from core.storage.store import Store
from core.storage.upkeep.ownership import PUBLIC_PRICES

NOW = midnight(date(2027, 4, 15))


def test_without_any_refresh_it_is_what_came_with_the_program(store: Store) -> None:
    assert load_market(store.database) is on_file()
    keep_refresh(store.database, NOW, [])
    assert load_market(store.database) == on_file()
    assert last_refresh(store.database) == (NOW, [])


def test_days_of_two_sources_are_put_together_and_what_is_on_file_stands(store: Store) -> None:
    day, next_day = date(2026, 5, 4), date(2026, 5, 5)
    known = date(2026, 1, 5)
    keep_colours(store.database, "2025-2026", {day: Colour.WHITE}, Source.RTE, NOW)
    keep_colours(store.database, "2025-2026", {next_day: Colour.BLUE, known: Colour.BLUE}, Source.RTE, NOW)
    keep_colours(store.database, "2025-2026", {date(2026, 5, 6): Colour.BLUE}, Source.API_COULEUR, NOW)
    tempo = load_market(store.database).tempo
    assert [tempo.knows(date(2026, 5, one)) for one in range(3, 8)] == [False, True, True, True, False]
    assert day in tempo.white
    assert known in tempo.red  # as it came with the program
    kept = store.database[PUBLIC_PRICES].find_one({"_id": "colours:2025-2026:rte"})
    assert kept is not None
    assert len(kept["days"]) == 3


def test_new_lists_follow_those_on_file_and_hold_until_they_are_known_to(store: Store) -> None:
    rows = [
        PriceRow(6, date(2027, 2, 1), None, {"base": Decimal("0.2101")}, Decimal("199.00")),
        PriceRow(6, date(2026, 8, 1), None, {"base": Decimal("0.9")}, Decimal("1.00")),
    ]
    keep_prices(store.database, Option.BASE, rows, date(2027, 8, 1), Source.CRE, NOW)
    found = load_market(store.database).of(Option.BASE, 6)
    assert [(str(one.kwh["base"]), str(one.end)) for one in found[-2:]] == [
        ("0.2001", "2027-02-01"),  # as it came with the program
        ("0.2101", "2027-08-01"),
    ]
    assert load_market(store.database).of(Option.BASE, 9)[-1].end == date(2027, 8, 1)
    assert load_market(store.database).of(Option.HPHC, 6) == on_file().of(Option.HPHC, 6)


def test_a_list_that_ended_without_another_is_not_taken_to_go_on(store: Store) -> None:
    ended = PriceRow(24, date(2024, 2, 1), date(2025, 1, 31), {"base": Decimal("0.25")}, Decimal("300"))
    keep_prices(store.database, Option.BASE, [ended], None, Source.CRE, NOW)
    first, second = load_market(store.database).of(Option.BASE, 24)
    assert (first.end, second.since) == (date(2025, 2, 1), date(2026, 8, 1))


def test_an_erasure_of_everything_takes_it_too(store: Store) -> None:
    keep_colours(store.database, "2025-2026", {date(2026, 5, 4): Colour.WHITE}, Source.RTE, NOW)
    store.erase()
    assert load_market(store.database) is on_file()
