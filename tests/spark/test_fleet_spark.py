"""`fleet --engine spark` as a user types it, and its errors."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from pymongo import MongoClient

from core.cli.main import main
from core.spark import results
from core.texts import Language
from tests.code import ROOT
from tests.terminal import CTRL_C, on_terminal


@pytest.fixture
def home(mongo_uri: str, mongo: MongoClient[dict[str, Any]], tmp_path: Path) -> Iterator[dict[str, str]]:
    """The environment of a new household on the tests' server."""
    name = f"test_{secrets.token_hex(8)}"
    mine = {key: value for key, value in os.environ.items() if not key.startswith("COURBE_")}
    yield mine | {
        "COURBE_DATA_DIR": str(tmp_path),
        "COURBE_DATABASE": name,
        "COURBE_MONGODB_URI": mongo_uri,
    }
    mongo.drop_database(name)


@pytest.fixture
def here(home: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The same for commands run in this process, which end before Spark starts."""
    for key, value in home.items():
        if key.startswith("COURBE_"):
            monkeypatch.setenv(key, value)
    return home


def run(home: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "core", "fleet", "--engine", "spark", *arguments],
        cwd=ROOT,
        env=home,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def test_a_fleet_is_loaded_measured_and_analysed_and_the_uri_is_nowhere(
    home: dict[str, str], mongo: MongoClient[dict[str, Any]], mongo_uri: str
) -> None:
    done = run(home, "--meters", "3", "--days", "10", "--workers", "2", "--profile", "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert (told["meters"], told["written"], told["complete"]) == (3, 3 * 480, True)
    assert told["size"]["ordinary"]["readings"] == told["size"]["time_series"]["readings"] == 3 * 480
    assert {row["figure"] for row in told["figures"]} >= {"profile", "peak-day", "hphc", "cohort"}
    assert done.stderr == ""
    assert mongo_uri not in done.stdout
    (kept,) = results.runs(mongo[home["COURBE_DATABASE"]])
    assert (kept.size.meters, kept.size.days, kept.written) == (3, 10, 3 * 480)
    assert kept.size.as_json() == told["size"]


def interrupted(home: dict[str, str], *arguments: str, when: Callable[[], bool]) -> tuple[int, str]:
    """Exit code and output of a fleet on a terminal where Ctrl-C is pressed as soon as `when` is so."""
    command = [sys.executable, "-m", "core", "fleet", "--engine", "spark", *arguments]
    return on_terminal(partial(subprocess.Popen, command, cwd=ROOT, env=home), CTRL_C, when=when)


def test_ctrl_c_leaves_what_was_published_and_nothing_else(
    home: dict[str, str], mongo: MongoClient[dict[str, Any]]
) -> None:
    """While a later wave is written."""
    database = mongo[home["COURBE_DATABASE"]]
    ordinary, series, manifest = (database[f"spark_d7{name}"] for name in ("", "_ts", "_manifest"))

    def loading() -> bool:
        return manifest.count_documents({}) > 0

    code, words = interrupted(home, "--meters", "1500", "--days", "7", "--workers", "2", when=loading)
    assert code == 130
    assert "readings" in words
    assert "Traceback" not in words
    stands = sum(row["readings"] for row in manifest.find())
    assert 0 < stands < 1500 * 7 * 48
    assert ordinary.count_documents({}) == stands
    assert sum(row["n"] for row in series.aggregate([{"$count": "n"}])) == stands


@pytest.mark.parametrize("program", ["sleep", "org.apache.spark.deploy.SparkSubmit"])
def test_ctrl_c_before_anything_is_loaded(
    home: dict[str, str], mongo: MongoClient[dict[str, Any]], tmp_path: Path, program: str
) -> None:
    """While Java says which it is, and while Spark starts."""
    if program == "sleep":
        slow = tmp_path / "java"
        slow.write_text("#!/bin/sh\nexec sleep 300\n", encoding="utf-8")
        slow.chmod(0o755)
        home = {name: value for name, value in home.items() if name != "JAVA_HOME"}
        home["PATH"] = f"{tmp_path}{os.pathsep}{home['PATH']}"
    database = home["COURBE_DATABASE"]
    code, words = interrupted(home, "--meters", "2", "--days", "1", when=lambda: runs(program, database))
    assert code == 130
    assert "Traceback" not in words
    assert "Java" not in words
    assert list(mongo[database]["spark_d1_manifest"].find()) == []


def runs(program: str, database: str) -> bool:
    """Whether a process with this among its arguments was started for a database."""
    for process in Path("/proc").glob("[0-9]*"):
        try:
            named = program.encode() in (process / "cmdline").read_bytes().split(b"\0")
            if named and f"COURBE_DATABASE={database}".encode() in (process / "environ").read_bytes():
                return True
        except OSError:  # it has ended
            continue
    return False


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize(
    ("arguments", "code", "word"),
    [
        (["--meters", "0"], 2, "10"),
        (["--meters", "10001"], 2, "10"),
        (["--meters", "1", "--workers", "0"], 2, "256"),
        (["--source", "csv"], 2, "parquet"),
        (["--source", "parquet"], 2, "parquet"),
        (["--source", "parquet", "/nowhere/at/all"], 2, "Parquet"),
    ],
)
def test_what_cannot_be_asked_for_is_said_in_one_sentence(
    here: dict[str, str],
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    code: int,
    word: str,
    language: Language,
) -> None:
    assert main(["fleet", "--engine", "spark", *arguments, "--lang", language.value]) == code
    out, err = capsys.readouterr()
    assert out == ""
    assert word in err
    assert len(err.strip().splitlines()) == 1


def test_options_of_spark_without_it(here: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["fleet", "--meters", "1", "--workers", "2"]) == 2
    assert "--engine spark" in capsys.readouterr().err


@pytest.mark.parametrize("language", Language)
def test_no_java_and_a_server_that_does_not_answer(
    here: dict[str, str],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    language: Language,
) -> None:
    with monkeypatch.context() as bare:
        bare.setenv("PATH", str(tmp_path))
        bare.delenv("JAVA_HOME", raising=False)
        assert main(["fleet", "--engine", "spark", "--meters", "1", "--lang", language.value]) == 1
        assert "Java 17" in capsys.readouterr().err
    uri = "mongodb://someone:hunter2secret@127.0.0.1:9/?serverSelectionTimeoutMS=200"
    monkeypatch.setenv("COURBE_MONGODB_URI", uri)
    assert main(["fleet", "--engine", "spark", "--meters", "1", "--lang", language.value]) == 1
    out, err = capsys.readouterr()
    assert "hunter2secret" not in out + err
    assert len(err.strip().splitlines()) == 1


def test_dropping_takes_what_spark_loaded_and_nothing_else(
    here: dict[str, str], mongo: MongoClient[dict[str, Any]], capsys: pytest.CaptureFixture[str]
) -> None:
    from pydantic import SecretStr

    from core.spark.manifest import lease
    from core.spark.target import Target

    database = mongo[here["COURBE_DATABASE"]]
    database["spark_of_somebody"].insert_one({})
    with Target(SecretStr(here["COURBE_MONGODB_URI"]), database.name, "d9").open() as fleet:
        fleet.prepare()
        with lease(fleet):
            pass
    assert main(["fleet", "--engine", "spark", "--drop"]) == 0
    assert "spark_d9" in capsys.readouterr().out
    left = [name for name in database.list_collection_names() if name.startswith("spark_")]
    assert left == ["spark_of_somebody"]
    assert main(["fleet", "--engine", "spark", "--drop"]) == 0
