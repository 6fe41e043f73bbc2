"""Opening the readings of a command, and selecting its meters."""

from __future__ import annotations

import argparse

import pytest

from core.cli.shared.store import chosen, household, shown
from core.errors import InputError
from core.model import Delivery, Meter, Origin
from core.storage.store import Store
from tests.curves import regular

ONE, TWO = Meter("12345678901234"), Meter("99999999991234")
OTHER = Meter("12345678905678")


@pytest.fixture
def three(store: Store) -> Store:
    for meter in (ONE, TWO, OTHER):
        store.merge(Delivery(meter, Origin.ENEDIS_CSV, regular()))
    return store


@pytest.mark.parametrize(
    ("wanted", "meters"),
    [
        (None, {ONE, TWO, OTHER}),
        ("1234", {ONE, TWO}),
        ("12 345 678 901 234", {ONE}),
        ("5678", {OTHER}),
    ],
)
def test_meters_are_chosen_by_their_last_digits(three: Store, wanted: str | None, meters: set[Meter]) -> None:
    assert {one.meter for one in chosen(three, wanted)} == meters


@pytest.mark.parametrize("wanted", ["678", "", "0000", "12345678901235"])
def test_what_no_meter_ends_with_is_refused_and_so_is_too_little(three: Store, wanted: str) -> None:
    with pytest.raises(InputError) as raised:
        chosen(three, wanted)
    assert raised.value.code == "cli-no-such-meter"


def test_a_number_is_shown_whole_only_where_that_was_asked_for() -> None:
    assert shown(ONE, argparse.Namespace(show_prm=False)) == "•••• 1234"
    assert shown(ONE, argparse.Namespace(show_prm=True)) == ONE.prm


def test_a_shared_deployment_holds_no_household(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COURBE_DEPLOYMENT", "shared")
    with pytest.raises(InputError) as raised, household():
        pytest.fail("it was opened")
    assert raised.value.code == "cli-shared"
