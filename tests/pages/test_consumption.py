"""The consumption page: every section, period and language, and its URL."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from core.consumption.cost.contracts import Option
from core.consumption.cost.market import regulated
from core.consumption.cost.saved_contract import save_contract
from core.consumption.periods import View
from core.consumption.profiles import Season
from core.consumption.totals import Grain
from core.model import DEMO_PRM, Curve, Delivery, MaxPower, Meter, Origin
from core.storage.store import Store
from core.texts import ENGLISH, Language, Words
from pages.views.table import written
from tests.curves import METER_PRM, regular
from tests.pages.conftest import Opens

SECTIONS = ("overview", "act", "habits", "compare", "power", "export")
VIEWS = ("day", "week", "month", "year", "all", "custom")


@pytest.mark.parametrize("section", SECTIONS)
@pytest.mark.parametrize("language", Language)
def test_every_section_opens_by_its_address(household_page: Opens, section: str, language: Language) -> None:
    page = household_page("consumption", lang=language.value, show=section, view="month", day="2024-03-15")
    assert not page.exception
    assert page.title[0].value == Words(language).text("consumption.title")


@pytest.mark.parametrize("view", VIEWS)
def test_every_period_opens_by_its_address(household_page: Opens, view: str) -> None:
    page = household_page("consumption", view=view, day="2024-03-31", to="2024-04-02")
    assert not page.exception
    assert [metric.label for metric in page.metric][:2] == [
        ENGLISH.text("consumption.key.energy"),
        ENGLISH.text("consumption.key.cost"),
    ]


def test_the_day_of_the_clock_change_has_all_its_energy(household_page: Opens) -> None:
    page = household_page("consumption", view="day", day="2024-03-31")
    assert page.metric[0].value == "23.0\u202fkWh"  # 1,000 W for 23 hours


def test_the_peak_is_shown_with_its_moment(household_page: Opens, store: Store) -> None:
    meter = Meter(METER_PRM)
    high = regular(date(2024, 3, 5), watts=4640).select(slice(39, 40))
    store.merge(Delivery(meter, Origin.ENEDIS_CSV, high))
    store.project(meter)
    page = household_page("consumption", view="month", day="2024-03-01")
    assert (page.metric[4].label, page.metric[4].value) == ("Peak", "4.64\u202fkW")
    assert any(caption.value.startswith("Peak on 5 Mar 2024, 19:30.") for caption in page.caption)
    page = household_page("consumption", view="month", day="2024-03-01", lang="fr")
    assert any(plain(one.value).startswith("Pointe le 5 mars 2024, 19 h 30.") for one in page.caption)


def test_next_ends_at_the_last_reading_and_previous_goes_back(household_page: Opens) -> None:
    page = household_page("consumption", view="month", day="2024-04-30")
    assert page.button(key="step_next").disabled
    page.button(key="step_previous").click().run()
    assert page.query_params["day"] == "2024-03-01"
    assert not page.button(key="step_next").disabled


def test_choosing_a_view_puts_it_into_the_address(household_page: Opens) -> None:
    page = household_page("consumption", view="month", day="2024-03-01")
    page.segmented_control(key="view").set_value(View.WEEK).run()
    assert page.query_params["view"] == "week"
    assert page.query_params["day"] == "2024-03-25"


@pytest.mark.parametrize("query", [{"view": "century"}, {"day": "yesterday"}, {"show": "?"}, {"scope": "x"}])
def test_an_address_nobody_made_still_opens(household_page: Opens, query: dict[str, str]) -> None:
    assert not household_page("consumption", **query).exception


def test_the_address_names_no_meter(household_page: Opens) -> None:
    page = household_page("consumption", view="day", day="2024-03-02", show="export")
    assert "99999" not in str(dict(page.query_params))


@pytest.mark.parametrize("section", SECTIONS)
def test_a_day_without_readings_shows_no_figure_and_leads_on(holed_page: Opens, section: str) -> None:
    page = holed_page("consumption", view="day", day="2024-03-11", show=section)
    assert not page.exception
    assert [metric.value for metric in page.metric] == ["–"] * 6
    if section in ("act", "export"):
        return
    assert any(ENGLISH.text("consumption.empty.day") in words.value for words in page.markdown)
    page.button(key="measured_after").click().run()
    assert page.query_params["day"] == "2024-03-13"
    assert page.metric[0].value == "24.0\u202fkWh"


def test_a_period_without_readings_leads_to_the_last_day_before(holed_page: Opens) -> None:
    page = holed_page("consumption", view="custom", day="2024-03-10", to="2024-03-12")
    assert any(ENGLISH.text("consumption.empty.period") in words.value for words in page.markdown)
    page.button(key="measured_before").click().run()
    assert (page.query_params["view"], page.query_params["day"]) == ("day", "2024-03-09")


def test_another_period_without_readings_is_no_zero(holed_page: Opens) -> None:
    page = holed_page("consumption", view="day", day="2024-03-18", show="compare")
    assert any(ENGLISH.text("consumption.overlay.none") in words.value for words in page.markdown)


@pytest.mark.parametrize("name", ["consumption", "cost"])
def test_readings_of_a_running_import_are_announced_and_shown_once_written(
    open_page: Opens, store: Store, name: str
) -> None:
    page = open_page(name, lang="en", view="day", day="2024-03-02").run()
    meter = Meter(METER_PRM)
    store.merge(Delivery(meter, Origin.ENEDIS_CSV, regular(date(2024, 3, 1), 31, watts=1000)))
    page.run()
    assert [info.value for info in page.info] == [ENGLISH.text("consumption.scope.importing")]
    assert not page.metric
    store.project(meter)
    page.run()
    assert not page.info
    assert page.metric


def test_meters_without_a_common_reading_are_not_taken_for_an_import(
    household_page: Opens, store: Store
) -> None:
    other = Meter(METER_PRM[:-1] + "2")
    store.merge(Delivery(other, Origin.ENEDIS_CSV, regular(date(2023, 3, 1), 2)))
    store.project(other)
    page = household_page("consumption", scope="sum")
    assert [info.value for info in page.info] == [ENGLISH.text("consumption.scope.nothing")]


def test_under_a_chart_stand_the_queries_to_both_collections_and_whose_they_are(
    household_page: Opens, store: Store
) -> None:
    other = Meter(METER_PRM[:-1] + "2")
    store.merge(Delivery(other, Origin.ENEDIS_CSV, regular(date(2024, 3, 1), 61)))
    store.project(other)
    one_meter = ENGLISH.text("consumption.query.one_meter")
    for scope, said in (("one", False), ("sum", True), ("nonsense", False)):
        page = household_page("consumption", scope=scope)
        page.session_state["more-curve"] = True
        page.run()
        asked = [one.value.split(".aggregate(")[0] for one in page.code]
        assert asked == ["db.readings_ts", "db.readings"]
        assert (one_meter in [one.value for one in page.caption]) is said


@pytest.mark.parametrize(
    ("section", "cards"),
    [
        ("overview", ("curve", "bars", "carpet", "calendar")),
        ("habits", ("profile", "mean_day", "duration", "base")),
        ("compare", ("overlay", "years")),
        ("power", ("peaks",)),
    ],
)
def test_every_chart_has_words_a_table_files_and_a_query_that_both_collections_answer(
    household_page: Opens, section: str, cards: tuple[str, ...]
) -> None:
    page = household_page("consumption", show=section, view="month", day="2024-03-01")
    for name in cards:
        page.session_state[f"more-{name}"] = True
    page.run()
    assert not page.exception
    alts = [chart.proto.alt for chart in page.get("plotly_chart")]
    assert len(alts) == len(cards)
    assert all(alts)
    assert len(page.dataframe) == len(cards)
    kept = {one.proto.id.rsplit("-", 2)[-2] for one in page.get("download_button")}
    assert kept == {"csv", "parquet"}
    for name in cards:
        page.button(key=f"run-{name}").click().run()
        assert any(ENGLISH.text("consumption.query.same") in words.value for words in page.markdown)


@pytest.mark.parametrize(
    ("section", "view", "charts"),
    [("overview", "day", 3), ("habits", "all", 4), ("compare", "month", 2), ("power", "all", 1)],
)
def test_readings_every_five_minutes_have_all_their_charts(
    open_page: Opens, store: Store, section: str, view: str, charts: int
) -> None:
    """`PT5M` is in the distributor's specification (see docs/file-formats.md)."""
    meter = Meter(METER_PRM)
    store.merge(Delivery(meter, Origin.ENEDIS_R63, regular(date(2024, 3, 1), 35, step=5, watts=1000)))
    store.project(meter)
    page = open_page("consumption", lang="en", show=section, view=view, day="2024-03-31").run()
    assert not page.exception
    hours = {"day": 23, "month": 31 * 24 - 1, "all": 35 * 24 - 1}[view]
    assert page.metric[0].value == ENGLISH.kwh(hours * 60 * 1000)
    assert len(page.get("plotly_chart")) == charts


