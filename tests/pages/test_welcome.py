"""The welcome page: its texts, the demo with one click, and its behaviour without storage."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from threading import Event

import pytest
from pymongo.database import Database
from streamlit.testing.v1 import AppTest

from core.jobs import Job, State
from core.model import DEMO_PRM
from core.storage.store import Store
from core.texts import ENGLISH, THIN, Language, Words
from pages.shared import house

Opens = Callable[..., AppTest]


def test_it_makes_its_promise_by_an_example_and_says_what_all_meters_mean(open_page: Opens) -> None:
    app = open_page("welcome", lang="en").run()
    assert not app.exception
    assert any("Example" in one.value for one in app.caption)
    assert any(f"17{THIN}520" in one.value and "648 billion" in one.value for one in app.markdown)


@pytest.mark.parametrize("language", Language)
def test_one_click_imports_the_demo_household_and_goes_to_the_charts(
    open_page: Opens, database: Database[dict[str, object]], language: Language
) -> None:
    app = open_page("welcome", lang=language.value).run()
    app.button(key="try_demo").click().run()
    assert not app.exception
    assert app.title[0].value == Words(language).text("consumption.title")
    (summary,) = Store(database).meters()
    assert summary.meter.prm == DEMO_PRM
    assert summary.readings > 34_000


def test_the_demo_again_changes_nothing(open_page: Opens, database: Database[dict[str, object]]) -> None:
    for _ in range(2):
        open_page("welcome").run().button(key="try_demo").click().run()
    (summary,) = Store(database).meters()
    assert Store(database).ordinary.count_documents({}) == summary.readings


def test_ones_own_data_begin_at_connect(open_page: Opens) -> None:
    app = open_page("welcome", lang="en").run().button(key="own_data").click().run()
    assert app.title[0].value == ENGLISH.text("connect.title")


def test_the_language_is_in_the_address_and_can_be_changed(open_page: Opens) -> None:
    app = open_page("welcome", lang="fr").run()
    assert app.title[0].value == Words(Language.FRENCH).text("welcome.title")
    app.segmented_control(key="language").set_value(Language.ENGLISH).run()
    assert app.title[0].value == ENGLISH.text("welcome.title")
    assert app.query_params["lang"] in ("en", ["en"])


def test_an_unknown_language_is_no_error(open_page: Opens) -> None:
    assert not open_page("welcome", lang="xx").run().exception


def test_it_opens_where_no_mongodb_starts_and_says_what_to_do(
    open_page: Opens, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("COURBE_MONGODB_URI")
    monkeypatch.setenv("COURBE_MONGOD", str(tmp_path / "nowhere"))
    app = open_page("welcome", lang="en").run()
    assert not app.exception
    assert any("Example" in one.value for one in app.caption)
    assert "COURBE" in app.error[0].value
    assert "URI" in app.error[0].value
    assert ENGLISH.text("common.to_connect") in [link.proto.label for link in app.main.get("page_link")]
    assert app.button(key="try_demo").disabled


def test_a_setting_that_cannot_be_used_is_named_without_its_value(
    open_page: Opens, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COURBE_DEPLOYMENT", "hunter2")
    app = open_page("welcome", lang="en").run()
    assert not app.exception
    assert "DEPLOYMENT" in app.error[0].value
    assert "hunter2" not in app.error[0].value


@pytest.mark.parametrize("name", ["consumption", "footprint"])
def test_a_page_without_readings_leads_to_the_step_before(open_page: Opens, name: str) -> None:
    app = open_page(name, lang="en").run()
    assert not app.exception
    assert ENGLISH.text("common.empty.title") in [header.value for header in app.header]


def test_a_household_that_comes_back_is_led_to_its_consumption(household_page: Opens) -> None:
    app = household_page("welcome")
    assert [button.proto.type for button in app.main.button if button.key == "try_demo"] == ["secondary"]
    app.button(key="see_consumption").click().run()
    assert app.title[0].value == ENGLISH.text("consumption.title")


def test_the_demo_beside_ones_own_meter_is_the_one_shown(household_page: Opens) -> None:
    app = household_page("welcome").button(key="try_demo").click().run()
    shown = app.selectbox(key="meter").value
    assert shown is not None
    assert shown.prm == DEMO_PRM


def test_the_demo_waits_for_an_import_that_runs_and_is_then_imported(open_page: Opens, store: Store) -> None:
    app = open_page("welcome", lang="en").run()
    shared, looked_at = house.house(), Event()

    class Watched(Job[object]):
        """A job that ends once somebody waits for it."""

        def wait(self, seconds: float | None = None) -> bool:
            looked_at.set()
            return super().wait(seconds)

    other = shared.jobs._jobs[shared.workspaces.open().key] = Watched("other", lambda _: looked_at.wait())
    other.begin()
    app.button(key="try_demo").click().run()
    assert not app.exception
    assert other.state is State.DONE
    assert [summary.meter.prm for summary in store.meters()] == [DEMO_PRM]
