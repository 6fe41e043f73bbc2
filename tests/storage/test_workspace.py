"""Personal and shared workspaces: who can open which, until when, and that nothing leaks."""

from __future__ import annotations

import os
import secrets
import signal
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydantic import SecretStr
from pymongo import MongoClient

from core.errors import StorageError
from core.model import Curve, Delivery, Meter, Origin
from core.settings import Deployment, Settings
from core.storage import workspace
from core.storage.store import Store
from core.storage.workspace import Place, Workspaces
from core.texts import Language, Words

METER = Meter("12345678901234")
Client = MongoClient[dict[str, Any]]


@pytest.fixture
def made(
    mongo: Client, mongo_uri: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., Workspaces]]:
    """Creates deployments on databases that are dropped afterwards."""
    name = f"test_{secrets.token_hex(4)}"
    all_of_them: list[Workspaces] = []

    def make(deployment: Deployment, let_go: Callable[[str], None] | None = None, **more: Any) -> Workspaces:
        options: dict[str, Any] = {"mongodb_uri": SecretStr(mongo_uri), "data_dir": tmp_path} | more
        settings = Settings(deployment=deployment, _env_file=None, **({"database": name} | options))
        all_of_them.append(Workspaces(settings, let_go))
        return all_of_them[-1]

    yield make
    for one in all_of_them:
        one.close()
    for database in mongo.list_database_names():
        if database.startswith(name[:5]):
            mongo.drop_database(database)


@pytest.fixture
def shared(made: Callable[..., Workspaces]) -> Workspaces:
    return made(Deployment.SHARED)


def fill(store: Store) -> None:
    curve = Curve.of(np.arange(48) * 1_800_000, np.full(48, 30), np.arange(48))
    store.merge(Delivery(METER, Origin.ENEDIS_CSV, curve))
    store.project(METER)


def test_the_household_finds_its_readings_from_anywhere(made: Callable[..., Workspaces]) -> None:
    house = made(Deployment.PERSONAL)
    fill(house.open().store)
    again = made(Deployment.PERSONAL).find("anything")
    assert again
    assert [summary.meter for summary in again.store.meters()] == [METER]
    assert (again.link, again.expires, again.place) == (None, None, Place.CONFIGURED)
    assert again.key == house.open().key


def test_visitors_of_a_shared_deployment_do_not_see_each_other(shared: Workspaces) -> None:
    one, other = shared.open(), shared.open()
    fill(one.store)
    assert other.store.meters() == []
    assert one.link != other.link
    assert one.key != other.key
    assert one.store.database.name != other.store.database.name


def test_a_link_leads_back_also_after_a_restart(shared: Workspaces, made: Callable[..., Workspaces]) -> None:
    first = shared.open()
    fill(first.store)
    assert first.link
    again = made(Deployment.SHARED).find(first.link)
    assert again
    assert (again.link, again.key) == (first.link, first.key)
    assert len(again.store.meters()) == 1


@pytest.mark.parametrize("link", ["", "personal", "0" * 32, "../admin", "$where", "é" * 32])
def test_a_guessed_link_leads_nowhere_and_makes_nothing(shared: Workspaces, mongo: Client, link: str) -> None:
    before = mongo.list_database_names()
    assert shared.find(link) is None
    assert mongo.list_database_names() == before


def test_mongodb_is_never_told_a_link(shared: Workspaces, mongo: Client) -> None:
    opened = shared.open()
    assert opened.link
    rows = list(mongo[shared._settings.database]["workspaces"].find({}))
    assert opened.link not in f"{rows}{mongo.list_database_names()}{opened.key}"
    assert shared.find(opened.key) is None, "the name of its database opens nothing"


def test_there_are_no_more_workspaces_than_the_deployment_allows(
    made: Callable[..., Workspaces], monkeypatch: pytest.MonkeyPatch
) -> None:
    full = made(Deployment.SHARED, workspaces=2)
    one, _ = full.open(), full.open()
    with pytest.raises(StorageError) as raised:
        full.open()
    assert raised.value.code == "demonstration-full"
    assert one.link
    assert full.find(one.link), "who is in comes in again"
    full.erase(one)
    assert full.open().store.meters() == []


def test_what_a_late_writer_left_of_an_erased_workspace_is_swept_and_nobody_elses(
    made: Callable[..., Workspaces], shared: Workspaces, mongo: Client
) -> None:
    mine, erased = shared.open(), shared.open()
    neighbour = made(Deployment.SHARED, database=f"{shared._settings.database}_2").open()
    shared.erase(erased)
    erased.store.database["readings"].insert_one({})
    theirs = f"{erased.store.database.name[:-4]}beef"
    mongo[theirs]["readings"].insert_one({})
    assert shared.sweep() == 1
    left = mongo.list_database_names()
    assert erased.store.database.name not in left
    assert {mine.store.database.name, neighbour.store.database.name, theirs} <= set(left)


def test_names_cannot_be_guessed_and_fit(made: Callable[..., Workspaces]) -> None:
    opened = made(Deployment.SHARED, database="test_" + "x" * 33).open()
    assert opened.link
    assert len(opened.link) == 32
    assert len(opened.store.database.name.encode()) <= 38, "Atlas takes no more on its small plans"


