"""The sheet to print: whose it is, its figures, and nothing from elsewhere."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

import pytest

from core.consumption.advice import advice
from core.consumption.cost.contracts import Contract
from core.consumption.cost.market import on_file
from core.consumption.household import Household
from core.consumption.readings import History
from core.consumption.sheet.html import Sheet, as_html
from core.model import Curve
from core.texts import ENGLISH, Language, Words
from tests.consumption.homes import CONTRACT, heated
from tests.curves import METER_PRM, regular


def sheet(curve: Curve, contract: Contract = CONTRACT, prm: str | None = None) -> Sheet:
    home = Household(History.of(curve))
    return Sheet(home, contract, advice(home, contract, on_file(), None), None, date(2026, 5, 1), prm)


@pytest.mark.parametrize("language", Language)
def test_it_has_two_pages_and_needs_nothing_from_elsewhere(language: Language) -> None:
    words = Words(language)
    page = as_html(sheet(heated()), words)
    assert page.count('<div class="page">') == 2
    assert not re.search(r"https?://|<script|<img|@import|url\((?!#part)", page)
    assert f'<html lang="{language.value}">' in page
    assert words.text("sheet.power.title") in page.replace("&#39;", "’")


def test_the_number_of_the_meter_is_on_it_only_where_it_was_asked_for() -> None:
    assert METER_PRM not in as_html(sheet(heated()), ENGLISH)
    assert METER_PRM[-4:] not in as_html(sheet(heated()), ENGLISH)
    assert METER_PRM in as_html(sheet(heated(), prm=METER_PRM), ENGLISH)


def test_its_figures_are_those_of_the_year() -> None:
    page = as_html(sheet(heated()), ENGLISH).replace("\u202f", " ")
    # 12,549.5 kWh at 0.20, and 365 EUR: half to even, then the sum of what is shown
    assert "12 550 kWh" in page
    assert "2 875 €" in page
    assert "<strong>200 W are always on: 1 752 kWh and 350 € a year</strong>" in page
    assert "Complete days: 365 of 365. No reading is missing." in page


def test_the_name_of_a_contract_is_text() -> None:
    page = as_html(sheet(heated(), replace(CONTRACT, name="<script>alert(1)</script>")), ENGLISH)
    assert "<script>" not in page


@pytest.mark.parametrize("days", [1, 40])
def test_a_short_history_says_what_is_not_told(days: int) -> None:
    page = as_html(sheet(regular(date(2026, 3, 1), days)), ENGLISH)
    assert ENGLISH.text("consumption.act.always.short", days=330) in page


def test_a_contract_without_prices_costs_nothing_that_is_told() -> None:
    page = as_html(sheet(heated(), replace(CONTRACT, prices=())), ENGLISH)
    assert ENGLISH.text("consumption.act.contract.unknown") in page
