"""Contracts are stored exactly: the household's own, and those by name."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from core.consumption.cost.contracts import Contract, OffPeak, Option, PriceList, Rule, Special, with_colours
from core.consumption.cost.market import Market, on_file, regulated
from core.consumption.cost.saved_contract import (
    MOST_CONTRACTS,
    default_contract,
    drop_contract,
    keep_contract,
    load_contract,
    named_contracts,
    save_contract,
)
from core.consumption.cost.typed import read_windows
from core.errors import InputError
from core.storage.store import Store
from tests.consumption.known import PRICES


def test_a_contract_is_kept_exactly(store: Store) -> None:
    assert load_contract(store.database) is None
    hours = OffPeak(read_windows("22:36-6:36, 12h30-14h30"), date(2025, 11, 1), frozenset({1, 2, 12}))
    day = date(2026, 12, 1)
    for contract in (
        default_contract(),
        regulated(Option.HPHC, 6, (OffPeak(read_windows("22-6")), hours)),
        regulated(Option.TEMPO, 9),
    ):
        save_contract(store.database, contract)
        assert load_contract(store.database) == contract
    own = replace(
        regulated(Option.TEMPO, 9),
        special=with_colours(on_file().tempo, frozenset({day}), frozenset(), day + timedelta(days=30)),
        prices=(PRICES, replace(PRICES, since=date(2025, 2, 1), year=Decimal("123.45"))),
        regulated=False,
    )
    save_contract(store.database, own)
    assert load_contract(store.database) == own


def free(name: str) -> Contract:
    """A free grid with three registers."""
    rules = (
        Rule("Super.off-peak", read_windows("2-6"), months=frozenset({1, 2})),
        Rule("Week-end", weekdays=frozenset({5, 6})),
        Rule("$week"),
    )
    kwh = {"Super.off-peak": Decimal("0.10"), "Week-end": Decimal("0.15"), "$week": Decimal("0.25")}
    prices = (replace(PRICES, kwh=kwh),)
    return Contract(Option.FREE, 9, prices, regulated=False, rules=rules, name=name)


def test_contracts_are_kept_side_by_side_under_their_names(store: Store) -> None:
    one, two = free("Week-end, electric car"), replace(regulated(Option.BASE, 12), name="A bigger one")
    keep_contract(store.database, one)
    keep_contract(store.database, two)
    assert named_contracts(store.database) == (two, one)
    keep_contract(store.database, replace(two, kva=15, prices=regulated(Option.BASE, 15).prices))
    assert [found.kva for found in named_contracts(store.database)] == [15, 9]
    drop_contract(store.database, "A bigger one")
    assert named_contracts(store.database) == (one,)
    assert load_contract(store.database) is None  # the household's own contract is stored apart


def test_at_most_eight_are_kept_and_none_without_a_name(store: Store) -> None:
    for number in range(MOST_CONTRACTS):
        keep_contract(store.database, free(f"Grid {number}"))
    keep_contract(store.database, free("Grid 7"))
    with pytest.raises(InputError, match="8"):
        keep_contract(store.database, free("Grid 8"))
    for name in ("", "  ", "x" * 41, "two\nlines"):
        with pytest.raises(InputError):
            keep_contract(store.database, free(name))
    assert len(named_contracts(store.database)) == MOST_CONTRACTS


def test_what_is_publicly_known_stands_against_what_was_typed(store: Store) -> None:
    day, other = date(2026, 12, 1), date(2026, 12, 2)
    typed = with_colours(on_file().tempo, frozenset({day, other}), frozenset(), None)
    save_contract(store.database, replace(regulated(Option.TEMPO, 9), special=typed))
    now_known = on_file().tempo.joined(Special(((day, other),), red=frozenset({day})))
    found = load_contract(store.database, Market(on_file().prices, now_known))
    assert found is not None
    assert (day in found.special.red, day in found.special.white) == (True, False)
    assert other in found.special.white


def test_public_colours_are_not_copied_into_a_contract(store: Store) -> None:
    """Otherwise a day would stay known, and blue, after refreshed colours are erased."""
    day = date(2026, 6, 1)
    more = on_file().tempo.joined(Special(((day, day + timedelta(days=1)),), frozenset({day})))
    market = Market(on_file().prices, more)
    save_contract(store.database, regulated(Option.TEMPO, 9, market=market), market)
    found = load_contract(store.database)
    assert found == regulated(Option.TEMPO, 9)
    assert not found.special.knows(day)


def test_a_contract_of_an_earlier_version_is_read(store: Store) -> None:
    store.database["preferences"].insert_one(
        {
            "_id": "contract",
            "option": "tempo",
            "kva": 9,
            "regulated": False,
            "off_peak": [],
            "white": ["2026-12-01"],
            "red": [],
            "known": [["2022-09-01", "2026-04-03"], ["2026-12-01", "2026-12-02"]],
            "prices": [{"since": "2024-01-01", "kwh": {"blue-hc": "0.1234"}, "year": None}],
        }
    )
    found = load_contract(store.database)
    assert found is not None
    assert found.prices == (PriceList(date(2024, 1, 1), {"blue-hc": Decimal("0.1234")}),)
    assert found.special == on_file().tempo.joined(
        Special(((date(2026, 12, 1), date(2026, 12, 2)),), frozenset({date(2026, 12, 1)}))
    )
