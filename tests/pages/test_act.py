"""What a household is told to do about its bill, in figures of a year."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from streamlit.testing.v1 import AppTest

from core.consumption.cost.contracts import Option
from core.consumption.cost.market import regulated
from core.consumption.cost.saved_contract import save_contract
from core.model import Curve, Delivery, Flow, MaxPower, Meter, Origin
from core.storage.store import Store
from core.texts import ENGLISH, Language
from tests.consumption.homes import heated
from tests.curves import METER_PRM, regular
from tests.pages.conftest import Opens, found

METER = Meter(METER_PRM)


@pytest.fixture
def year_page(household_page: Opens, store: Store) -> Opens:
    """Opens a page on a year of a heated home that pays 9 kVA, Base."""
    store.erase(METER)
    store.merge(Delivery(METER, Origin.API_V2, heated()))
    store.project(METER)
    save_contract(store.database, regulated(Option.BASE, 9))
    return household_page


def act(page: AppTest) -> str:
    assert not page.exception
    return " ".join(one.value for one in page.markdown).replace("\u202f", " ").replace("\u00a0", " ")


def test_the_saving_is_one_of_a_year_and_its_days_are_named(year_page: Opens) -> None:
    page = year_page("consumption", show="act")
    (sentence,) = [one for one in act(page).split("**") if "a year" in one and "€" in one][:1]
    assert sentence.endswith("€ a year")
    same = year_page("cost", part="compare").success[0].value
    assert sentence in same.replace("\u202f", " ")
    captions = [one.value.replace("\u202f", " ") for one in page.caption]
    assert any("1 Apr 2025 to 31 Mar 2026" in one for one in captions)


def test_what_is_always_on_and_what_heats_are_told_in_kwh_and_euros(year_page: Opens) -> None:
    told = act(year_page("consumption", show="act"))
    # 200 W: 1,752 kWh of 365 days; a day from October to May takes 24 kWh more, 243 days of them
    assert "**200 W are always on: 1 752 kWh and " in told
    assert "takes 5 83" in told
    assert "a day from December to February" in told


def test_without_measured_maxima_the_highest_mean_is_told_and_no_smaller_power_promised(
    year_page: Opens,
) -> None:
    told = act(year_page("consumption", show="act"))
    assert "The highest half-hour mean was **5.00 kW** of the 9 kVA subscribed." in told
    assert "whether it is enough only these maxima can say" in told


def test_measured_maxima_say_which_power_is_enough_and_what_it_saves(year_page: Opens, store: Store) -> None:
    peaks = {date(2025, 5, day): MaxPower(5_000 + 20 * day, None) for day in range(1, 32)}
    store.merge(Delivery(METER, Origin.API_V2, Curve.empty(), peaks=peaks))
    told = act(year_page("consumption", show="act"))
    assert "**at most 5.62 kVA** of the 9 kVA subscribed: 3.38 kVA of margin" in told
    assert "**6 kVA would be enough and save " in told
    store.merge(
        Delivery(METER, Origin.API_V2, Curve.empty(), peaks={date(2025, 6, 1): MaxPower(9_400, None)})
    )
    told = act(year_page("consumption", show="act"))
    assert "**up to 9.40 kVA**, 0.40 kVA beyond the 9 kVA subscribed" in told
    assert "would be enough" not in told


def test_prices_of_ones_own_say_nothing_of_a_smaller_power(year_page: Opens, store: Store) -> None:
    save_contract(store.database, replace(regulated(Option.BASE, 9), regulated=False))
    assert ENGLISH.text("consumption.act.power.own") in act(year_page("consumption", show="act"))


def test_the_dearest_days_open_by_their_sentence(year_page: Opens) -> None:
    page = year_page("consumption", show="act")
    first = next(one for one in page.button if one.label.startswith("18 Jan 2026"))
    first.click().run()
    assert not page.exception
    assert (page.query_params["view"], page.query_params["day"]) == ("day", "2026-01-18")


@pytest.mark.parametrize(("name", "show"), [("always", "habits"), ("power", "power"), ("spent", "habits")])
def test_each_thing_leads_to_its_chart_over_all_that_is_known(year_page: Opens, name: str, show: str) -> None:
    page = year_page("consumption", show="act")
    page.button(key=f"open-{name}").click().run()
    assert not page.exception
    assert (page.query_params["show"], page.query_params["view"]) == (show, "all")


def test_the_contract_leads_to_the_comparison(year_page: Opens) -> None:
    page = year_page("consumption", show="act")
    labels = [one.proto.label for one in found(page, "page_link")]
    assert ENGLISH.text("consumption.act.contract.open") in labels


@pytest.mark.parametrize("language", Language)
def test_a_few_weeks_make_no_year_and_it_is_said(household_page: Opens, language: Language) -> None:
    page = household_page("consumption", show="act", lang=language.value)  # 61 days
    told = act(page)
    assert "330" in told
    assert not page.error


def test_what_is_given_to_the_grid_has_no_bill_to_act_on(household_page: Opens, store: Store) -> None:
    given = Meter(METER_PRM, Flow.PRODUCTION)
    store.merge(Delivery(given, Origin.ENEDIS_CSV, regular(date(2024, 3, 1), 31, watts=400)))
    store.project(given)
    page = household_page("consumption", show="act", scope="net")
    assert [one.value for one in page.info] == [ENGLISH.text("consumption.act.not_bought")]


def test_the_sheet_is_offered_without_the_number_unless_asked(year_page: Opens, store: Store) -> None:
    page = year_page("consumption", show="act")
    assert [one.proto.label for one in found(page, "download_button")] == [
        ENGLISH.text("consumption.sheet.button")
    ]
    assert not page.checkbox(key="sheet_prm").value
    page.checkbox(key="sheet_prm").check().run()
    assert not page.exception
    other = Meter(METER_PRM[:-1] + "2")
    store.merge(Delivery(other, Origin.ENEDIS_CSV, regular(date(2025, 4, 1), 31)))
    store.project(other)
    assert not year_page("consumption", show="act", scope="sum").checkbox  # a number would name one of two
