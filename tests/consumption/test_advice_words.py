"""The sentences of the advice, in both languages."""

from __future__ import annotations

from datetime import date

import pytest

from core.consumption.advice import Advice, advice
from core.consumption.advice_words import always_told, clock, hours_told, power_told, verdict, year_told
from core.consumption.cost.contracts import Option
from core.consumption.cost.market import on_file, regulated
from core.consumption.household import Household
from core.consumption.readings import History
from core.texts import ENGLISH, Language, Words
from tests.consumption.homes import CONTRACT, heated
from tests.curves import regular

FRENCH = Words(Language.FRENCH)


@pytest.fixture(scope="module")
def found() -> Advice:
    return advice(Household(History.of(heated())), CONTRACT, on_file(), None)


def plain(told: str) -> str:
    return told.replace("\u202f", " ").replace("\u00a0", " ")


def test_what_is_always_on_and_what_heats(found: Advice) -> None:
    always, cold = map(plain, always_told(ENGLISH, found))
    # 200 W: 1,752 kWh at 0.20
    assert always.startswith("**200 W are always on: 1 752 kWh and 350 € a year**, ")
    # 24 kWh more on each of 243 days, and 1.5 kWh more on 18 January: 5,833.5 kWh, rounded half to even
    assert "takes 5 834 kWh and 1 167 € a year**" in cold
    assert "from June to August 18.4 kWh." in cold
    assert plain(always_told(FRENCH, found)[1]).startswith(
        "**Ce qui varie avec le froid, surtout le chauffage, représente"
    )


def test_a_short_history_says_what_a_year_takes() -> None:
    short = advice(Household(History.of(regular(date(2026, 6, 1), 20))), CONTRACT, on_file(), None)
    (told,) = always_told(FRENCH, short)
    assert "330" in told


def test_the_dearest_hours_are_named_by_the_clock(found: Advice) -> None:
    assert found.spent
    told = plain(hours_told(ENGLISH, found.spent))
    assert told.startswith("**The dearest hour of the day, 20:00–21:00, costs ")
    assert plain(clock(FRENCH, 23)) == "de 23 h 00 à 0 h 00"


def test_own_prices_promise_nothing_of_another_power(found: Advice) -> None:
    assert found.power
    assert power_told(ENGLISH, found.power, CONTRACT)[1] == ENGLISH.text("consumption.act.power.own")
    smallest = regulated(Option.BASE, 3)
    least = advice(Household(History.of(heated())), smallest, on_file(), None).power
    assert least
    assert len(power_told(ENGLISH, least, smallest)) == 1  # beyond it: no word of a smaller one


def test_the_verdict_names_the_saving_of_a_year_and_its_days(found: Advice) -> None:
    names = [f"offer {number}" for number in range(len(found.offers.offers))]
    assert found.year
    told = verdict(ENGLISH, found.offers, names, found.year)
    assert "a year" in told or "cheapest of these" in told
    assert "1 Apr 2025 to 31 Mar 2026" in year_told(ENGLISH, found.year)