def order(page: AppTest, *wanted: str) -> list[str]:
    """Headings and widgets, by text or key, in the order of the page."""
    found = []
    for one in page.main:
        names = (getattr(one, "key", None), getattr(one, "value", None))
        found += [name for name in wanted if name in names]
    return found


@pytest.mark.parametrize(
    ("section", "card", "widget"),
    [
        ("overview", "bars", "grain"),
        ("overview", "bars", "unit"),
        ("habits", "mean_day", "weekdays"),
        ("compare", "overlay", "overlay-2024-03-01-2024-04-01"),
        ("power", "peaks", "kva"),
    ],
)
def test_a_control_stands_under_the_heading_of_what_it_changes(
    household_page: Opens, section: str, card: str, widget: str
) -> None:
    page = household_page("consumption", show=section, view="month", day="2024-03-01")
    title = ENGLISH.text(f"consumption.card.{card}")
    assert order(page, title, widget) == [title, widget]


def test_what_shows_the_whole_history_whatever_the_period_says_so(household_page: Opens) -> None:
    marked = set()
    for section in SECTIONS:
        page = household_page("consumption", show=section, view="day", day="2024-03-15")
        marked |= {
            one.value
            for one in page.subheader
            if f"·\u00a0{ENGLISH.text('consumption.card.whole')}" in one.value
        }
    names = ("carpet", "calendar", "base", "years", "unlike")
    assert len(marked) == len(names)
    assert all(any(ENGLISH.text(f"consumption.card.{name}") in title for title in marked) for name in names)


