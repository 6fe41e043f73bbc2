"""The cost page: the bill, the comparison, and a stored contract."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from streamlit.testing.v1 import AppTest

from core.consumption.cost.contract_file import templates, to_toml
from core.consumption.cost.contracts import Contract, OffPeak, Option, PriceList
from core.consumption.cost.kept_market import load_market
from core.consumption.cost.market import regulated
from core.consumption.cost.saved_contract import (
    keep_contract,
    load_contract,
    named_contracts,
    save_contract,
)
from core.consumption.cost.typed import read_windows
from core.consumption.periods import View
from core.model import Delivery, Flow, Meter, Origin
from core.paristime import today
from core.sources.open_data.tempo import Colour, Season
from core.storage.store import Store
from core.texts import ENGLISH, Language, Words
from pages.shared.notices import plain
from tests.curves import METER_PRM, regular
from tests.open_data_server import OpenDataServer
from tests.pages.conftest import Opens

FRENCH = Words(Language.FRENCH)
FREE_PRICES = PriceList(
    date(2024, 1, 1), {"Week-end": Decimal("0.15"), "Semaine": Decimal("0.25")}, Decimal("180")
)


@pytest.mark.parametrize("part", ["bill", "compare", "contract", "sources"])
@pytest.mark.parametrize("language", Language)
def test_every_part_opens_by_its_address(household_page: Opens, part: str, language: Language) -> None:
    page = household_page("cost", lang=language.value, part=part, view="month", day="2024-03-01")
    assert not page.exception
    assert page.title[0].value == Words(language).text("cost.title")


def test_the_bill_of_a_day_is_its_energy_times_the_price_in_force(household_page: Opens) -> None:
    page = household_page("cost", part="bill", view="day", day="2024-03-31")
    values = {metric.label: metric.value for metric in page.metric}
    # 23 kWh at 0.2516 €, and a 366th of 190.91 €
    assert values[ENGLISH.text("cost.bill.energy")] == "5.79\u202f€"
    assert values[ENGLISH.text("cost.bill.fixed")] == "0.52\u202f€"


def test_a_contract_is_kept_and_found_again(household_page: Opens, store: Store) -> None:
    page = household_page("cost", part="contract")
    page.segmented_control(key="option").set_value(Option.HPHC).run()
    page.text_input(key="off_peak").set_value("22:36-6:36").run()
    page.button(key="save_contract").click().run()
    assert not page.exception
    kept = load_contract(store.database)
    assert kept is not None
    assert (kept.option, str(kept.off_peak[0].windows[0])) == (Option.HPHC, "22:36-06:36")
    again = household_page("cost", part="bill", view="day", day="2024-03-02")
    assert ENGLISH.text("cost.option.hphc") in " ".join(caption.value for caption in again.caption)


@pytest.mark.parametrize(("typed", "title"), [("half past ten", "cost-window"), ("", "cost-no-windows")])
def test_hours_that_cannot_be_read_are_said_and_nothing_is_kept(
    household_page: Opens, store: Store, typed: str, title: str
) -> None:
    page = household_page("cost", part="contract")
    page.segmented_control(key="option").set_value(Option.HPHC).run()
    page.text_input(key="off_peak").set_value(typed).run()
    if typed == "":
        page.button(key="save_contract").click().run()
    assert ENGLISH.text(f"error.{title}.title") in page.error[0].value
    assert load_contract(store.database) is None


def test_what_cannot_be_read_is_said_under_its_field_and_the_form_stays(
    household_page: Opens, store: Store
) -> None:
    page = household_page("cost", part="contract")
    page.segmented_control(key="option").set_value(Option.TEMPO).run()
    page.text_area(key="days-white").set_value("31/02/2026").run()
    page.text_area(key="days-red").set_value("tomorrow").run()
    assert [ENGLISH.text("error.cost-day.title") in error.value for error in page.error] == [True, True]
    assert page.button(key="save_contract").disabled
    page.text_area(key="days-white").set_value("").run()
    page.text_area(key="days-red").set_value("2026-12-01").run()
    assert not page.error
    page.button(key="save_contract").click().run()
    kept = load_contract(store.database)
    assert kept is not None
    assert date(2026, 12, 1) in kept.special.red


@pytest.mark.parametrize("typed", ["0001-01-01", "9999-12-31", "2026-13-01", "31/12/0025"])
def test_a_day_no_calendar_of_a_contract_has_is_said(household_page: Opens, typed: str) -> None:
    page = household_page("cost", part="contract")
    page.segmented_control(key="option").set_value(Option.EJP).run()
    page.text_area(key="days-ejp").set_value(typed).run()
    assert not page.exception
    assert [ENGLISH.text("error.cost-day.title") in error.value for error in page.error] == [True]


def test_hours_known_from_a_day_on_stay_so_and_days_before_are_not_taken_for_peak(
    household_page: Opens, store: Store
) -> None:
    rule = OffPeak(read_windows("22-6"), date(2024, 3, 15))
    save_contract(store.database, regulated(Option.HPHC, 9, (rule,)))
    page = household_page("cost", part="contract")
    assert page.text_input(key="off_peak").value == ""
    page.button(key="save_contract").click().run()
    kept = load_contract(store.database)
    assert kept is not None
    assert kept.off_peak == (rule,)
    bill = household_page("cost", view="custom", day="2024-03-14", to="2024-03-15")
    assert ENGLISH.text("cost.bill.unpriced", energy="24.0\u202fkWh", days=1) in [
        one.value for one in bill.warning
    ]


@pytest.mark.parametrize("scope", ["one", "net"])
def test_what_is_given_to_the_grid_is_not_priced(household_page: Opens, store: Store, scope: str) -> None:
    given = Meter(METER_PRM, Flow.PRODUCTION)
    store.merge(Delivery(given, Origin.ENEDIS_CSV, regular(date(2024, 3, 1), 31, watts=400)))
    store.project(given)
    page = household_page("cost", scope=scope, view="day", day="2024-03-02")
    if scope == "one":
        assert len(page.metric) == 4  # the meter chosen first is the consumption
        page.selectbox(key="meter").set_value(given).run()
    assert not page.metric
    assert page.info[0].value == ENGLISH.text("cost.not_bought")
    page = household_page("consumption", scope=scope, view="day", day="2024-03-02", unit="eur")
    if scope == "one":
        page.selectbox(key="meter").set_value(given).run()
    energy, cost = page.metric[:2]
    assert (energy.value, cost.value) == ("9.6\u202fkWh" if scope == "one" else "14.4\u202fkWh", "–")
    assert ENGLISH.text("consumption.priced.none") in [caption.value for caption in page.caption]


def test_a_bill_without_any_known_price_has_no_total(household_page: Opens, store: Store) -> None:
    save_contract(store.database, regulated(Option.EJP, 9))
    page = household_page("cost", view="day", day="2024-03-02")
    unknown = ENGLISH.text("cost.bill.fixed_unknown")
    assert [metric.value for metric in page.metric] == [unknown, unknown, unknown, "–"]
    assert not page.dataframe


@pytest.mark.parametrize("part", ["bill", "compare"])
def test_a_day_without_readings_has_no_bill_and_leads_on(holed_page: Opens, part: str) -> None:
    page = holed_page("cost", part=part, view="day", day="2024-03-11")
    assert not page.metric
    assert any(ENGLISH.text("consumption.empty.day") in words.value for words in page.markdown)
    page.button(key="measured_before").click().run()
    assert page.query_params["day"] == "2024-03-09"


def euros(shown: str) -> Decimal:
    return Decimal(shown.replace("\u202f", "").replace("€", ""))


def test_the_amounts_of_a_bill_add_up_as_they_are_read(household_page: Opens, store: Store) -> None:
    # 487 kWh at 0.20001 are 97.40487 €, 976 at 0.2000041 are 195.204 €: together 292.61, but 97.40 + 195.20
    prices = PriceList(
        date(2024, 1, 1), {"hc": Decimal("0.20001"), "hp": Decimal("0.2000041")}, Decimal("183")
    )
    rule = OffPeak(read_windows("22:00-6:00"))
    save_contract(store.database, Contract(Option.HPHC, 9, (prices,), (rule,), regulated=False))
    page = household_page("cost", view="all")
    total, energy, fixed = (euros(metric.value) for metric in page.metric[:3])
    lines = page.dataframe[0].value[ENGLISH.text("cost.column.euros")]
    assert energy + fixed == total
    assert sum(map(euros, lines)) == energy == Decimal("292.60")
    same = household_page("consumption", view="all").metric[1]
    assert euros(same.value) == energy


def test_a_total_from_which_something_is_missing_is_called_partial(
    household_page: Opens, holed_page: Opens, store: Store
) -> None:
    assert household_page("cost", view="day", day="2024-03-02").metric[0].label == ENGLISH.text(
        "cost.bill.total"
    )
    page = holed_page("cost", view="month", day="2024-03-01")
    assert page.metric[0].label == ENGLISH.text("cost.bill.partial")
    assert [warning.value for warning in page.warning] == [ENGLISH.text("cost.bill.unmeasured", days=3)]
    late = PriceList(date(2024, 3, 15), {"base": Decimal("0.2")}, Decimal(100))
    save_contract(store.database, Contract(Option.BASE, 6, (late,), regulated=False))
    page = household_page("cost", view="custom", day="2024-03-14", to="2024-03-15")
    assert (page.metric[0].label, len(page.warning)) == (ENGLISH.text("cost.bill.partial"), 2)


def verdict(page: AppTest) -> str:
    (banner,) = page.success
    return banner.value


def test_a_comparison_names_the_contract_as_told_or_assumed(household_page: Opens, store: Store) -> None:
    query = {"part": "compare", "view": "month", "day": "2024-03-01"}
    assumed = ENGLISH.text("cost.compare.assumed_one", option=ENGLISH.text("cost.option.base"))
    page = household_page("cost", **query)
    assert assumed in verdict(page)
    save_contract(store.database, regulated(Option.BASE, 9))
    page = household_page("cost", **query)
    assert ENGLISH.text("cost.compare.your", option=ENGLISH.text("cost.option.base")) in verdict(page)


def test_a_comparison_without_subscriptions_says_so_where_it_names_the_cheapest(
    household_page: Opens, store: Store
) -> None:
    cheap = PriceList(date(2024, 1, 1), {"base": Decimal("0.01")}, None)
    save_contract(store.database, Contract(Option.BASE, 9, (cheap,), regulated=False))
    page = household_page("cost", part="compare", view="month", day="2024-03-01")
    name = ENGLISH.text("cost.compare.your", option=ENGLISH.text("cost.option.base"))
    first = ENGLISH.text("cost.compare.first", offer=name)
    assert verdict(page) == ENGLISH.text("cost.compare.energy_only", verdict=first)


def test_a_contract_without_any_price_is_left_out_of_the_comparison(
    household_page: Opens, store: Store
) -> None:
    late = Meter(METER_PRM[:-1] + "3")
    store.merge(Delivery(late, Origin.ENEDIS_CSV, regular(date(2026, 7, 1), 5)))
    store.project(late)
    page = household_page("cost", part="compare", view="all", meter="1")
    left_out = ENGLISH.text("cost.compare.unknown", offer=ENGLISH.text("cost.option.tempo"))
    assert [warning.value for warning in page.warning] == [left_out]
    assert ENGLISH.text("cost.option.hphc") in verdict(page)


def test_prices_shown_with_a_comma_are_kept_as_they_were(household_page: Opens, store: Store) -> None:
    prices = PriceList(date(2024, 1, 1), {"base": Decimal("0.2060")}, Decimal("1190.91"))
    own = Contract(Option.BASE, 9, (prices,), regulated=False)
    save_contract(store.database, own)
    page = household_page("cost", part="contract", lang="fr")
    page.button(key="save_contract").click().run()
    assert not page.error
    assert load_contract(store.database) == own


def test_a_comparison_reloads_with_its_offers_and_prices(household_page: Opens) -> None:
    page = household_page("cost", part="compare", view="month", day="2024-03-01")
    page.button_group(key="offers").set_value([Option.TEMPO]).run()
    page.segmented_control(key="prices").set_value("then").run()
    assert (page.query_params["offers"], page.query_params["prices"]) == ("tempo", "then")
    again = household_page("cost", part="compare", offers="tempo", prices="then")
    assert again.button_group(key="offers").value == [Option.TEMPO]
    assert again.segmented_control(key="prices").value == "then"
    again.button_group(key="offers").set_value([]).run()
    assert again.query_params["offers"] == "none"
    again.button_group(key="offers").set_value([Option.HPHC, Option.TEMPO]).run()
    again.segmented_control(key="prices").set_value("now").run()
    assert not {"offers", "prices"} & set(again.query_params)


@pytest.mark.parametrize("query", [{"offers": "free.lunch"}, {"offers": ""}, {"prices": "never"}])
def test_nonsense_in_the_address_compares_as_usual(household_page: Opens, query: dict[str, str]) -> None:
    page = household_page("cost", part="compare", **query)
    assert not page.exception
    assert page.button_group(key="offers").value == [Option.HPHC, Option.TEMPO]
    assert page.segmented_control(key="prices").value == "now"


def test_contracts_are_compared_over_the_whole_history_unless_asked_otherwise(household_page: Opens) -> None:
    page = household_page("cost", part="compare")
    assert [header.value for header in page.header] == ["1 Mar 2024 to 30 Apr 2024"]
    page.segmented_control(key="view").set_value(View.MONTH).run()
    assert [header.value for header in page.header] == ["April 2024"]
    assert [header.value for header in household_page("cost").header] == ["April 2024"]


@pytest.mark.parametrize(("part", "name"), [("bill", "registers"), ("compare", "offers")])
def test_under_the_charts_of_cost_stands_the_query_for_their_energy(
    household_page: Opens, part: str, name: str
) -> None:
    page = household_page("cost", part=part, view="custom", day="2024-03-01", to="2024-04-30")
    page.session_state[f"more-{name}"] = True
    page.run()
    assert ENGLISH.text("cost.query") in [words.value for words in page.markdown]
    assert [one.value.split(".aggregate(")[0] for one in page.code] == ["db.readings_ts", "db.readings"]
    page.button(key=f"run-{name}").click().run()
    told = " ".join(words.value for words in page.markdown)
    assert ENGLISH.text("consumption.query.same") in told
    assert "Documents in the answer: 61." in told


def test_until_when_prices_and_colours_are_known_is_said_with_its_sources(household_page: Opens) -> None:
    page = household_page("cost", part="sources")
    told = " ".join(one.value for one in page.markdown)
    assert "31 Jan 2027" in told
    assert "29 Sep 2026" in told
    assert plain(ENGLISH.text("cost.known.never")) in told
    newest = page.dataframe[0].value.iloc[0]
    assert newest[ENGLISH.text("cost.known.column_source")] == ENGLISH.text("cost.source.edf")
    assert newest[ENGLISH.text("cost.register.base")] == "0.1985"


def refreshed(page: AppTest) -> AppTest:
    """Press the button and wait for the end."""
    page.button(key="refresh_prices").click().run()
    for _ in range(200):
        if not any(button.key == "cancel_prices" for button in page.button):
            return page
        page.run()
    raise AssertionError("the refresh does not end")


@pytest.fixture
def sources(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], OpenDataServer]]:
    """The public sources, for pages opened after the fixture is requested."""
    with OpenDataServer(today()) as server:

        def begin() -> OpenDataServer:
            for name, value in server.settings.items():
                monkeypatch.setenv(f"COURBE_{name.upper()}", value)
            return server

        yield begin


def test_the_button_brings_colours_up_to_date_and_nothing_is_asked_before(
    household_page: Opens, sources: Callable[[], OpenDataServer], store: Store
) -> None:
    server = sources()
    page = household_page("cost", part="sources")
    assert server.seen == []
    page = refreshed(page)
    assert not page.exception
    told = " ".join(one.value for one in page.markdown)
    assert ENGLISH.text("cost.refresh.done") in told
    assert load_market(store.database).tempo.knows(today())
    page.button(key="close_prices").click().run()
    assert ENGLISH.text("cost.refresh.done") not in " ".join(one.value for one in page.markdown)


def test_a_source_that_lies_is_refused_with_words(
    household_page: Opens, sources: Callable[[], OpenDataServer], store: Store
) -> None:
    server = sources()
    season = Season.of(today())
    sunday = next(day for day in server.colours[season.year] if day.weekday() == 6)
    server.colours[season.year][sunday] = Colour.WHITE
    page = refreshed(household_page("cost", part="sources", lang="fr"))
    assert any(
        FRENCH.text("error.public-white-sunday.title", source="RTE") in one.value for one in page.error
    )
    assert not load_market(store.database).tempo.knows(today())


def test_offline_is_said_and_everything_else_works(household_page: Opens) -> None:
    page = refreshed(household_page("cost", part="bill", view="month", day="2024-03-01"))
    assert plain(ENGLISH.text("cost.refresh.offline")) in " ".join(one.value for one in page.markdown)
    assert page.metric
    assert not page.error


def test_a_comparison_names_the_days_it_leaves_out(household_page: Opens, store: Store) -> None:
    late = Meter(METER_PRM[:-1] + "3")
    store.merge(Delivery(late, Origin.ENEDIS_CSV, regular(date(2026, 4, 20), 6)))
    store.project(late)
    page = household_page("cost", part="compare", view="all", meter="1")
    told = " ".join(one.value for one in page.markdown)
    assert plain("(days: 3): 23 Apr 2026 to 25 Apr 2026") in told


def test_a_contract_begins_from_a_template_is_kept_and_compared_and_deleted(
    household_page: Opens, store: Store
) -> None:
    page = household_page("cost", part="contract")
    page.selectbox(key="start").set_value("template-week-end").run()
    assert not page.exception
    assert page.segmented_control(key="option-template-week-end").value == Option.FREE
    page.button(key="keep_contract").click().run()
    (kept,) = named_contracts(store.database)
    assert (kept.name, kept.registers) == ("Week-end", ("Week-end", "Semaine"))
    keep_contract(store.database, replace(kept, prices=(FREE_PRICES,)))
    page = household_page("cost", part="compare", view="all")
    assert not page.exception
    assert "Week-end" in page.get("plotly_chart")[0].proto.spec
    page = household_page("cost", part="contract")
    page.button(key="drop_0").click().run()
    assert named_contracts(store.database) == ()


def test_a_contract_of_a_file_is_the_household_s_once_saved(household_page: Opens, store: Store) -> None:
    page = household_page("cost", part="contract")
    page.selectbox(key="start").set_value("file").run()
    body = to_toml(replace(templates()["midday"], name="Midday", prices=(FREE_PRICES,)))
    body = body.replace("Week-end", "HC").replace("Semaine", "HP")
    page.file_uploader[0].set_value(("mine.toml", body.encode(), "application/toml")).run()
    assert not page.exception
    assert not page.error
    page.button(key="save_contract").click().run()
    mine = load_contract(store.database)
    assert mine is not None
    assert (mine.name, mine.option, mine.regulated) == ("Midday", Option.FREE, False)
    assert [str(price) for price in mine.prices[0].kwh.values()] == ["0.15", "0.25"]
    bill = household_page("cost", part="bill", view="day", day="2024-03-02")
    assert not bill.exception
    assert set(bill.dataframe[0].value[ENGLISH.text("cost.column.register")]) == {"HC", "HP"}


def test_a_file_that_is_no_contract_is_said(household_page: Opens) -> None:
    page = household_page("cost", part="contract")
    page.selectbox(key="start").set_value("file").run()
    page.file_uploader[0].set_value(("mine.toml", b"Horodate;Valeur", "application/toml")).run()
    assert ENGLISH.text("error.cost-file.title") in page.error[0].value
