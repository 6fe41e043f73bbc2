"""A contract in the database is the contract that was saved."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from core.consumption.cost.contracts import (
    OffPeak,
    Option,
    read_windows,
    regulated,
    tempo_days,
    with_colours,
)
from core.consumption.cost.saved_contract import default_contract, load_contract, save_contract
from core.storage.store import Store


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
        special=with_colours(tempo_days(), frozenset({day}), frozenset(), day + timedelta(days=30)),
        prices=regulated(Option.TEMPO, 6).prices,
        regulated=False,
    )
    save_contract(store.database, own)
    assert load_contract(store.database) == own
