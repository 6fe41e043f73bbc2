"""A shared deployment: a workspace for each visitor, and no access to others."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from pymongo import MongoClient
from pymongo.database import Database
from streamlit.testing.v1 import AppTest

from core.storage import workspace
from core.texts import ENGLISH
from pages.shared import house
from tests.pages.conftest import Opens, found


@pytest.fixture
def opens(
    open_page: Opens,
    mongo: MongoClient[dict[str, Any]],
    database: Database[dict[str, Any]],
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Opens]:
    """Opens pages of a shared deployment, each time as a new visitor."""
    monkeypatch.setenv("COURBE_DEPLOYMENT", "shared")
    monkeypatch.setenv("COURBE_API_TOKEN", "the.deployments.own")
    yield open_page
    for name in mongo.list_database_names():
        if name.startswith(database.name[:5]):
            mongo.drop_database(name)


def link_of(app: AppTest) -> str:
    value = app.query_params["w"]
    return str(value[0] if isinstance(value, list) else value)


def tries_demo(opens: Opens) -> AppTest:
    app = opens("welcome", lang="en").run()
    assert "w" not in app.query_params, "looking around leaves nothing behind"
    app.button(key="try_demo").click().run()
    assert not app.exception
    return app


def is_empty(app: AppTest) -> bool:
    assert not app.exception
    return ENGLISH.text("common.empty.title") in [header.value for header in app.header]


def test_one_visitor_sees_nothing_of_another(opens: Opens) -> None:
    one = tries_demo(opens)
    assert is_empty(opens("consumption", lang="en").run())
    other = tries_demo(opens)
    assert link_of(one) != link_of(other)


def test_the_link_brings_the_readings_back(opens: Opens) -> None:
    one = tries_demo(opens)
    assert not is_empty(opens("consumption", lang="en", w=link_of(one)).run())


def test_a_link_that_leads_nowhere_is_said(opens: Opens) -> None:
    app = opens("consumption", lang="en", w="0" * 32).run()
    assert is_empty(app)
    assert app.info[0].value == ENGLISH.text("common.workspace.lost")
    assert "w" not in app.query_params, "nothing is made for an address that somebody made up"


def test_everything_can_be_erased_at_once(opens: Opens) -> None:
    one, other = tries_demo(opens), tries_demo(opens)
    link = link_of(one)
    one.button(key="erase_workspace").click().run()
    assert "w" not in one.query_params
    assert is_empty(opens("consumption", lang="en", w=link).run())
    assert not is_empty(opens("consumption", lang="en", w=link_of(other)).run())


def test_what_has_expired_leaves_nothing_in_memory(opens: Opens, monkeypatch: pytest.MonkeyPatch) -> None:
    goes, stays = link_of(tries_demo(opens)), tries_demo(opens)
    now = workspace._now()
    monkeypatch.setattr(workspace, "_now", lambda: now + timedelta(hours=23))
    stays.run()
    monkeypatch.setattr(workspace, "_now", lambda: now + timedelta(hours=25))
    shared = house.house()
    gone, kept = (shared.workspaces._key_of(link) for link in (goes, link_of(stays)))
    assert shared.jobs.find(gone)
    assert shared.workspaces.sweep() == 1
    assert shared.jobs.find(gone) is None
    assert shared.jobs.find(kept)
    assert list(shared.steps) == [kept]


def test_it_offers_neither_the_api_nor_a_database(opens: Opens) -> None:
    app = opens("connect", lang="en").run()
    assert not app.exception
    assert not app.text_input
    assert not app.radio
    assert app.info[0].value == ENGLISH.text("connect.api_shared")


def test_without_mongodb_a_visitor_is_not_sent_to_what_is_not_theirs(
    opens: Opens, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COURBE_MONGODB_URI", "mongodb://127.0.0.1:9/?serverSelectionTimeoutMS=1")
    for app in (
        opens("welcome", lang="en").run().button(key="try_demo").click().run(),
        opens("consumption", lang="en", w="0" * 32).run(),
    ):
        assert not app.exception
        (error,) = app.error
        assert ENGLISH.text("error.demonstration-down.title") in error.value
        assert "URI" not in error.value
        assert ENGLISH.text("common.to_connect") not in [link.label for link in found(app, "page_link")]


def test_whoever_comes_by_an_address_is_told_before_importing_and_may_begin_anew(opens: Opens) -> None:
    one = tries_demo(opens)
    own = one.switch_page("pages/history.py").run()
    assert not own.exception
    assert ENGLISH.text("common.workspace.shown") in [info.value for info in own.info]
    led = opens("history", lang="en", w=link_of(one)).run()
    assert ENGLISH.text("common.workspace.led") in [warning.value for warning in led.warning]
    led.button(key="begin_anew").click().run()
    assert not led.exception
    assert "w" not in led.query_params
    assert not led.warning
    assert is_empty(led.switch_page("pages/consumption.py").run())


def test_a_deployment_that_is_full_says_so(opens: Opens, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COURBE_VISITORS", "1")
    monkeypatch.setenv("COURBE_WORKSPACES", "1")
    first = tries_demo(opens)
    second = opens("welcome", lang="en").run()
    assert not second.exception
    assert ENGLISH.text("error.demonstration-full.title") in second.error[0].value
    assert not second.button
    assert not first.run().error