def test_only_seasons_and_weekdays_with_readings_are_offered(household_page: Opens) -> None:
    def offered(page: AppTest) -> dict[str, list[str]]:
        return {one.key: one.options for one in page.segmented_control if one.key in ("season", "weekdays")}

    page = household_page("consumption", show="habits", view="all")  # March and April
    assert "season" not in offered(page)
    page = household_page("consumption", show="habits", view="custom", day="2024-03-01", to="2024-03-03")
    assert [ENGLISH.weekday(one) for one in (4, 5, 6)] == offered(page)["weekdays"][3:]
    page = household_page("consumption", show="habits", view="day", day="2024-03-01")
    assert offered(page) == {}


def test_a_season_holds_for_every_chart_of_the_period_and_stays_in_the_address(
    household_page: Opens, store: Store
) -> None:
    meter = Meter(METER_PRM)
    store.merge(Delivery(meter, Origin.ENEDIS_CSV, regular(date(2024, 5, 1), 61, watts=200)))
    store.project(meter)
    page = household_page("consumption", show="habits", view="all")
    page.segmented_control(key="season").set_value(Season.SUMMER).run()
    assert page.query_params["season"] == "summer"
    told = [caption.value for caption in page.caption]
    duration = ENGLISH.text(
        "consumption.duration.alt", rare="200\u202fW", half="200\u202fW", least="200\u202fW"
    )
    assert duration in told
    assert household_page("consumption", show="habits", view="all", season="winter").exception == []


