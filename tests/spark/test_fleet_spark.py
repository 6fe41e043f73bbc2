"""`fleet --engine spark` as a user types it, and its errors."""

from __future__ import annotations

import json
import os
import pty
import re
import secrets
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pymongo import MongoClient

from core.cli.main import main
from core.spark import results
from core.texts import Language
from tests.code import ROOT


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
    done = run(home, "--meters", "3", "--days", "30", "--workers", "2", "--profile", "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert (told["meters"], told["written"], told["complete"]) == (3, 3 * 1440, True)
    assert told["size"]["ordinary"]["readings"] == told["size"]["time_series"]["readings"] == 3 * 1440
    assert {row["figure"] for row in told["figures"]} >= {"profile", "peak-day", "hphc", "cohort"}
    assert done.stderr == ""
    assert mongo_uri not in done.stdout
    (kept,) = results.runs(mongo[home["COURBE_DATABASE"]])
    assert (kept.size.meters, kept.size.days, kept.written) == (3, 30, 3 * 1440)
    assert kept.size.as_json() == told["size"]


@pytest.mark.torture
def test_ctrl_c_leaves_what_was_published_and_nothing_else(home: dict[str, str]) -> None:
    """On a terminal, with its progress; a second run completes the first."""
    ours, theirs = pty.openpty()
    command = [
        *(sys.executable, "-m", "core", "fleet", "--engine", "spark"),
        "--meters",
        "200",
        "--days",
        "300",
    ]
    process = subprocess.Popen(command, cwd=ROOT, env=home, stdin=theirs, stdout=theirs, stderr=theirs)
    os.close(theirs)
    shown = b""
    while select.select([ours], [], [], 300)[0]:
        try:
            shown += os.read(ours, 4096)
        except OSError:  # the other end is closed: the process has ended
            break
        if re.search(rb"[1-9]\d? %|[1-9]\d?\.\d %|[1-9]\d?.{0,3}%", shown) and process.poll() is None:
            process.send_signal(signal.SIGINT)
    os.close(ours)
    assert process.wait(300) == 130
    words = shown.decode()
    assert "readings" in words
    assert "Traceback" not in words
    with MongoClient[dict[str, Any]](home["COURBE_MONGODB_URI"]) as client:
        database = client[home["COURBE_DATABASE"]]
        stands = sum(row["readings"] for row in database["spark_d300_manifest"].find())
        assert database["spark_d300"].count_documents({}) == stands
        assert sum(row["n"] for row in database["spark_d300_ts"].aggregate([{"$count": "n"}])) == stands


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
