"""`check` as a user runs it: a real process, a real mongod or none, a server with the contract of the API."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import pytest

from core.cli.check import check_packages
from core.paristime import midnight, today
from core.texts import Language, Words
from tests.code import ROOT
from tests.conso_server import ConsoServer, household
from tests.wheel import NOBODY_HAS

SECRET: Final = "hunter2secret"
linux = pytest.mark.skipif(sys.platform != "linux", reason="libraries are lent on Linux only")


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder whose name is short enough for a socket."""
    with tempfile.TemporaryDirectory(prefix="courbe-") as name:
        yield Path(name)


def run(folder: Path, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    mine = {name: value for name, value in os.environ.items() if not name.startswith(("COURBE_", "XDG_"))}
    done = subprocess.run(
        [sys.executable, "-m", "core", "check", *arguments],
        cwd=ROOT,
        env=mine | {"COURBE_DATA_DIR": str(folder / "data")} | settings,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
    assert SECRET not in done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    return done


def looked_at(done: subprocess.CompletedProcess[str]) -> dict[str, dict[str, Any]]:
    told = json.loads(done.stdout)
    assert told["ok"] is (done.returncode == 0)
    assert set(told["versions"]) >= {"system", "python", "streamlit", "pymongo"}
    return {row["code"]: row for row in told["checks"]}


def test_where_all_is_in_order_every_line_says_so(folder: Path) -> None:
    done = run(folder, "--json")
    rows = looked_at(done)
    assert done.returncode == 0, done.stdout
    assert [code for code, row in rows.items() if row["passed"] is not True] == []
    for code in (
        "packages",
        "data-folder",
        "data-disk",
        "mongod-start",
        "mongodb-rights",
        "mongodb-statistics",
    ):
        assert code in rows
    assert {"mongod-path", "mongod-bundled"} & set(rows)
    assert str(folder / "data") in rows["data-folder"]["found"]


@pytest.mark.parametrize("language", Language)
def test_the_words_are_those_of_the_json(folder: Path, language: Language) -> None:
    words = run(folder, "--lang", language.value)
    rows = looked_at(run(folder, "--json", "--lang", language.value))
    assert words.returncode == 0
    for row in rows.values():
        assert row["name"] in words.stdout
    assert Words(language).text("check.mongod-start.ok") in words.stdout


def test_a_database_that_is_not_there_is_named_without_its_secret(folder: Path) -> None:
    uri = f"mongodb://me:{SECRET}@127.0.0.1:1/?serverSelectionTimeoutMS=300"
    done = run(folder, "--json", COURBE_MONGODB_URI=uri)
    rows = looked_at(done)
    assert done.returncode == 1
    assert rows["mongodb-open"]["passed"] is False
    assert rows["mongodb-open"]["cure"] == Words().text("check.mongodb-open.cure")
    assert not [code for code in rows if code.startswith(("mongod-", "data-"))], "nothing embedded is used"


@linux
@pytest.mark.parametrize("language", Language)
def test_a_library_that_is_not_to_be_had_is_named_with_its_cure(
    folder: Path, needy_mongod: Path, language: Language
) -> None:
    done = run(folder, "--lang", language.value, COURBE_MONGOD=str(needy_mongod))
    assert done.returncode == 1
    assert NOBODY_HAS in done.stdout
    assert "pip install -r requirements.txt" in done.stdout
    assert Words(language).text("check.mongod-start") not in done.stdout
    rows = looked_at(run(folder, "--json", COURBE_MONGOD=str(needy_mongod)))
    assert rows["mongod-setting"]["passed"] is False


def test_the_api_is_asked_only_when_wanted_and_once(folder: Path) -> None:
    first = today() - timedelta(days=10)
    house = household(first, today())
    house.activated, house.published = first, lambda day: midnight(day + timedelta(days=1))
    with ConsoServer(house) as api:
        settings = {"COURBE_API_URL": api.url, "COURBE_API_TOKEN": api.token()}
        without = looked_at(run(folder, "--json", **settings))
        assert not [code for code in without if code.startswith("api-")]
        assert api.seen == []
        done = run(folder, "--api", "--json", **settings)
        rows = looked_at(done)
        assert done.returncode == 0, done.stdout
        assert rows["api-collection"]["passed"]
        assert len(api.seen) == 1
        assert api.token() not in done.stdout + done.stderr
        assert house.meter.prm not in done.stdout + done.stderr


def test_a_shared_deployment_may_be_checked_but_not_its_api(folder: Path) -> None:
    done = run(folder, "--api", COURBE_DEPLOYMENT="shared")
    assert done.returncode == 2
    assert done.stderr.strip()


def test_packages_that_are_not_those_named_are_listed(tmp_path: Path) -> None:
    wanted = tmp_path / "requirements.txt"
    wanted.write_text('# a remark\npytest==0.1\nnothing-of-the-kind==1; sys_platform == "no"\n')
    check = check_packages(wanted)
    assert check.passed is False
    assert f"pytest {pytest.__version__} (0.1)" == check.details["packages"]
    wanted.write_text("nothing-of-the-kind==1\n")
    assert check_packages(wanted).passed is False
    assert check_packages(ROOT / "requirements.txt").passed
