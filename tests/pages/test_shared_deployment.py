"""A hosted demonstration: a workspace for each visitor, and nothing that could harm the others."""

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
    """Opens pages of a shared deployment, each time as another visitor."""
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
    assert link_of(app) != "0" * 32


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
    assert shared.jobs.find(goes)
    assert shared.workspaces.sweep() == 1
    assert shared.jobs.find(goes) is None
    assert shared.jobs.find(link_of(stays))
    assert list(shared.steps) == [link_of(stays)]


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
