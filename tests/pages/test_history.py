"""History: choose, preview, import, report, calendar, erase."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from datetime import date, timedelta

import pytest
from streamlit.testing.v1 import AppTest

from core.importing.api.source import ApiSource, budget_of
from core.model import DEMO_PRM, Curve, Days, Delivery, Meter, Origin
from core.paristime import today
from core.settings import load_settings
from core.sources.demo import DemoSource
from core.sources.stamped import Stamped
from core.storage.store import Store
from core.texts import ENGLISH, THIN, Language, Words
from tests.conso_server import PRM, ConsoServer, household, token_for
from tests.curves import regular
from tests.pages.conftest import Opens, found
from tests.sources.files import writers

CURVE = regular(date(2024, 5, 1), days=4)


@pytest.fixture
def history(open_page: Opens) -> Callable[..., AppTest]:
    def opened(**query: str) -> AppTest:
        app = open_page("history", **({"lang": "en"} | query)).run()
        assert not app.exception
        return app

    return opened


def finished(app: AppTest) -> AppTest:
    """The page after the import has ended."""
    for thread in threading.enumerate():
        if thread.name == "job":
            thread.join(30)
    app.run()
    assert not app.exception
    return app


def words(app: AppTest) -> str:
    kinds = ("markdown", "caption", "header", "subheader", "error", "success", "info")
    said = "\n".join(element.value for kind in kinds for element in found(app, kind))
    return said.replace("\\", "")


def report(app: AppTest) -> dict[str, str]:
    return {metric.label: metric.value for metric in app.metric}


def upload(app: AppTest, *files: tuple[str, bytes]) -> AppTest:
    app.segmented_control(key="history_source").set_value("files").run()
    app.file_uploader[0].set_value([(name, data, "") for name, data in files]).run()
    assert not app.exception
    return app


def test_the_demo_is_previewed_imported_and_reported(history: Opens, store: Store) -> None:
    app = history()
    count = f"{DemoSource().preview().readings:,}".replace(",", THIN)
    assert ENGLISH.text("history.preview.readings", count=count) in words(app)
    assert not store.meters()
    finished(app.button(key="history_start").click().run())
    (summary,) = store.meters()
    assert summary.meter == Meter(DEMO_PRM)
    assert ENGLISH.text("history.job.done") in words(app)
    assert report(app)["New"] == f"{summary.readings:,}".replace(",", THIN)
    assert report(app)["Unchanged"] == "0"


def test_again_changes_nothing(history: Opens, store: Store) -> None:
    finished(history().button(key="history_start").click().run())
    app = history()
    app.segmented_control(key="history_source").set_value("demo").run()
    finished(app.button(key="history_start").click().run())
    assert (report(app)["New"], report(app)["Changed"]) == ("0", "0")
    assert store.ordinary.count_documents({}) == store.meters()[0].readings


def test_files_are_recognised_before_anything_is_written(history: Opens, store: Store) -> None:
    app = upload(
        history(),
        ("a.csv", writers.enedis_csv(CURVE)),
        ("b.csv", writers.edf(CURVE)),
        ("c.csv", b"nothing we know"),
    )
    said = words(app)
    for expected in (
        "Enedis CSV",
        "EDF 30-minute powers",
        ENGLISH.text("error.file-unknown.title"),
        "192 readings",
    ):
        assert expected in said
    assert ENGLISH.text("history.files.readable", count="2", of="3") in said
    assert not store.meters()
    assert writers.PRM not in said


def test_files_that_are_no_load_curve_stand_above_the_others(history: Opens) -> None:
    good = [(f"good{number}.csv", writers.enedis_csv(CURVE)) for number in range(8)]
    app = upload(history(), *good, ("bad.csv", b"nothing we know"))
    said = [one.value for one in app.markdown]
    assert said.index("**bad.csv**") < next(at for at, one in enumerate(said) if "good0.csv" in one)


def test_files_are_imported_exactly(history: Opens, store: Store) -> None:
    app = upload(history(), ("a.csv", writers.enedis_csv(CURVE)), ("again.json", writers.json_v2(CURVE)))
    finished(app.button(key="history_start").click().run())
    assert store.read(Meter(writers.PRM)) == CURVE
    assert (report(app)["New"], report(app)["Unchanged"]) == ("192", "192")


def test_a_curve_of_two_steps_names_both(history: Opens) -> None:
    changed = regular(date(2024, 9, 1), days=1, step=60)
    rows = writers.enedis_csv(CURVE) + writers.enedis_csv(changed).split(b"Valeur\n")[1]
    assert "every 30 or 60 min" in words(upload(history(), ("a.csv", rows)))


def test_a_file_that_names_no_meter_asks_for_one(history: Opens, store: Store) -> None:
    app = upload(history(), ("b.csv", writers.edf(CURVE)))
    assert ENGLISH.text("history.preview.unnamed") in words(app)
    app.text_input(key="history_prm").input("12 345 678 901 234").run()
    finished(app.button(key="history_start").click().run())
    assert store.meters()[0].meter == Meter("12345678901234")


def test_readings_are_added_to_a_known_meter_only_where_a_person_says_so(
    history: Opens, store: Store
) -> None:
    store.merge(Delivery(Meter(writers.PRM), Origin.ENEDIS_CSV, CURVE))
    store.project(Meter(writers.PRM))
    later = regular(date(2024, 6, 1), days=1)
    app = upload(history(), ("b.csv", writers.edf(later)))
    whose = app.selectbox(key="history_whose")
    assert whose.options == [
        Meter(writers.PRM).masked,
        ENGLISH.text("history.files.other"),
        ENGLISH.text("history.files.unnamed"),
    ]
    assert app.button(key="history_start").disabled
    whose.set_value("other").run()
    assert app.button(key="history_start").disabled
    app.selectbox(key="history_whose").set_value(writers.PRM).run()
    finished(app.button(key="history_start").click().run())
    (summary,) = store.meters()
    assert (summary.meter, summary.readings) == (Meter(writers.PRM), len(CURVE) + len(later))


def test_a_meter_number_that_is_none_is_said(history: Opens) -> None:
    app = upload(history(), ("b.csv", writers.edf(CURVE)))
    app.text_input(key="history_prm").input("123").run()
    assert ENGLISH.text("error.api-prm.title") in words(app)


@pytest.mark.parametrize(("said", "minutes_late"), [(Stamped.BEGIN, 30), (Stamped.END, 0)])
def test_a_file_that_does_not_tell_which_end_its_times_are_is_asked_about(
    history: Opens, store: Store, said: Stamped, minutes_late: int
) -> None:
    """Its hours are within a day, so that no midnight shows which end they are."""
    held = CURVE.select(slice(4, 40))
    rows = [f"{end:%d/%m/%Y};{end:%H:%M};{watts}" for _, end, _, watts in writers.rows(held)]
    app = upload(history(), ("a.csv", "\n".join(["Date;Heure;Puissance (W)", *rows]).encode()))
    assert ENGLISH.text("error.file-unclear-times.title") in words(app)
    assert app.radio(key="history_stamps").value is None
    assert not [one for one in found(app, "button") if one.key == "history_start" and not one.disabled]
    app.radio(key="history_stamps").set_value(said).run()
    app.text_input(key="history_prm").input(writers.PRM).run()
    finished(app.button(key="history_start").click().run())
    kept = store.read(Meter(writers.PRM))
    assert kept.start.tolist() == [at + minutes_late * 60_000 for at in held.start.tolist()]
    assert kept.watts.tolist() == held.watts.tolist()


def test_a_ruined_meter_number_can_be_typed(history: Opens, store: Store) -> None:
    ruined = writers.enedis_csv(CURVE).replace(writers.PRM.encode(), b"9,99999E+13")
    app = upload(history(), ("a.csv", ruined))
    assert ENGLISH.text("error.file-prm-ruined.title") in words(app)
    assert app.button(key="history_start").disabled
    app.text_input(key="history_prm").input(writers.PRM).run()
    finished(app.button(key="history_start").click().run())
    assert store.read(Meter(writers.PRM)) == CURVE


def test_nothing_chosen_cannot_be_started(history: Opens) -> None:
    app = history()
    app.segmented_control(key="history_source").set_value("files").run()
    assert app.button(key="history_start").disabled


def test_the_api_without_a_token_leads_to_connect(history: Opens) -> None:
    app = history()
    app.segmented_control(key="history_source").set_value("api").run()
    assert ENGLISH.text("error.api-no-token.title") in words(app)
    assert app.button(key="history_start").disabled


def test_a_ban_is_said_and_a_person_may_lift_it(
    history: Opens, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COURBE_API_TOKEN", token_for(writers.PRM))
    budget = budget_of(store, load_settings())
    budget.ban()
    app = history()
    app.segmented_control(key="history_source").set_value("api").run()
    assert ENGLISH.text("error.api-banned.title") in words(app)
    assert app.button(key="history_start").disabled
    app.button(key="history_lift_ban").click().run()
    assert not app.exception
    assert ENGLISH.text("error.api-banned.title") not in words(app)
    assert budget.allowance().banned_at is None
    assert not app.button(key="history_start").disabled


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch) -> Iterator[ConsoServer]:
    """A week of a meter in the API, with its token in the settings."""
    with ConsoServer(household(today() - timedelta(days=7), today())) as server:
        monkeypatch.setenv("COURBE_API_URL", server.url)
        monkeypatch.setenv("COURBE_API_TOKEN", server.token())
        yield server


def test_an_import_that_a_ban_ended_is_called_stopped_and_says_so_once(
    history: Opens, api: ConsoServer
) -> None:
    api.faults.append("banned")
    app = finished(history().button(key="history_start").click().run())
    said = words(app)
    assert ENGLISH.text("history.job.stopped") in said
    assert ENGLISH.text("history.job.done") not in said
    assert said.count(ENGLISH.text("error.api-banned.title")) == 1
    assert app.button(key="history_lift_ban")


def test_days_asked_again_in_vain_are_said_to_have_brought_nothing(
    history: Opens, api: ConsoServer, store: Store
) -> None:
    week = Days(today() - timedelta(days=7), today())
    curve = api.households[Meter(PRM)].curve
    store.merge(Delivery(Meter(PRM), Origin.API_V2, curve.select(slice(0, -96)), asked=week))
    store.project(Meter(PRM))
    app = history()
    app.date_input[0].set_value((week.end - timedelta(days=2), week.end - timedelta(days=1))).run()
    api.faults.append("no-data")
    said = words(finished(app.button(key="history_again").click().run()))
    assert len(api.seen) == 1
    assert ENGLISH.text("history.job.done") in said
    assert ENGLISH.text("history.report.nothing") in said


def test_a_plan_for_several_days_says_so_before_and_while_it_waits(
    history: Opens, api: ConsoServer, monkeypatch: pytest.MonkeyPatch, store: Store
) -> None:
    monkeypatch.setenv("COURBE_API_DAILY_CALLS", "2")
    app = history()
    calls = ApiSource(store, load_settings(), Meter(PRM)).preview().calls
    assert ENGLISH.text("history.api.days", days=str(-(-calls // 2)), limit="2") in words(app)
    app.button(key="history_start").click().run()
    (job,) = [one for one in threading.enumerate() if one.name == "job"]
    while ENGLISH.text("history.job.paused") not in words(app.run()):
        assert job.is_alive()
    said = words(app)
    assert ENGLISH.text("history.api.days", days=str(-(-(calls - 2) // 2)), limit="2") in said
    assert "Goes on by itself on" in said
    assert " left" not in said.replace("calls left", "")
    app.button(key="history_cancel_api").click().run()
    assert "No call can be sent before" in words(finished(app))


def test_an_import_that_pauses_for_a_day_keeps_nobody_from_importing_a_file(
    history: Opens, api: ConsoServer, monkeypatch: pytest.MonkeyPatch, store: Store
) -> None:
    monkeypatch.setenv("COURBE_API_DAILY_CALLS", "1")
    app = history()
    app.button(key="history_start").click().run()
    (job,) = [one for one in threading.enumerate() if one.name == "job"]
    while ENGLISH.text("history.job.paused") not in words(app.run()):
        assert job.is_alive()
    assert app.button(key="history_start").disabled
    upload(app, ("a.csv", writers.enedis_csv(CURVE)))
    app.button(key="history_start").click().run()
    while ENGLISH.text("history.job.done") not in words(app.run()):
        assert not app.exception
    assert job.is_alive()
    assert ENGLISH.text("history.job.paused") in words(app)
    curve = store.read(Meter(writers.PRM))
    assert CURVE.span
    assert curve.within(CURVE.span) == CURVE
    week = api.households[Meter(PRM)].curve
    assert week.span
    fetched = curve.within(week.span)
    assert fetched.span
    assert fetched == week.within(fetched.span)
    assert len(fetched) + len(CURVE) == len(curve)
    # before 8 in the morning yesterday is not published
    assert (fetched.span.start, len(week) - len(fetched) <= 50) == (week.span.start, True)
    app.button(key="history_cancel_api").click().run()
    assert ENGLISH.text("history.job.cancelled") in words(finished(app))


def test_both_flows_are_told_apart(history: Opens, store: Store) -> None:
    solar = writers.json_v2(CURVE).replace(b'"CONS"', b'"PROD"')
    app = upload(history(), ("both.json", b"[" + writers.json_v2(CURVE) + b"," + solar + b"]"))
    finished(app.button(key="history_start").click().run())
    said = words(app)
    for flow in ("consumption", "production"):
        assert f"{Meter(writers.PRM).masked} · {ENGLISH.text(f'common.flow.{flow}')}" in said
    energy = ENGLISH.kwh(CURVE.watt_minutes)
    assert said.count(energy) == 2
    assert ENGLISH.kwh(2 * CURVE.watt_minutes) not in said


def test_an_import_leaves_an_empty_field_for_files(history: Opens) -> None:
    app = upload(history(), ("a.csv", writers.enedis_csv(CURVE)))
    finished(app.button(key="history_start").click().run())
    assert ENGLISH.text("history.job.done") in words(app)
    assert app.file_uploader[0].value == []
    assert app.button(key="history_start").disabled


def test_a_row_without_a_value_is_a_gap_and_not_refused(history: Opens) -> None:
    rows = writers.enedis_csv(CURVE).split(b"\n")
    rows[20] = rows[20].split(b";")[0] + b";"
    app = upload(history(), ("a.csv", b"\n".join(rows)))
    finished(app.button(key="history_start").click().run())
    assert report(app)["Refused"] == "0"
    assert ENGLISH.text("history.empty.one", count="1") in words(app)


def test_a_running_import_is_found_again_and_can_be_cancelled(
    history: Opens, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    held, begun = threading.Event(), threading.Event()
    merge = Store.merge

    def slow(self: Store, delivery: Delivery) -> object:
        begun.set()
        held.wait(120)
        return merge(self, delivery)

    monkeypatch.setattr(Store, "merge", slow)
    history().button(key="history_start").click().run()
    assert begun.wait(120)
    other = history()
    assert ENGLISH.text("history.job.running") in words(other)
    assert other.button(key="history_start").disabled
    chosen = upload(history(source="files"), ("a.csv", writers.enedis_csv(CURVE)))  # they can be looked at
    assert "192 readings" in words(chosen)
    assert chosen.button(key="history_start").disabled
    other.button(key="history_cancel_others").click().run()
    held.set()
    finished(other)
    assert ENGLISH.text("history.job.cancelled") in words(other)
    assert 0 < store.meters()[0].readings < 20_000
    monkeypatch.undo()


def test_the_report_can_be_closed(history: Opens) -> None:
    app = finished(history().button(key="history_start").click().run())
    app.button(key="history_close_others").click().run()
    assert ENGLISH.text("history.job.done") not in words(app)


def test_days_of_the_chosen_meter(history: Opens, store: Store) -> None:
    store.merge(Delivery(Meter(writers.PRM), Origin.ENEDIS_CSV, CURVE.select(slice(0, 100))))
    store.project(Meter(writers.PRM))
    app = history()
    assert ENGLISH.counted("history.counted.complete", 2) in words(app)
    assert ENGLISH.counted("history.counted.partial", 1) in words(app)
    app.date_input[0].set_value((date(2024, 5, 1), date(2024, 5, 2))).run()
    table = app.dataframe[0].value
    assert len(table) == 2
    assert table[ENGLISH.text("history.column.origin")].tolist() == ["Enedis CSV"] * 2
    assert ENGLISH.text("history.calendar.no_api") in words(app)


def test_days_that_differ_from_the_daily_total_are_listed(history: Opens, store: Store) -> None:
    meter, flat = Meter(writers.PRM), regular(date(2024, 5, 1), days=3, watts=1001)
    watts = flat.watts.copy()
    watts[::48] += 1  # 24,024.5 Wh a day; totals are whole Wh
    told = {date(2024, 5, 1): 24_025, date(2024, 5, 2): 24_024, date(2024, 5, 3): 23_000}
    curve = Curve.of(flat.start, flat.minutes, watts)
    store.merge(Delivery(meter, Origin.API_V2, curve, totals=told))
    store.project(meter)
    app = history()
    assert ENGLISH.text("history.calendar.totals", same="2", of="3") in words(app)
    (label,) = [one.label for one in app.expander]
    assert label == ENGLISH.text("history.differs.one", count="1")
    (row,) = app.expander[0].dataframe[0].value.to_dict("records")
    assert row[ENGLISH.text("history.column.difference")] == "−1\u202f024.5 Wh"
    app.date_input[0].set_value((date(2024, 5, 1), date(2024, 5, 3))).run()
    assert (
        app.dataframe[0].value[ENGLISH.text("history.column.difference")].tolist()[-1] == "−1\u202f024.5 Wh"
    )


def test_a_single_state_of_days_has_its_legend_too(history: Opens, store: Store) -> None:
    store.merge(Delivery(Meter(writers.PRM), Origin.ENEDIS_CSV, CURVE))
    store.project(Meter(writers.PRM))
    (chart,) = history().get("plotly_chart")
    figure = json.loads(chart.proto.spec)
    assert [trace["name"] for trace in figure["data"]] == [ENGLISH.text("history.state.complete")]
    assert figure["layout"]["showlegend"]


def test_corrected_readings_are_listed(history: Opens, store: Store) -> None:
    meter = Meter(writers.PRM)
    other = regular(date(2024, 5, 1), days=4, seed=2)
    for curve in (CURVE, other):
        store.merge(Delivery(meter, Origin.ENEDIS_CSV, curve))
    store.project(meter)
    app = history()
    changes = app.expander[-1]
    assert changes.label == ENGLISH.text("history.changes", count="192")
    assert len(changes.dataframe[0].value) == 100
    assert ENGLISH.text("history.more", count="92") in words(app)


def test_erasing_a_meter_leaves_the_others(history: Opens, store: Store) -> None:
    for prm in (writers.PRM, "99999999999992"):
        store.merge(Delivery(Meter(prm), Origin.ENEDIS_CSV, CURVE))
        store.project(Meter(prm))
    app = history()
    app.selectbox[0].set_value(Meter("99999999999992")).run()
    app.button(key="history_erase").click().run()
    assert [one.meter.prm for one in store.meters()] == [writers.PRM]
    assert store.ordinary.count_documents({}) == len(CURVE)


def test_in_french(history: Opens) -> None:
    app = history(lang="fr")
    assert app.title[0].value == Words(Language.FRENCH).text("history.title")
