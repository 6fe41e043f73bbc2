"""The command line as a whole: one household from import to erase, help, exit codes, streams, interrupts."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from core.cli.main import main
from core.sources.demo import DemoSource
from tests.cli.home import WAIT, Done, Home, one_line
from tests.code import ROOT

COMMANDS = (
    *("import", "status", "footprint", "export", "erase", "repair", "sync", "fleet", "report"),
    *("prepare", "check", "prices"),
)
SECRET = "hunter2secret"


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_explains_itself(
    command: str, language: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([command, "--help", "--lang", language]) == 0
    assert ("afficher cette aide" in capsys.readouterr().out) == (language == "fr")


def test_the_demo_household_from_import_to_erase(home: Home, tmp_path: Path) -> None:
    expected = DemoSource().preview().readings
    first = home.run_process("import", "--demo", "--json")
    again = home.run("import", "--demo", "--json")
    assert (first.code, first.json()["new"], first.json()["unchanged"]) == (0, expected, 0)
    assert (again.code, again.json()["new"], again.json()["unchanged"]) == (0, 0, expected)

    (meter,) = home.status()
    assert meter["prm"] == "•••• 0000"
    assert (meter["flow"], meter["readings"]) == ("consumption", expected)
    assert meter["wh"] == first.json()["parts"][0]["meters"][0]["wh"]
    assert meter["first"].endswith(("T00:00:00+01:00", "T00:00:00+02:00"))
    assert home.run("status", "--json", "--show-prm").json()["meters"][0]["prm"] == "00000000000000"
    assert "•••• 0000" in home.run_process("status").out

    measured = home.run_process("footprint", "--json").json()
    assert measured["settled"] is True
    assert measured["server"].count(".") == 2
    for side in ("ordinary", "time_series"):
        figures = measured[side]
        assert figures["readings"] == expected
        assert figures["total_bytes"] == figures["storage_bytes"] + figures["index_bytes"]
        assert figures["bytes_per_reading"] == pytest.approx(figures["total_bytes"] / expected, abs=1e-3)
    assert 24 <= measured["time_series"]["buckets"] <= 60
    assert measured["time_series"]["data_bytes"] < 0.05 * measured["ordinary"]["data_bytes"]
    # usually 0.06; a checkpoint during the load leaves free space in the file
    assert measured["time_series"]["total_bytes"] < 0.15 * measured["ordinary"]["total_bytes"]
    assert "6.0" in home.run("footprint").out

    table = tmp_path / "curve.csv"
    assert home.run_process("export", "--show-prm", "--csv", table).code == 0
    assert home.run("import", "--file", table, "--json").json()["unchanged"] == expected
    assert home.run("export", "--csv", tmp_path / "nowhere" / "curve.csv").code == 1

    refused = home.run("erase")
    assert refused.code == 2
    assert "--yes" in one_line(refused)
    assert home.status() == [meter]
    assert home.run_process("erase", "--yes").code == 0
    assert home.status() == []
    assert "import --demo" in home.run("status").out


@pytest.mark.parametrize("moment", ["begins", "ends"])
def test_an_interrupt_while_python_begins_or_ends_leaves_no_traceback(home: Home, moment: str) -> None:
    listening, telling = os.pipe()
    trace = {"PYTHONVERBOSE": "1"} if moment == "begins" else {}
    process = home.begin("status", env=trace, stderr=telling)
    os.close(telling)
    with os.fdopen(listening, encoding="utf-8") as said:
        if moment == "begins":
            assert any("core.cli" in line for line in said)  # what it imports, line by line
        else:
            assert process.stdout
            process.stdout.readline()
        process.send_signal(signal.SIGINT)
        assert "Traceback" not in said.read()
    process.communicate(timeout=WAIT)


def test_a_reader_that_goes_away_is_no_error_to_tell(home: Home) -> None:
    gone, pipe = os.pipe()
    os.close(gone)
    process = home.begin("status", stdout=pipe)
    os.close(pipe)
    assert process.communicate(timeout=WAIT)[1] == ""
    assert process.returncode == 1


@pytest.mark.parametrize(
    ("environment", "arguments", "code"),
    [
        ({}, ["import", "--file", "/nowhere/curve.csv"], 1),
        ({}, ["import", "--file", "/"], 1),
        ({}, ["import", "--file", "Makefile"], 1),
        ({}, ["footprint"], 1),
        ({}, ["status", "--prm", "12"], 2),
        ({}, ["export", "--csv", "curve.csv"], 2),
        ({}, ["fleet", "--meters", "0"], 2),
        ({}, ["import", "--api", "--prm", "12"], 1),
        ({"COURBE_API_DAILY_CALLS": "400"}, ["status"], 2),
        ({"COURBE_DEPLOYMENT": "shared"}, ["status"], 2),
        ({"COURBE_MONGODB_URI": f"mongodb://me:{SECRET}@"}, ["status"], 1),
        ({"COURBE_MONGOD": "/nowhere/mongod"}, ["status"], 1),
        ({"COURBE_DATA_DIR": "/dev/null/data"}, ["status"], 1),
    ],
)
def test_what_cannot_work_is_told_in_one_line(
    home: Home, environment: dict[str, str], arguments: list[str], code: int
) -> None:
    done = home.run(*arguments, env=environment)
    assert done.code == code
    assert SECRET not in one_line(done)


def test_settings_that_are_no_text_are_told_in_one_line(home: Home, tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(b"COURBE_API_TOKEN=" + SECRET.encode() + b"\xff\xfe")
    environment = home.environment | {"PYTHONPATH": str(ROOT)}
    ended = subprocess.run(
        [sys.executable, "-m", "core", "status"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=WAIT,
        check=False,
    )
    done = Done(ended.returncode, ended.stdout, ended.stderr)
    assert done.code == 2
    assert SECRET not in one_line(done)


@pytest.mark.parametrize(
    ("redirected", "code", "lines"),
    [(">&-", 0, 0), ("2>&-", 0, 0), ("<&- >&- 2>&-", 0, 0), ("> /dev/full", 1, 1)],
)
def test_streams_that_are_closed_or_full(home: Home, redirected: str, code: int, lines: int) -> None:
    ended = subprocess.run(
        ["sh", "-c", f'"{sys.executable}" -m core import --demo --json {redirected}'],
        cwd=ROOT,
        env=home.environment,
        capture_output=True,
        text=True,
        timeout=WAIT,
        check=False,
    )
    assert (ended.returncode, len(ended.stderr.splitlines())) == (code, lines), ended.stderr
    assert len(home.status()) == 1
