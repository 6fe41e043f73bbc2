"""Connect: checks with their cure, meter and token, an own database, erasing."""

from __future__ import annotations

import base64
import json
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import pytest
from pymongo import MongoClient
from pymongo.database import Database
from streamlit.testing.v1 import AppTest

from core.storage.store import Store
from core.texts import ENGLISH, Language, Words
from tests.pages.conftest import Opens, found

PRMS = ["12345678901234", "22222222225678"]


def token(prms: list[str], days: float) -> str:
    claims = {"sub": prms, "exp": int(time.time() + days * 86_400)}
    parts = (
        base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=")
        for part in ({"alg": "HS256"}, claims)
    )
    return b".".join([*parts, b"c2lnbmF0dXJl"]).decode()


def connect(open_page: Opens) -> AppTest:
    app = open_page("connect", lang="en").run()
    assert not app.exception
    return app


def keep(app: AppTest, typed: str) -> None:
    """Type a token and go to the next page, then come back."""
    app.text_input(key="token").input(typed)
    app.button(key="to_history").click().run()
    app.switch_page("pages/connect.py").run()


def words(app: AppTest) -> str:
    return "\n".join(
        element.value
        for kind in ("markdown", "caption", "error", "success", "warning")
        for element in found(app, kind)
    )


def test_the_check_says_what_it_found_line_by_line(open_page: Opens) -> None:
    app = connect(open_page)
    app.button(key="check_connections").click().run()
    for code in ("login", "version", "rights", "time-series", "statistics", "checkpoint"):
        assert ENGLISH.text(f"check.mongodb-{code}").split(" (")[0] in words(app)
    assert "6.0" in words(app)


