"""The pages of measurements (footprint, laboratory, speed, fleet) with a household, in both languages."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from datetime import date

import pyarrow as pa  # type: ignore[import-untyped]
import pytest
from streamlit.testing.v1 import AppTest

from core.lab.fleet.measure import run_fleet
from core.lab.fleet.tiers import prices
from core.lab.layouts.catalogue import WATERFALL
from core.model import Delivery, Meter, Origin
from core.spark import results
from core.spark.results import Run
from core.storage.store import Store
from core.texts import ENGLISH, Language, Words
from tests.curves import METER_PRM, regular
from tests.pages.conftest import Opens

PAGES = ("footprint", "laboratory", "speed", "fleet")


def until(page: AppTest, ended: Callable[[AppTest], bool], seconds: float = 120) -> AppTest:
    """Open the page again until something is there; fails if it never is."""
    deadline = time.monotonic() + seconds
    while not ended(page):
        assert time.monotonic() < deadline, "it did not end in time"
        assert not page.exception
        time.sleep(0.1)
        page.run()
    return page


def example_is_shown(page: AppTest) -> bool:
    """Whether the page says that its figures are those of the example."""
    begins = ENGLISH.text("prepare.kept.example", moment="", server="", machine="").partition(":")[0]
    return any(begins in one.value for one in page.info)


def dropped(store: Store) -> bool:
    return not [name for name in store.database.list_collection_names() if "lab_" in name]


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("language", Language)
def test_every_room_opens_by_its_address(household_page: Opens, name: str, language: Language) -> None:
    page = household_page(name, lang=language.value)
    assert not page.exception
    assert page.title[0].value == Words(language).text(f"{name}.title")


@pytest.mark.parametrize("lesson", [None, "fill"])
@pytest.mark.parametrize("language", Language)
def test_names_of_operators_are_no_formulas(
    household_page: Opens, language: Language, lesson: str | None
) -> None:
    """Markdown takes what stands between two dollars for a formula."""
    page = household_page("laboratory", lang=language.value, part="learn")
    if lesson:
        page.selectbox(key="learn_lesson").set_value(lesson).run()
    assert not page.exception
    formulas = [one.value for one in page.markdown if re.search(r"(?<!\\)\$.*(?<!\\)\$", one.value)]
    assert formulas == []
    assert any("densify" in one.value for one in page.markdown)


@pytest.mark.parametrize("name", ["footprint", "laboratory", "speed"])
def test_without_readings_a_room_leads_to_the_import(open_page: Opens, name: str) -> None:
    page = open_page(name, lang="en").run()
    assert not page.exception
    shown = [one.value for one in page.header]
    assert any(ENGLISH.text("common.empty.title") == one for one in shown)


def test_the_footprint_shows_both_verified_and_warns_of_few_readings(household_page: Opens) -> None:
    page = household_page("footprint")
    labels = [metric.label for metric in page.metric]
    assert ENGLISH.text("footprint.card.saving-total") in labels
    assert any("2\u202f926" in one.value and "equal" in one.value for one in page.markdown)
    assert any("100\u202f000" in one.value for one in page.warning)
    assert not page.error


def test_no_saving_is_told_of_sizes_that_are_not_settled(
    household_page: Opens, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Store, "settle", lambda _: False)
    page = household_page("footprint")
    assert not page.exception
    assert ENGLISH.text("footprint.unsettled", seconds=20) in [warning.value for warning in page.warning]
    assert not page.metric
    assert (page.table[0].value["Saving"] != "").sum() == 1


def test_no_footprint_is_shown_while_the_collections_differ(household_page: Opens, store: Store) -> None:
    page = household_page("footprint")
    store.ordinary.delete_one({})
    page.button(key="footprint_again").click().run()
    assert ENGLISH.text("error.footprint-differs.title") in page.error[0].value
    assert not page.metric


def test_the_footprint_is_kept_until_readings_change(household_page: Opens, store: Store) -> None:
    page = household_page("footprint")
    store.ordinary.delete_one({})  # behind its back: who measured now would see it
    page.run()
    assert page.metric
    meter = Meter(METER_PRM)
    store.merge(Delivery(meter, Origin.ENEDIS_CSV, regular(date(2024, 5, 1), 1, watts=1000)))
    store.project(meter)
    page.run()
    assert any("2\u202f974" in one.value and "equal" in one.value for one in page.markdown)


def test_the_footprint_is_of_all_meters_and_lets_none_be_chosen(household_page: Opens, store: Store) -> None:
    other = Meter(METER_PRM[:-1] + "2")
    store.merge(Delivery(other, Origin.ENEDIS_CSV, regular(date(2024, 5, 1), 1, watts=1000)))
    store.project(other)
    page = household_page("footprint")
    assert any("2\u202f974" in one.value and "equal" in one.value for one in page.markdown)
    assert not [one for one in page.selectbox if one.key == "meter"]


def test_the_steps_of_the_gain_are_built_and_dropped(household_page: Opens, store: Store) -> None:
    page = household_page("laboratory")
    assert example_is_shown(page)
    page.button(key="lab_steps").click().run()
    until(page, lambda seen: not seen.button(key="lab_steps").disabled)
    assert ENGLISH.text("laboratory.waterfall.title") in [one.value for one in page.header]
    assert len(page.dataframe[0].value) == len(WATERFALL)
    assert not example_is_shown(page)
    assert dropped(store)


def test_buckets_and_granularity_are_shown_on_these_readings(household_page: Opens) -> None:
    page = household_page("laboratory", part="inside")
    assert ENGLISH.text("laboratory.bucket.stored") in [metric.label for metric in page.metric]
    page.button(key="lab_granularity").click().run()
    until(page, lambda seen: not seen.button(key="lab_granularity").disabled)
    assert not example_is_shown(page)
    held = {one.label: one.value for one in page.metric}
    assert held[ENGLISH.text("lab.layout.ts-seconds")] == "2"
    assert held[ENGLISH.text("lab.layout.ts-minutes")] == "48"


def test_the_limits_are_tried(household_page: Opens, store: Store) -> None:
    page = household_page("laboratory", part="limits")
    page.button(key="lab_limits").click().run()
    until(page, lambda seen: not seen.button(key="lab_limits").disabled)
    assert not example_is_shown(page)
    assert ENGLISH.text("laboratory.limits.accepted") in [metric.value for metric in page.metric]
    assert ENGLISH.text("laboratory.limits.refused") in [metric.value for metric in page.metric]
    assert "InvalidOptions" in [metric.delta for metric in page.metric]
    assert dropped(store)


def test_queries_are_raced_and_can_be_copied(household_page: Opens) -> None:
    page = household_page("speed")
    page.button(key="speed_start").click().run()
    # a page drawn as the last query ends can already have its button and not yet that query
    until(
        page, lambda seen: not seen.button(key="speed_start").disabled and len(seen.dataframe[0].value) == 8
    )
    assert len(page.dataframe[0].value) == 8
    assert page.code[0].value.startswith("db.readings.aggregate(")
    assert "datetime(" in page.code[1].value or "aggregate(" in page.code[1].value


def test_a_query_is_copied_for_either_collection(household_page: Opens) -> None:
    page = household_page("speed")
    page.button(key="speed_start").click().run()
    until(page, lambda seen: not seen.button(key="speed_start").disabled)
    page.selectbox(key="speed_side").set_value("time_series").run()
    assert page.code[0].value.startswith("db.readings_ts.aggregate(")
    assert '"meter.g": ' in page.code[0].value
    assert METER_PRM not in page.code[0].value + page.code[1].value
    assert ENGLISH.text("speed.masked") in [one.value for one in page.caption]


def test_what_was_measured_on_one_meter_is_not_shown_for_another(household_page: Opens, store: Store) -> None:
    other = Meter("00000000000042")
    store.merge(Delivery(other, Origin.ENEDIS_CSV, regular(date(2024, 3, 1), 9, watts=500)))
    store.project(other)
    page = household_page("speed")
    page.button(key="speed_start").click().run()
    until(page, lambda seen: len(seen.dataframe) == 2 and not seen.button(key="speed_start").disabled)
    page.selectbox(key="meter").select_index(1 - (page.selectbox(key="meter").index or 0)).run()
    assert example_is_shown(page)
    assert not page.exception


def test_one_thing_is_measured_at_a_time(household_page: Opens) -> None:
    page = household_page("fleet")
    page.selectbox(key="fleet_meters").set_value(100)
    next(one for one in page.button if one.label == ENGLISH.text("fleet.form.start")).click().run()
    buttons = {
        "gain": ("lab_steps", "lab_all", "prepare_start"),
        "inside": ("lab_granularity",),
        "arrival": ("lab_arrival", "lab_retention"),
        "limits": ("lab_limits",),
    }
    for part, keys in buttons.items():
        shown = household_page("laboratory", part=part)
        assert all(shown.button(key=key).disabled for key in keys)
    other = household_page("laboratory")
    told = ENGLISH.text("lab.other", name=ENGLISH.text("lab.job.fleet"))
    assert any(told in one.value for one in other.caption)
    page.button(key="lab_cancel_fleet").click().run()
    until(other, lambda seen: not seen.button(key="lab_steps").disabled)
    assert not any(told in one.value for one in other.caption)


def test_a_button_pressed_after_something_began_in_another_tab_begins_nothing(household_page: Opens) -> None:
    late = household_page("laboratory")
    page = household_page("fleet")
    page.selectbox(key="fleet_meters").set_value(100)
    next(one for one in page.button if one.label == ENGLISH.text("fleet.form.start")).click().run()
    late.button(key="lab_steps").click().run()
    told = ENGLISH.text("lab.other", name=ENGLISH.text("lab.job.fleet"))
    assert any(told in one.value for one in late.caption)
    assert "lab_cancel_layouts" not in [one.key for one in late.button]
    page.button(key="lab_cancel_fleet").click().run()
    until(page, lambda seen: ENGLISH.text("lab.cancelled") in [one.value for one in seen.info])


def test_single_layouts_are_built_on_demand_and_sizes_of_old_readings_are_told(
    household_page: Opens, store: Store
) -> None:
    page = household_page("laboratory")
    assert page.button(key="lab_some").disabled
    page.multiselect(key="lab_chosen").set_value(["ts-hours", "daily"]).run()
    page.button(key="lab_some").click().run()
    until(page, lambda seen: not seen.button(key="lab_steps").disabled)
    assert len(page.dataframe[0].value) == 2
    assert any("100\u202f000" in one.value for one in page.warning)
    stale = ENGLISH.text("prepare.kept.stale", then="2\u202f926", now="3\u202f358")
    assert stale not in [one.value for one in page.warning]
    more = regular(date(2024, 5, 1), 9, watts=1000)
    store.merge(Delivery(Meter(METER_PRM), Origin.ENEDIS_CSV, more))
    store.project(Meter(METER_PRM))
    page.run()
    assert stale in [one.value for one in page.warning]


def test_the_lesson_of_the_default_granularity_is_told_on_the_page(household_page: Opens) -> None:
    page = household_page("laboratory")
    page.multiselect(key="lab_chosen").set_value(["first-live", "ts-default"]).run()
    page.button(key="lab_some").click().run()
    until(page, lambda seen: not seen.button(key="lab_steps").disabled)
    assert ENGLISH.text("laboratory.default.title") in [one.value for one in page.subheader]
    assert any(ENGLISH.text("lab.why.ts-default") in one.value for one in page.markdown)


def test_layouts_that_are_not_settled_are_shown_with_a_warning(
    household_page: Opens, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.lab.layouts.build.settled", lambda *_: False)
    page = household_page("laboratory")
    page.multiselect(key="lab_chosen").set_value(["ts-hours"]).run()
    page.button(key="lab_some").click().run()
    until(page, lambda seen: not seen.button(key="lab_steps").disabled)
    assert not page.exception
    assert ENGLISH.text("lab.unsettled") in [one.value for one in page.warning]


def test_inserting_is_compared(household_page: Opens, store: Store) -> None:
    page = household_page("speed")
    page.button(key="speed_insert").click().run()
    until(page, lambda seen: not seen.button(key="speed_insert").disabled)
    assert len(page.metric) == 4
    assert all("readings/s" in metric.value for metric in page.metric)
    assert dropped(store)


def test_a_fleet_is_measured_and_extrapolated(household_page: Opens, store: Store) -> None:
    page = household_page("fleet")
    page.selectbox(key="fleet_meters").set_value(10)
    page.number_input(key="fleet_days").set_value(7)
    next(one for one in page.button if one.label == ENGLISH.text("fleet.form.start")).click().run()
    until(page, lambda seen: not example_is_shown(seen) and not seen.get("progress"))
    assert any("123\u202f333" in one.value for one in page.markdown)
    assert any("100\u202f000" in one.value for one in page.warning)
    assert all(name for table in page.table for name in table.value.columns)
    listed = prices()
    tiers = next(one.value for one in page.table if ENGLISH.text("fleet.prices.tier") in one.value.columns)
    assert list(tiers[ENGLISH.text("fleet.prices.tier")]) == [tier.name for tier in listed.tiers]
    assert any(listed.source in one.value for one in page.markdown)
    raw = page.selectbox(key="fleet_raw")
    assert len(raw.options) == 4
    assert json.loads(page.json[0].value)["storageStats"]["count"] == 336
    page.number_input(key="fleet_forecast_meters").set_value(1_000_000).run()
    assert any("3\u202f333" in one.value for one in page.markdown)
    assert dropped(store)


def test_a_kept_fleet_is_shown_and_can_be_dropped(household_page: Opens, store: Store) -> None:
    names = run_fleet(store.database, 1, 2, keep=True).kept
    page = household_page("fleet")
    assert any(names[0] in one.value and names[1] in one.value for one in page.markdown)
    page.button(key="fleet_drop").click().run()
    assert not page.exception
    assert not [one for one in page.markdown if names[0] in one.value]
    assert not set(names) & set(store.database.list_collection_names())


def test_a_prepared_report_stays_until_another_is_prepared(household_page: Opens) -> None:
    page = household_page("fleet")
    assert not page.get("download_button")
    page.button(key="report_prepare").click().run()
    until(page, lambda seen: len(seen.get("download_button")) == 2)
    page.selectbox(key="fleet_meters").set_value(10).run()
    assert len(page.get("download_button")) == 2
    assert len(household_page("fleet").get("download_button")) == 2
    assert not page.error


def test_a_fleet_that_loads_says_so(household_page: Opens) -> None:
    page = household_page("fleet")
    assert example_is_shown(page)
    page.selectbox(key="fleet_meters").set_value(100)
    next(one for one in page.button if one.label == ENGLISH.text("fleet.form.start")).click().run()
    assert page.button(key="lab_cancel_fleet")
    page.button(key="lab_cancel_fleet").click().run()
    until(page, lambda seen: ENGLISH.text("lab.cancelled") in [one.value for one in seen.info])


def test_numbers_in_tables_are_written_as_the_language_does(household_page: Opens) -> None:
    page = household_page("speed", lang="fr")
    page.button(key="speed_start").click().run()
    until(page, lambda seen: not seen.button(key="speed_start").disabled)
    words = [
        str(word)
        for table in page.dataframe
        for word in pa.ipc.open_stream(table.proto.arrow_data.styler.display_values).read_pandas().iloc[0]
    ]
    assert "2\u202f926" in words
    assert [word for word in words if re.fullmatch(r"[0-9\u202f]+,[0-9]{2}", word)]
    assert not [word for word in words if re.search(r"[0-9][.][0-9]", word)]
    assert page.dataframe[1].value["documents"][0] == 2926


def test_looking_at_the_fleet_opens_no_workspace_for_a_guest(
    open_page: Opens, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COURBE_DEPLOYMENT", "shared")
    page = open_page("fleet", lang="en").run()
    assert not page.exception
    assert example_is_shown(page)
    assert ENGLISH.text("report.needs") in [one.value for one in page.caption]
    assert "w" not in page.query_params


@pytest.mark.parametrize("language", Language)
def test_a_fleet_that_spark_loaded_is_shown_with_what_its_meters_draw(
    household_page: Opens, store: Store, language: Language
) -> None:
    words = Words(language)
    page = household_page("fleet", lang=language.value)
    assert any(words.text("spark.page.none") == one.value for one in page.markdown)
    size = run_fleet(store.database, 1, 7).sizes[0]
    results.keep_run(store.database, Run("d7", "plain", size, "direct", 2, 4.0, 1_000, "4.1.4", "10.5.0"))
    rows = [
        {
            "_id": {"fleet": "d7", "figure": "profile", "season": "summer", "slot": slot},
            "half_hours": 7,
            "watt_minutes": 7 * 30_000,
            "deciles": [30_000] * 9,
        }
        for slot in range(48)
    ]
    results.replace(results.results(store.database), "d7", ["profile"], rows)
    page.run()
    assert not page.exception
    assert not any(words.text("spark.page.none") == one.value for one in page.markdown)
    tables = [table.value for table in page.table]
    assert any(words.text("spark.page.speed") in table.columns for table in tables)
    told = words.text("spark.page.profile", meters=words.counted("report.meters", 1))
    assert any(told == one.value for one in page.caption)
    lesson = next(table for table in tables if words.text("spark.page.command") in table.columns)
    assert len(lesson) > 10
    assert any(words.text("spark.page.formula") in table.columns for table in tables)