def test_a_week_is_named_by_its_monday_and_no_day_beyond_the_last_reading(household_page: Opens) -> None:
    page = household_page("consumption", view="week", day="2024-04-30")
    assert [header.value for header in page.header] == ["Week of 29 Apr 2024"]
    page = household_page("consumption", view="custom", day="2024-04-30", to="2024-04-30")
    assert [header.value for header in page.header] == ["30 Apr 2024"]


@pytest.mark.parametrize(
    ("language", "told"),
    [
        (
            Language.ENGLISH,
            ("1 Apr 2024: 2.1 times a usual Monday", "9 Apr 2024: 79 % less than a usual Tuesday"),
        ),
        (
            Language.FRENCH,
            (
                "1er avr. 2024 : 2,1 fois un lundi habituel",
                "9 avr. 2024 : 79 % de moins qu’un mardi habituel",
            ),
        ),
    ],
)
def test_days_unlike_their_neighbours_are_told_in_words(
    household_page: Opens, store: Store, language: Language, told: tuple[str, str]
) -> None:
    for day, watts in ((date(2024, 4, 1), 2100), (date(2024, 4, 9), 210)):
        store.merge(Delivery(Meter(METER_PRM), Origin.ENEDIS_CSV, regular(day, watts=watts)))
    store.project(Meter(METER_PRM))
    page = household_page("consumption", show="compare", lang=language.value)
    labels = [button.label for button in page.button]
    for words in told:
        assert any(plain(label).startswith(words) for label in labels)


def plain(words: str) -> str:
    return words.replace("\u202f", " ").replace("\u00a0", " ")


def test_every_figure_is_compared_with_the_year_before(household_page: Opens, store: Store) -> None:
    meter = Meter(METER_PRM)
    store.merge(Delivery(meter, Origin.ENEDIS_CSV, regular(date(2023, 3, 1), 61, watts=500)))
    store.project(meter)
    page = household_page("consumption", view="month", day="2024-03-01")
    changes = [plain(metric.delta) for metric in page.metric]
    assert [changes[at] for at in (0, 2, 3, 4, 5)] == ["+100.0 %"] * 4 + ["0.0 pts"]
    assert changes[1].startswith("+")


def test_tables_write_numbers_as_the_language_does_and_keep_them_numbers() -> None:
    frame = pd.DataFrame({"name": ["a", "b"], "W": [25_515.0, np.nan], "kWh": [-1606.204, 10_000]})
    shown: Any = written(frame, ["W", "kWh"], Words(Language.FRENCH))
    cells = [[cell["display_value"] for cell in row[1:]] for row in shown._translate(False, False)["body"]]
    assert cells == [["a", "25\u202f515", "\u22121\u202f606,20"], ["b", "–", "10\u202f000,00"]]
    assert shown.data is frame


def test_a_fall_is_written_with_a_minus_sign_and_a_welcome_green(household_page: Opens, store: Store) -> None:
    meter = Meter(METER_PRM)
    store.merge(Delivery(meter, Origin.ENEDIS_CSV, regular(date(2023, 3, 1), 61, watts=2000)))
    store.project(meter)
    energy = household_page("consumption", view="month", day="2024-03-01").metric[0]
    assert plain(energy.delta) == "\u221250.0 %"
    assert energy.proto.color == energy.proto.MetricColor.GREEN
    assert energy.proto.direction == energy.proto.MetricDirection.DOWN


def test_the_whole_history_is_not_laid_over_itself(household_page: Opens) -> None:
    page = household_page("consumption", show="compare", view="all")
    assert ENGLISH.text("consumption.overlay.all") in [caption.value for caption in page.caption]
    assert not any("overlay" in str(one.key) for one in page.date_input)