def test_a_workspace_expires_and_is_swept(
    shared: Workspaces, mongo: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    stays, goes = shared.open(), shared.open()
    fill(goes.store)
    now = workspace._now()
    monkeypatch.setattr(workspace, "_now", lambda: now + timedelta(hours=23))
    assert shared.find(stays.link or ""), "a visit puts it off"
    monkeypatch.setattr(workspace, "_now", lambda: now + timedelta(hours=25))
    assert shared.sweep() == 1
    assert goes.store.database.name not in mongo.list_database_names()
    assert shared.find(goes.link or "") is None
    assert shared.find(stays.link or "")


def test_an_expired_link_is_dead_even_before_the_sweep(
    shared: Workspaces, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = shared.open()
    now = workspace._now()
    monkeypatch.setattr(workspace, "_now", lambda: now + timedelta(hours=25))
    assert shared.find(opened.link or "") is None


def test_erasing_takes_everything_at_once(shared: Workspaces, mongo: Client) -> None:
    mine, others = shared.open(), shared.open()
    fill(mine.store)
    fill(others.store)
    shared.erase(mine)
    assert mine.store.database.name not in mongo.list_database_names()
    assert shared.find(mine.link or "") is None
    assert len(others.store.meters()) == 1


def test_erasing_empties_a_household(made: Callable[..., Workspaces]) -> None:
    house = made(Deployment.PERSONAL)
    fill(house.open().store)
    house.erase(house.open())
    assert house.open().store.meters() == []


@pytest.mark.parametrize("deployment", Deployment)
def test_who_holds_a_workspace_lets_go_before_it_is_erased(
    made: Callable[..., Workspaces], deployment: Deployment
) -> None:
    meters_when_told: dict[str, int] = {}

    def let_go(key: str) -> None:
        meters_when_told[key] = len(mine.store.meters())

    house = made(deployment, let_go)
    mine = house.open()
    fill(mine.store)
    house.erase(mine)
    assert meters_when_told == {mine.key: 1}


def test_a_database_of_ones_own_is_for_the_session_alone(
    made: Callable[..., Workspaces], mongo_uri: str
) -> None:
    house = made(Deployment.PERSONAL)
    one, other = house.open_own(SecretStr(mongo_uri)), house.open_own(SecretStr(mongo_uri))
    assert one.place is Place.OWN
    assert len({one.key, other.key, house.open().key}) == 3


def test_a_shared_deployment_connects_nowhere_a_stranger_says(shared: Workspaces, mongo_uri: str) -> None:
    for attempt in (shared.open_own, shared.check):
        with pytest.raises(StorageError) as raised:
            attempt(SecretStr(mongo_uri))
        assert raised.value.code == "database-own-uri"


def test_the_check_looks_at_the_deployments_mongodb(made: Callable[..., Workspaces]) -> None:
    assert all(check.passed for check in made(Deployment.PERSONAL).check())


def test_the_embedded_server_is_started_when_first_needed_and_found_again(
    made: Callable[..., Workspaces], tmp_path: Path
) -> None:
    house = made(Deployment.PERSONAL, mongodb_uri=None)
    assert not list(tmp_path.iterdir()), "nothing is started before it is needed"
    fill(house.open().store)
    assert house.open().place is Place.EMBEDDED
    house.close()
    assert len(house.open().store.meters()) == 1


def test_a_visitor_does_not_notice_that_mongod_was_killed(made: Callable[..., Workspaces]) -> None:
    house = made(Deployment.SHARED, mongodb_uri=None)
    mine = house.open()
    fill(mine.store)
    running = house._server
    assert running
    acts: list[Callable[[], object]] = [
        lambda: house.find(mine.link or ""),
        house.open,
        lambda: house.erase(mine),
    ]
    for act in acts:
        assert running.pid
        os.kill(running.pid, signal.SIGKILL)
        act()
    assert house.find(mine.link or "") is None


def test_a_mongodb_that_cannot_start_is_tried_again(made: Callable[..., Workspaces], tmp_path: Path) -> None:
    in_the_way = tmp_path / "data"
    in_the_way.write_text("not a folder")
    house = made(Deployment.PERSONAL, mongodb_uri=None, data_dir=in_the_way)
    with pytest.raises(StorageError) as raised:
        house.open()
    assert raised.value.code == "server-folder"
    in_the_way.unlink()
    assert house.open().store.meters() == []


def test_a_visitor_is_told_nothing_of_this_machine_and_its_operator_all(
    made: Callable[..., Workspaces], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    house = made(Deployment.SHARED, mongodb_uri=None, mongod=tmp_path / "nothing")
    with pytest.raises(StorageError) as raised:
        house.open()
    assert raised.value.code == "demonstration-down"
    for language in Language:
        told = (
            raised.value.title(Words(language))
            + raised.value.happened(Words(language))
            + raised.value.cure(Words(language))
        )
        assert str(tmp_path) not in told
    assert str(tmp_path / "nothing") in caplog.text
