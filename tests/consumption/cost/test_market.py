"""The regulated prices and colours that come with the program."""

from __future__ import annotations

import csv
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import pytest

from core.consumption.cost.contracts import POWERS, Option, PriceList
from core.consumption.cost.market import REGULATED, dated, differences_on_file, next_change, on_file

PRICES = {
    (
        Option.BASE,
        6,
        "base",
    ): "2022-02 .1740, 2022-08 .1740, 2023-02 .2062, 2023-08 .2276, 2024-02 .2516, 2025-02 .2016, "
    "2025-08 .1952, 2026-02 .1940, 2026-08 .2001",
    (Option.BASE, 9, "base"): "2022-08 .1740, 2025-08 .1952, 2026-02 .1927, 2026-08 .1985",
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
    found = {one.since: one.kwh.get(register) for one in on_file().of(option, kva)}
    for entry in PRICES[option, kva, register].split(", "):
        month, price = entry.split()
        assert found[date.fromisoformat(f"{month}-01")] == Decimal(price)


def test_a_price_nobody_published_is_not_made_up() -> None:
    market = on_file()
    assert market.of(Option.EJP, 9) == ()
    assert market.of(Option.TEMPO, 3) == ()  # it is offered from 6 kVA on
    assert [one.since for one in market.of(Option.HPHC, 3)] == [date(2026, 8, 1)]
    assert [one.since for one in market.of(Option.BASE, 36)] == [date(2026, 8, 1)]


def test_every_list_has_its_subscription_its_source_and_the_day_until_which_it_is_known() -> None:
    for (option, kva), lists in on_file().prices.items():
        assert option in REGULATED
        assert kva in POWERS
        assert all(one.year and one.source in ("cre", "edf") for one in lists)
        assert all(one.end == later.since for one, later in pairwise(lists))
        assert lists[-1].end == date(2027, 2, 1)


def test_every_row_of_the_public_files_is_on_file_or_named_as_a_difference(shared_data: Path) -> None:
    columns = {
        Option.BASE: {"base": "PART_VARIABLE_TTC"},
        Option.HPHC: {"hp": "PART_VARIABLE_HP_TTC", "hc": "PART_VARIABLE_HC_TTC"},
        Option.TEMPO: {
            f"{c}-{h}": f"{h.upper()}{name}_TTC"
            for c, name in (("blue", "Bleu"), ("white", "Blanc"), ("red", "Rouge"))
            for h in ("hc", "hp")
        },
    }
    differs = {(one.option, one.kva, one.since, one.register): one.other for one in differences_on_file()}
    compared = 0
    for option, name in ((Option.BASE, "Base"), (Option.HPHC, "HPHC"), (Option.TEMPO, "Tempo")):
        text = (shared_data / "prices" / f"Option_{name}_2022-2026.csv").read_text(encoding="utf-8-sig")
        for row in csv.DictReader(text.splitlines(), delimiter=";"):
            since = datetime.strptime(row["DATE_DEBUT"], "%d/%m/%Y").date()
            kva = int(row["P_SOUSCRITE"])
            (mine,) = [one for one in on_file().of(option, kva) if one.since == since]
            if row["DATE_FIN"]:
                last = datetime.strptime(row["DATE_FIN"], "%d/%m/%Y").date()
                assert mine.end == last + timedelta(days=1)
            told = {register: row[column] for register, column in columns[option].items()}
            for register, price in [*told.items(), (None, row["PART_FIXE_TTC"])]:
                here = mine.year if register is None else mine.kwh[register]
                there = differs.get((option, kva, since, register), here)
                assert there == round(Decimal(price.replace(",", ".")), 7), (option, kva, since, register)
                compared += 1
    assert compared == 743


def test_differences_between_sources_are_small_and_said() -> None:
    found = differences_on_file()
    hc = [one for one in found if one.register == "hc"]
    assert {(one.since, str(one.stands), str(one.other)) for one in hc} == {
        (date(2026, 2, 1), "0.1579", "0.1578")
    }
    fixed = [abs(one.other / one.stands - 1) for one in found if one.register is None]
    assert 0.0013 < min(fixed) < max(fixed) < 0.0075


def test_prices_usually_change_in_february_and_august() -> None:
    days = [date(2026, 1, 31), date(2026, 2, 1), date(2026, 8, 1), date(2026, 11, 26)]
    assert [next_change(day) for day in days] == [
        date(2026, 2, 1),
        date(2026, 8, 1),
        date(2027, 2, 1),
        date(2027, 2, 1),
    ]
    late = PriceList(date(2027, 3, 1), {})
    assert [one.end for one in dated([late, PriceList(date(2026, 8, 1), {})], date(2027, 2, 1))] == [
        date(2027, 3, 1),
        date(2027, 8, 1),
    ]
