"""A contract as a file: it is read back unchanged, and invalid files are explained."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.consumption.cost.bills import bill
from core.consumption.cost.contract_file import from_toml, templates, to_toml
from core.consumption.cost.contracts import (
    POWERS,
    Contract,
    OffPeak,
    Option,
    PriceList,
    Rule,
    Special,
    Window,
)
from core.consumption.cost.market import regulated
from core.consumption.cost.registers import UNKNOWN, meter
from core.consumption.cost.typed import is_name, read_windows
from core.consumption.readings import History
from core.errors import InputError
from core.model import Curve, Days
from tests.consumption.known import off_peak
from tests.curves import curves, regular

WEEK_END = b"""
name = "Week-end and car"
power = 9

[[register]]
name = "Super"
windows = ["02:00-06:00"]
months = [1, 2]

[[register]]
name = "Week-end"
days = ["sat", "sun"]

[[register]]
name = "Week"

[[prices]]
since = 2026-01-01
subscription = "182.50"
kwh = { Super = "0.10", Week-end = "0.15", Week = 0.25 }
"""


def test_a_grid_of_one_s_own_is_billed_as_worked_out_by_hand() -> None:
    contract = from_toml(WEEK_END)
    # Friday 27 February to Monday 2 March 2026, 1,000 W throughout
    history = History.of(regular(date(2026, 2, 27), 4, watts=1000))
    found = bill(meter(history, contract), Days(date(2026, 2, 27), date(2026, 3, 3)))
    # Super: 4 h on 27 and 28 February; week-end: 20 h on the 28th, 24 h on 1 March; week: 20 h and 24 h
    assert {line.register: line.energy // 60_000 for line in found.lines} == {
        "Super": 8,
        "Week-end": 44,
        "Week": 44,
    }
    assert found.energy_euros == Fraction("0.80") + Fraction("6.60") + Fraction("11.00")
    assert found.subscription == 4 * Fraction("182.50") / 365


def test_a_minute_no_rule_fits_is_unknown_and_not_guessed() -> None:
    contract = replace(from_toml(WEEK_END), rules=(Rule("Week", weekdays=frozenset(range(5))),))
    measured = meter(History.of(regular(date(2026, 2, 27), 4)), contract)
    unknown = {str(day) for day in measured.day[measured.register == UNKNOWN]}
    assert unknown == {"2026-02-28", "2026-03-01"}


def test_a_window_past_midnight_is_cut_there_and_follows_each_day_s_own_rule() -> None:
    # the night from Sunday to Monday: two hours of the week-end's window, and Monday has none of it
    night = Rule("Night", read_windows("22-6"), frozenset({5, 6}))
    contract = replace(from_toml(WEEK_END), rules=(night, Rule("Week")))
    measured = meter(History.of(regular(date(2026, 3, 1), 2, watts=60)), contract)
    assert int(measured.energy[measured.register == 0].sum()) // 3600 == 6 + 2


@st.composite
def grids(draw: st.DrawFn) -> Contract:
    name = st.text(
        st.characters(codec="utf-8", categories=("L", "N", "P", "S", "Zs")), min_size=1, max_size=20
    )
    names = draw(st.lists(name.filter(lambda one: one == one.strip()), min_size=1, max_size=4, unique=True))
    minute = st.integers(0, 1439)
    window = st.tuples(minute, minute).filter(lambda one: one[0] != one[1]).map(lambda one: Window(*one))
    rules = draw(
        st.lists(
            st.builds(
                Rule,
                st.sampled_from(names),
                st.lists(window, max_size=3).map(tuple),
                st.frozensets(st.integers(0, 6)),
                st.frozensets(st.integers(1, 12)),
            ),
            min_size=1,
            max_size=6,
        )
    )
    price = st.decimals(0, 9, places=5, allow_nan=False)
    used = sorted({rule.register for rule in rules})
    lists = draw(
        st.lists(
            st.builds(
                PriceList,
                st.dates(date(2015, 1, 1), date(2035, 1, 1)),
                st.dictionaries(st.sampled_from(used), price),
                st.none() | price,
            ),
            max_size=3,
            unique_by=lambda one: one.since,
        )
    )
    lists.sort(key=lambda one: one.since)
    kva = draw(st.sampled_from(POWERS))
    title = draw(st.text("abc é\"\\'#=[]", max_size=40).filter(lambda one: not one or is_name(one)))
    return Contract(Option.FREE, kva, tuple(lists), regulated=False, rules=tuple(rules), name=title)


@settings(max_examples=80)
@given(grids())
def test_what_is_written_is_read_again(contract: Contract) -> None:
    assert from_toml(to_toml(contract).encode()) == contract


@settings(max_examples=40)
@given(curves(), grids())
def test_no_energy_is_lost_or_made_by_any_grid(curve: Curve, contract: Contract) -> None:
    assert int(meter(History.of(curve), contract).energy.sum()) == curve.watt_minutes


def test_a_regulated_offer_is_written_without_its_prices() -> None:
    rules = (off_peak("22:36-6:36"), off_peak("11-17", since=date(2025, 11, 1), months=frozenset({4, 5})))
    for contract in (
        replace(regulated(Option.HPHC, 12, rules), name="HP/HC, 12 kVA"),
        regulated(Option.TEMPO, 9),
        regulated(Option.BASE, 6),
    ):
        assert "kwh" not in to_toml(contract)
        assert from_toml(to_toml(contract).encode()) == contract
    own = replace(
        regulated(Option.EJP, 9),
        regulated=False,
        prices=(PriceList(date(2024, 1, 1), {"peak": Decimal("0.5")}),),
    )
    assert from_toml(to_toml(own).encode()) == replace(own, special=Special())


def test_templates_have_no_prices_and_every_minute_has_its_register() -> None:
    assert len(templates()) >= 5
    year = History.of(regular(date(2026, 1, 1), 365))
    for contract in templates().values():
        assert contract.prices == ()
        measured = meter(year, contract)
        assert not (measured.register == UNKNOWN).any()
        assert set(measured.register.tolist()) == set(range(len(contract.registers)))


@pytest.mark.parametrize(
    ("change", "part"),
    [
        ((b"power = 9", b"power = 7"), "power"),
        ((b"power = 9", b""), "power"),
        ((b'name = "Week-end and car"', b"name = 5"), "name"),
        ((b'days = ["sat", "sun"]', b'days = ["samedi"]'), "days"),
        ((b"months = [1, 2]", b"months = [13]"), "months"),
        ((b'windows = ["02:00-06:00"]', b"windows = [2]"), "windows"),
        ((b'name = "Super"', b'name = ""'), "register"),
        ((b"since = 2026-01-01", b'since = "soon"'), "since"),
        ((b"since = 2026-01-01", b"since = 2026-01-01T00:00:00"), "since"),
        ((b"Super = ", b"Other = "), "kwh"),
        ((b"Week = 0.25", b"Week = true"), "prices"),
        ((b"power = 9", b'power = 9\noption = "blue"'), "option"),
        ((b"[[prices]]", b"[prices]"), "prices"),
    ],
)
def test_a_part_that_cannot_be_used_is_named(change: tuple[bytes, bytes], part: str) -> None:
    with pytest.raises(InputError) as caught:
        from_toml(WEEK_END.replace(*change))
    assert (caught.value.code, caught.value.details) == ("cost-file-part", {"part": part})


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "cost-file-part"),
        (b"\xff\xfe\x00", "cost-file"),
        (b"Horodate;Valeur", "cost-file"),
        (b"#" * 100_001, "cost-file"),
        (WEEK_END.replace(b"02:00-06:00", b"late"), "cost-window"),
        (WEEK_END.replace(b'"0.15"', b'"-1"'), "cost-price"),
    ],
)
def test_what_is_no_contract_is_said(body: bytes, code: str) -> None:
    with pytest.raises(InputError) as caught:
        from_toml(body)
    assert caught.value.code == code


@settings(max_examples=60)
@given(st.binary(max_size=200))
def test_any_file_is_read_or_refused(body: bytes) -> None:
    with suppress(InputError):
        assert from_toml(body).rules


def test_off_peak_rules_of_a_file_are_rules() -> None:
    told = b'power = 6\noption = "hphc"\n[[off_peak]]\nwindows = ["22-6"]\nsince = 2025-11-01\n'
    assert from_toml(told).off_peak == (OffPeak(read_windows("22-6"), date(2025, 11, 1)),)