def test_a_period_without_any_price_has_words_and_no_empty_bars(household_page: Opens, store: Store) -> None:
    save_contract(store.database, replace(regulated(Option.TEMPO, 9), prices=(), regulated=False))
    page = household_page("consumption", view="week", day="2024-03-04", unit="eur")
    assert [warning.value for warning in page.warning] == [ENGLISH.text("consumption.bars.unpriced", days=7)]
    charts = [chart.proto.alt for chart in page.get("plotly_chart")]
    assert ENGLISH.text("consumption.bars.none") not in charts


def test_a_view_reloads_with_its_controls_and_leaves_the_usual_ones_out(household_page: Opens) -> None:
    month = {"view": "month", "day": "2024-04-01"}
    page = household_page("consumption", **month)
    page.segmented_control(key="grain").set_value(Grain.WEEK).run()
    assert page.query_params["grain"] == "week"
    again = household_page("consumption", **month, grain="week", unit="eur")
    assert again.segmented_control(key="grain").value == Grain.WEEK
    again.segmented_control(key="grain").set_value(Grain.DAY).run()
    again.segmented_control(key="unit").set_value("kwh").run()
    assert not {"grain", "unit"} & set(again.query_params)


def test_the_second_period_and_the_cumulated_years_are_in_the_address(household_page: Opens) -> None:
    page = household_page("consumption", show="compare", view="week", day="2024-04-15")
    other = page.date_input(key="overlay-2024-04-15-2024-04-22")
    other.set_value(date(2024, 3, 4)).run()
    page.toggle(key="cumulated").set_value(True).run()
    assert (page.query_params["against"], page.query_params["cumulated"]) == ("2024-03-04", "1")
    query = {name: page.query_params[name] for name in ("show", "view", "day", "against", "cumulated")}
    again = household_page("consumption", **query)
    assert again.date_input(key="overlay-2024-04-15-2024-04-22").value == date(2024, 3, 4)
    assert again.toggle(key="cumulated").value
    again.toggle(key="cumulated").set_value(False).run()
    again.button(key="step_previous").click().run()
    assert not {"against", "cumulated"} & set(again.query_params)


def test_the_subscribed_power_is_in_the_address_unless_it_is_the_contracts(household_page: Opens) -> None:
    page = household_page("consumption", show="power")
    own = page.segmented_control(key="kva").value
    page.segmented_control(key="kva").set_value(12).run()
    assert page.query_params["kva"] == "12"
    assert household_page("consumption", show="power", kva="12").segmented_control(key="kva").value == 12
    page.segmented_control(key="kva").set_value(own).run()
    assert "kva" not in page.query_params


@pytest.mark.parametrize(
    ("section", "query"),
    [
        ("overview", {"grain": "century", "unit": "<b>"}),
        ("compare", {"against": "1900-01-01", "cumulated": "perhaps"}),
        ("compare", {"against": "never"}),
        ("power", {"kva": "-1"}),
    ],
)
def test_nonsense_in_the_address_counts_as_the_usual_choice(
    household_page: Opens, section: str, query: dict[str, str]
) -> None:
    def controls(page: AppTest) -> list[object]:
        widgets = (*page.segmented_control, *page.toggle, *page.date_input)
        return [one.value for one in widgets]

    page = household_page("consumption", show=section, view="week", day="2024-04-15", **query)
    assert not page.exception
    assert controls(page) == controls(
        household_page("consumption", show=section, view="week", day="2024-04-15")
    )


def test_a_sentence_opens_its_day_where_the_curve_is(household_page: Opens) -> None:
    page = household_page("consumption", show="habits", view="month", day="2024-03-01")
    page.button(key="glance_day").click().run()
    assert not page.exception
    assert (page.query_params["view"], page.query_params["day"]) == ("day", "2024-04-30")
    assert "show" not in page.query_params