def test_a_database_of_ones_own_serves_this_session_alone(
    open_page: Opens, mongo_uri: str, mongo: MongoClient[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    app = connect(open_page)
    app.radio(key="storage").set_value("own").run()
    app.text_input(key="uri").input(mongo_uri)
    app.button(key="check_connections").click().run()
    assert not app.exception
    assert ENGLISH.text("connect.uri_taken") in words(app)
    other = connect(open_page)
    assert other.radio(key="storage").value == "deployment"
    assert mongo_uri not in str(app.query_params)


def test_a_uri_that_fails_is_not_used_and_not_repeated(open_page: Opens) -> None:
    app = connect(open_page)
    app.radio(key="storage").set_value("own").run()
    app.text_input(key="uri").input("mongodb://someone:hunter2@127.0.0.1:1/?serverSelectionTimeoutMS=300")
    app.button(key="check_connections").click().run()
    assert ENGLISH.text("check.mongodb-open.failed") in words(app)
    assert ENGLISH.text("check.mongodb-open.cure") in words(app)
    assert ENGLISH.text("connect.uri_taken") not in words(app)
    assert "hunter2" not in words(app)


@pytest.mark.parametrize("typed", ["", "hunter2"])
def test_what_is_no_uri_is_said(open_page: Opens, typed: str) -> None:
    app = connect(open_page)
    app.radio(key="storage").set_value("own").run()
    app.text_input(key="uri").input(typed)
    app.button(key="check_connections").click().run()
    assert ENGLISH.text("error.database-uri.title") in app.error[0].value
    assert "hunter2" not in app.error[0].value


def test_a_token_offers_its_meters_by_their_last_digits(open_page: Opens) -> None:
    app = connect(open_page)
    keep(app, token(PRMS, 900))
    chooser = app.selectbox(key="prm_of_token")
    assert chooser.options == ["•••• 1234", "•••• 5678"]
    assert not app.warning
    assert "days more" in words(app)


def test_a_token_that_expires_soon_or_has_expired_is_said(open_page: Opens) -> None:
    app = connect(open_page)
    keep(app, token(PRMS, 10))
    assert "expires on" in app.warning[0].value
    keep(app, token(PRMS, -10))
    assert "expired on" in app.error[0].value


def test_a_token_that_cannot_be_read_is_said_and_not_repeated(open_page: Opens) -> None:
    app = connect(open_page)
    keep(app, "hunter2")
    assert ENGLISH.text("error.api-token-unreadable.title") in app.error[0].value
    assert "hunter2" not in words(app)


@pytest.mark.parametrize(
    ("typed", "code"),
    [("", "api-no-token"), ("hunter2", "api-token-unreadable"), (token(PRMS, -10), "api-token-expired")],
)
def test_the_check_says_of_the_api_why_it_was_not_asked(open_page: Opens, typed: str, code: str) -> None:
    app = connect(open_page)
    app.text_input(key="token").input(typed)
    app.button(key="check_connections").click().run()
    assert not app.exception
    said = words(app).replace("\\", "")
    assert ENGLISH.text(f"error.{code}.happened") in said
    assert said.count(ENGLISH.text("common.not_looked_at")) == 3


@pytest.mark.parametrize("typed", ["12 345 678 901 234", "12345678901234", " 12.345.678.901.234 "])
def test_a_meter_number_is_taken_however_it_is_spaced(open_page: Opens, typed: str) -> None:
    app = connect(open_page)
    app.text_input(key="prm").input(typed)
    app.button(key="check_connections").click().run()
    assert not app.error


def test_a_meter_number_that_is_too_short_is_said(open_page: Opens) -> None:
    app = connect(open_page)
    app.text_input(key="prm").input("12 345")
    app.button(key="check_connections").click().run()
    assert ENGLISH.text("error.api-prm.title") in app.error[0].value


def test_erasing_leaves_nothing(open_page: Opens, database: Database[dict[str, object]]) -> None:
    open_page("welcome").run().button(key="try_demo").click().run()
    app = connect(open_page)
    assert len(Store(database).meters()) == 1
    app.button(key="erase_yes").click().run()
    assert not app.exception
    assert Store(database).meters() == []


def test_it_opens_where_no_mongodb_starts_and_a_uri_helps(
    open_page: Opens, mongo_uri: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("COURBE_MONGODB_URI")
    monkeypatch.setenv("COURBE_MONGOD", str(tmp_path / "nowhere"))
    app = connect(open_page)
    assert ENGLISH.text("error.server-missing.title") in app.error[0].value
    app.radio(key="storage").set_value("own").run()
    app.text_input(key="uri").input(mongo_uri)
    app.button(key="check_connections").click().run()
    app.run()
    assert not app.error


@pytest.mark.skipif(sys.platform == "win32", reason="a home is elsewhere there")
@pytest.mark.parametrize("language", Language)
def test_without_a_home_to_write_in_every_page_says_that_readings_do_not_last(
    open_page: Opens, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, language: Language
) -> None:
    (tmp_path / "home").write_text("")
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    for name in ("COURBE_MONGODB_URI", "COURBE_DATA_DIR", "XDG_DATA_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    app = open_page("connect", lang=language.value).run()
    assert not app.exception
    assert not app.error
    assert Words(language).text("connect.fleeting") in words(app)
    assert f"courbe-{os.getuid()}" in words(app)
    assert Words(language).text("common.fleeting") in app.sidebar.warning[0].value
    app.switch_page("streamlit_app.py").run()
    assert Words(language).text("common.fleeting") in app.sidebar.warning[0].value


def test_where_readings_last_nothing_is_said_of_it(open_page: Opens) -> None:
    app = connect(open_page)
    assert not app.sidebar.warning
    assert ENGLISH.text("connect.fleeting") not in words(app)


@pytest.mark.skipif(sys.platform != "linux", reason="libraries are lent on Linux only")
@pytest.mark.parametrize("language", Language)
def test_where_no_libcurl_is_to_be_had_the_page_names_the_cure(
    open_page: Opens, monkeypatch: pytest.MonkeyPatch, needy_mongod: Path, language: Language
) -> None:
    monkeypatch.delenv("COURBE_MONGODB_URI")
    monkeypatch.setenv("COURBE_MONGOD", str(needy_mongod))
    app = open_page("connect", lang=language.value).run()
    assert Words(language).text("error.server-libcurl.title") in app.error[0].value
    assert "pip install -r requirements.txt" in app.error[0].value.replace("\\", "")
