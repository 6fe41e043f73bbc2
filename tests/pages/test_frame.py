"""The frame of the pages: the chosen meter survives a reload, and workspaces are described correctly."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from core.lab.prepared.kept import Kind, example, save
from core.model import Delivery, Meter, Origin
from core.storage.store import Store
from core.texts import ENGLISH
from tests.curves import regular

METERS = [Meter("99999999999991"), Meter("99999999999992")]


@pytest.fixture
def two_meters(store: Store) -> list[Meter]:
    for number, meter in enumerate(METERS):
        store.merge(Delivery(meter, Origin.ENEDIS_CSV, regular(days=3, seed=number)))
        store.project(meter)
    return METERS


def test_the_chosen_meter_survives_a_reload(
    open_page: Callable[..., AppTest], two_meters: list[Meter]
) -> None:
    app = open_page("consumption", lang="en").run()
    chooser = app.selectbox(key="meter")
    assert chooser.value == two_meters[0]
    chooser.set_value(two_meters[1]).run()
    assert not app.exception
    place = app.query_params["meter"]
    assert place in ("1", ["1"])
    again = open_page("consumption", lang="en", meter="1").run()
    assert again.selectbox(key="meter").value == two_meters[1]


@pytest.mark.parametrize("place", ["7", "-1", "x", ""])
def test_a_place_that_does_not_exist_is_the_first(
    open_page: Callable[..., AppTest], two_meters: list[Meter], place: str
) -> None:
    app = open_page("consumption", lang="en", meter=place).run()
    assert not app.exception
    assert app.selectbox(key="meter").value == two_meters[0]


def test_a_household_of_its_own_loses_no_workspace(open_page: Callable[..., AppTest]) -> None:
    app = open_page("history", lang="en", w="nonsense").run()
    assert not app.exception
    assert ENGLISH.text("common.workspace.lost") not in [info.value for info in app.info]


def done(app: AppTest) -> set[str]:
    """The steps of the navigation with a tick."""
    links = [one.proto for one in app.sidebar if one.type == "page_link"]
    return {one.label for one in links if one.icon == ":material/check_circle:"}


def test_a_page_of_measurements_is_done_once_something_was_measured(
    open_page: Callable[..., AppTest], two_meters: list[Meter], store: Store
) -> None:
    def ticked(name: str) -> bool:
        return ENGLISH.text(f"common.nav.{name}") in done(open_page("history", lang="en").run())

    open_page("laboratory", lang="en").run()  # an example is shown there
    assert not ticked("laboratory")
    save(store, Kind.LAYOUTS, example()[Kind.LAYOUTS].result)
    open_page("laboratory", lang="en").run()
    assert ticked("laboratory")
    open_page("footprint", lang="en").run()  # measures by itself
    assert ticked("footprint")
    assert not ticked("speed")


def test_a_step_that_was_seen_stays_so_in_the_next_session(
    open_page: Callable[..., AppTest], two_meters: list[Meter]
) -> None:
    first = open_page("consumption", lang="en").run()
    assert done(first) == {ENGLISH.text("common.nav.connect"), ENGLISH.text("common.nav.history")}
    second = open_page("history", lang="en").run()
    assert done(second) == {ENGLISH.text("common.nav.connect"), ENGLISH.text("common.nav.consumption")}


@pytest.mark.parametrize(
    ("name", "onward"),
    [
        ("consumption", "common.to_footprint"),
        ("cost", "common.to_footprint"),
        ("footprint", "footprint.to_laboratory"),
        ("laboratory", "laboratory.to_speed"),
        ("speed", "speed.to_fleet"),
    ],
)
def test_a_page_ends_with_the_way_on(
    open_page: Callable[..., AppTest], two_meters: list[Meter], name: str, onward: str
) -> None:
    """The navigation is collapsed on a phone."""
    app = open_page(name, lang="en").run()
    assert not app.exception
    assert [link.proto.label for link in app.main.get("page_link")][-1] == ENGLISH.text(onward)


def test_a_file_of_settings_in_another_encoding_is_said(
    open_page: Callable[..., AppTest], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".env").write_bytes("COURBE_CONTACT=é".encode("latin-1"))
    app = open_page("welcome", lang="en").run()
    assert not app.exception
    assert ENGLISH.text("error.cli-env-file.title") in app.error[0].value


@pytest.mark.skipif(not Path("/proc/self/mem").exists(), reason="no file that even root cannot read")
def test_a_file_of_settings_that_may_not_be_read_is_said(
    open_page: Callable[..., AppTest], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".env").symlink_to("/proc/self/mem")
    app = open_page("welcome", lang="en").run()
    assert not app.exception
    assert ENGLISH.text("error.cli-env-file.title") in app.error[0].value