def test_no_bars_are_offered_of_which_there_would_be_one(household_page: Opens) -> None:
    page = household_page("consumption", view="month", day="2024-03-01")
    assert page.segmented_control(key="grain").options == ["Day", "Week"]
    day = household_page("consumption", view="day", day="2024-03-01")
    assert not [one for one in day.segmented_control if one.key == "grain"]


def test_ones_own_meter_opens_before_the_demo_which_is_put_away_by_a_click(
    household_page: Opens, store: Store
) -> None:
    demo = Meter(DEMO_PRM)
    store.merge(Delivery(demo, Origin.DEMO, regular(date(2024, 3, 1), 2, watts=500)))
    store.project(demo)
    page = household_page("consumption")
    assert page.selectbox(key="meter").value == Meter(METER_PRM)
    assert not [one for one in page.button if one.key == "demo_away"]
    page.selectbox(key="meter").set_value(demo).run()
    page.run()
    page.button(key="demo_away").click().run()
    assert not page.exception
    assert [one.meter for one in store.meters() if one.readings] == [Meter(METER_PRM)]


def test_measured_maxima_say_whether_a_smaller_subscription_would_do(
    household_page: Opens, store: Store
) -> None:
    peaks = {date(2024, 3, day): MaxPower(5_000 + 20 * day, None) for day in range(1, 32)}
    store.merge(Delivery(Meter(METER_PRM), Origin.API_V2, Curve.empty(), peaks=peaks))
    page = household_page("consumption", show="power", view="all")
    assert not page.exception
    told = " ".join(one.value for one in page.markdown)
    assert "5.62\u202fkVA" in told  # on 31 March
    assert "3.38\u202fkVA below" in told
    table = next(
        one.value for one in page.dataframe if ENGLISH.text("consumption.margin.over") in one.value.columns
    )
    # 61 days at 1,000 W: 1,464 kWh. From 9 to 6 kVA at the prices of August 2026:
    # (238.56 - 190.32) x 61 / 366 = 8.04 EUR less, and 1,464 x (0.2001 - 0.1985) = 2.34 EUR more
    assert table.iloc[0].tolist() == ["6\u202fkVA", "0", "never", "5.70\u202f€"]
    assert [success.value for success in page.success] == [
        ENGLISH.text("consumption.margin.fits", kva=6, saved="5.70\u202f€", days="61")
    ]
    other = household_page("consumption", show="power", view="all", kva="6", lang="fr")
    assert not other.exception
    assert "0,38\u202fkVA sous" in " ".join(one.value for one in other.markdown)


def test_without_measured_maxima_it_is_said_where_they_come_from(household_page: Opens) -> None:
    page = household_page("consumption", show="power")
    captions = [one.value for one in page.caption]
    assert ENGLISH.text("consumption.peak.note_none") in captions
    assert ENGLISH.text("consumption.margin.title") not in [one.value for one in page.subheader]


def test_a_spring_alone_does_not_say_what_is_always_on(household_page: Opens) -> None:
    page = household_page("consumption", show="habits")
    assert any("cannot be told" in one.value for one in page.caption)
    assert not any("always on are" in one.value for one in page.markdown)


def test_one_day_of_power_is_told_in_words_and_not_by_a_bar(household_page: Opens, store: Store) -> None:
    store.merge(
        Delivery(
            Meter(METER_PRM),
            Origin.API_V2,
            Curve.empty(),
            peaks={date(2024, 3, 5): MaxPower(9_500, None)},
        )
    )
    page = household_page("consumption", show="power", view="day", day="2024-03-05")
    assert not page.exception
    assert not page.get("plotly_chart")
    told = plain(" ".join(one.value for one in page.markdown))
    assert "Highest average of this day: 1.00 kW at 00:00, 8.00 kW below the 9 kVA subscribed." in told
    assert "The meter measured at most 9.50 kVA, 0.50 kVA above the 9 kVA subscribed." in told
    page.button(key=f"days-{ENGLISH.text('consumption.card.curve')}").click().run()
    assert (page.query_params["view"], page.query_params["day"]) == ("day", "2024-03-05")
    assert "show" not in page.query_params
