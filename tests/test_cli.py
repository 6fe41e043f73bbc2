"""The command line on a real embedded MongoDB: in processes where the process is what is tested."""

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
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from datetime import date, timedelta
from io import StringIO
from pathlib import Path
from typing import Any, Final
from unittest import mock

import pytest
from pymongo import MongoClient

from core.cli.console import Console, as_json
from core.cli.footprint import print_footprint
from core.cli.main import main
from core.cli.progress import ProgressBar
from core.cli.status import exact_wh
from core.errors import SourceError, SourcePaused
from core.importing.inbox import COLLECTION as INBOX
from core.jobs import Phase, Progress
from core.lab.footprint import Footprint, Usage
from core.paristime import HOUR_MS, midnight, today
from core.sources.demo import DemoSource
from core.storage.embedded import server
from core.texts import ENGLISH, Language, Words
from tests.code import ROOT
from tests.conso_server import ConsoServer, household
from tests.curves import regular
from tests.sources.files import writers

COMMANDS = ("import", "status", "footprint", "export", "erase", "sync", "fleet", "report")
SECRET = "hunter2secret"
FIRST_FILE = "enedis_conso_heure_20221024-20240725.csv"
SECOND_FILE = "enedis_conso_heure_20230809-20240725.csv"
WAIT = 180


@dataclass(frozen=True)
class Done:
    """How a command ended."""

    code: int
    out: str
    err: str

    def json(self) -> Any:
        return json.loads(self.out)


@dataclass(frozen=True)
class Home:
    """A household of its own on a running server."""

    folder: Path
    database: str

    @property
    def environment(self) -> dict[str, str]:
        mine = {name: value for name, value in os.environ.items() if not name.startswith("COURBE_")}
        return mine | {"COURBE_DATA_DIR": str(self.folder), "COURBE_DATABASE": self.database}

    def begin(self, *arguments: str | Path, **options: Any) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "core", *map(str, arguments)],
            cwd=ROOT,
            env=self.environment | options.pop("env", {}),
            text=True,
            **({"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | options),
        )

    def run(self, *arguments: str | Path, env: Mapping[str, str] = {}) -> Done:
        """In this process, with the environment and the streams of one of its own."""
        out, err = StringIO(), StringIO()
        with (
            mock.patch.dict(os.environ, self.environment | dict(env), clear=True),
            mock.patch.object(sys, "stdin", StringIO()),
            redirect_stdout(out),
            redirect_stderr(err),
        ):
            code = main([*map(str, arguments)])
        return Done(code, out.getvalue(), err.getvalue())

    def run_process(self, *arguments: str | Path) -> Done:
        """As a user runs it."""
        process = self.begin(*arguments)
        out, err = process.communicate(timeout=WAIT)
        return Done(process.returncode, out, err)

    def status(self) -> list[dict[str, Any]]:
        done = self.run("status", "--json")
        assert done.code == 0, done.err
        meters: list[dict[str, Any]] = done.json()["meters"]
        return meters

    def on_terminal(self, *arguments: str, answer: str = "") -> tuple[int, str]:
        """Run with a terminal on all three streams; the exit code and everything that was shown."""
        ours, theirs = pty.openpty()
        try:
            process = self.begin(*arguments, stdin=theirs, stdout=theirs, stderr=theirs)
            os.close(theirs)
            os.write(ours, answer.encode())
            shown = b""
            while select.select([ours], [], [], WAIT)[0]:
                try:
                    shown += os.read(ours, 4096)
                except OSError:  # the other end is closed: the process has ended
                    break
            return process.wait(WAIT), shown.decode()
        finally:
            os.close(ours)


@pytest.fixture(scope="module")
def embedded() -> Iterator[tuple[Path, MongoClient[dict[str, Any]]]]:
    """A server that stays up between the commands, as beside an open application."""
    with tempfile.TemporaryDirectory(prefix="courbe-cli-") as folder:
        running = server.start(Path(folder))
        try:
            with MongoClient[dict[str, Any]](running.uri.get_secret_value()) as client:
                yield Path(folder), client
        finally:
            running.stop()


@pytest.fixture
def home(embedded: tuple[Path, MongoClient[dict[str, Any]]]) -> Iterator[Home]:
    folder, client = embedded
    name = f"cli_{secrets.token_hex(6)}"
    yield Home(folder, name)
    client.drop_database(name)


def one_line(done: Done) -> str:
    """The single line a failed command says."""
    lines = done.err.splitlines()
    assert len(lines) == 1, done.err
    assert "Traceback" not in done.err
    return lines[0]


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_explains_itself(
    command: str, language: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([command, "--help", "--lang", language]) == 0
    assert ("afficher cette aide" in capsys.readouterr().out) == (language == "fr")


USAGES: Final = [
    [],
    ["bogus"],
    ["import"],
    ["import", "--demo", "--file", "x.csv"],
    ["import", "--file"],
    ["import", "--demo=yes"],
    ["status", "--lang", "de"],
    ["footprint", "surplus"],
    ["fleet", "--meters", "many"],
    ["report", "--compare", "one.json"],
]


@pytest.mark.parametrize("arguments", USAGES, ids=" ".join)
def test_unusable_arguments_are_told_in_one_line(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 2
    complaint = capsys.readouterr().err
    assert len(complaint.splitlines()) == 1
    assert "--help" in complaint


@pytest.mark.parametrize("arguments", [one for one in USAGES if "--lang" not in one], ids=" ".join)
def test_unusable_arguments_are_told_in_french_too(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*arguments, "--lang=fr"]) == 2
    complaint = capsys.readouterr().err
    assert not re.search(r"argument|required|invalid|expected|unrecognized", complaint), complaint


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
    # usually 0.06; a checkpoint in mid-load leaves free space in the file
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


def test_both_reference_files_in_any_order_twice(home: Home, shared_data: Path) -> None:
    files = [shared_data / FIRST_FILE, shared_data / SECOND_FILE]
    assert home.run("import", "--file", files[0]).code == 0
    (alone,) = home.status()
    assert alone["wh"] == 10_684_630
    states = [home.status()]
    for order in (files[::-1], files, [files[1]], [files[0]]):
        assert home.run("import", "--file", *order).code == 0
        states.append(home.status())
    home.run("erase", "--yes")
    assert home.run("import", "--file", files[1]).code == 0
    assert home.status()[0]["wh"] == 5_830_467
    assert home.run("import", "--file", files[0], "--file", files[1]).code == 0
    states.append(home.status())
    assert all(state == [alone] for state in states)
    assert home.run("footprint", "--json").json()["ordinary"]["readings"] == alone["readings"]


def test_the_api_by_command_and_the_daily_update(home: Home) -> None:
    first = today() - timedelta(days=10)
    house = household(first, today())
    house.activated, house.published = first, lambda day: midnight(day + timedelta(days=1))
    with ConsoServer(house) as api:
        token = api.token()
        environment = {
            "COURBE_API_URL": api.url,
            "COURBE_API_TOKEN": token,
            "COURBE_API_SECONDS_BETWEEN_CALLS": "0",
        }
        due = home.run("sync", "--dry-run", env=environment)
        assert (due.code, len(api.seen)) == (0, 0), due.err
        imported = home.run("import", "--api", "--json", env=environment)
        assert imported.code == 0, imported.err
        assert imported.json()["new"] == len(house.curve)
        assert home.status()[0]["wh"] == exact_wh(house.curve.watt_minutes)
        calls = len(api.seen)
        nothing = home.run("import", "--api", "--lang", "fr", env=environment)
        assert Words(Language.FRENCH).text("history.report.nothing") in nothing.out
        again = home.run("sync", "--json", env=environment)
        assert (again.code, again.json()["result"], len(api.seen)) == (0, "up-to-date", calls)
        home.run("erase", "--yes")
        api.faults.extend(["banned"] * 3)
        banned = home.run("sync", env=environment)
        assert banned.code == 1
        for done in (due, imported, again, banned):
            assert token not in done.out + done.err
            assert house.meter.prm not in done.out + done.err


def test_having_to_wait_for_enedis_is_no_failed_import(home: Home) -> None:
    house = household(today() - timedelta(days=20), today())
    with ConsoServer(house) as api:
        api.faults.append("throttled-named")
        environment = {"COURBE_API_URL": api.url, "COURBE_API_TOKEN": api.token()}
        waits = home.run("import", "--api", env=environment)
        assert waits.code == 0
        assert "python -m core sync" in waits.err
        assert home.run("sync", env=environment).code == 4
        assert len(api.seen) == 1


def test_the_footprint_says_what_is_free_and_tells_no_saving_before_a_checkpoint(
    capsys: pytest.CaptureFixture[str],
) -> None:
    raw = {"storageStats": {"count": 0}}
    ordinary = Usage(1000, 100_000, 50_000, 20_000, raw=raw)
    series = Usage(1000, 2_000, 6_000, 1_000, free_bytes=3_000, buckets=1, raw=raw)
    print_footprint(Footprint("6.0.5", True, ordinary, series), Console())
    settled = capsys.readouterr().out
    assert re.search(r"Free space in the files +0.B +3.00.kB", settled), settled
    assert re.search(r"In use: total without free space .* 94.3.%", settled), settled
    assert re.search(r"In use, B/reading +70.00 +4.00", settled), settled
    print_footprint(Footprint("6.0.5", False, ordinary, series), Console())
    assert capsys.readouterr().out.count("%") == 1  # of the data before compression


@pytest.mark.parametrize(
    "arguments",
    [["--fleet", "-3"], ["--fleet", "10001"], ["--html", "/nowhere/report.html"], ["--html", "."]],
    ids=" ".join,
)
def test_a_report_that_cannot_be_made_is_refused_before_anything_is_measured(
    arguments: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def measured() -> None:
        pytest.fail("the server was asked")

    monkeypatch.setattr("core.cli.report.household", measured)
    assert main(["report", *arguments]) in (1, 2)
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_two_reports_side_by_side(home: Home, tmp_path: Path, shared_data: Path) -> None:
    rows = (shared_data / SECOND_FILE).read_text(encoding="utf-8").splitlines(keepends=True)
    (tmp_path / "two days.csv").write_text("".join(rows[:100]), encoding="utf-8")
    assert home.run("import", "--file", tmp_path / "two days.csv").code == 0
    done = home.run("report", "--html", tmp_path / "report.html")
    assert done.code == 0, done.err
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "<html" in page
    assert str(home.folder) not in page
    compared = home.run("report", "--compare", tmp_path / "report.json", tmp_path / "report.json")
    assert "Layouts · Time series, hours, B/reading in all" in compared.out
    broken = home.run("report", "--compare", tmp_path / "report.html", tmp_path / "report.json")
    assert broken.code == 1
    assert one_line(broken)


def committed(client: MongoClient[dict[str, Any]], home: Home) -> int:
    """Readings the record holds at this moment."""
    found = client[home.database]["curves"].find_one({}, {"readings": 1})
    return int(found["readings"]) if found else 0


def interrupt_midway(
    home: Home, client: MongoClient[dict[str, Any]], blow: Callable[[subprocess.Popen[str]], None]
) -> Done:
    """Begin the demo import and strike as soon as its first readings are committed."""
    process = home.begin("import", "--demo")
    while process.poll() is None and not committed(client, home):
        pass
    blow(process)
    out, err = process.communicate(timeout=WAIT)
    return Done(process.returncode, out, err)


def test_killed_in_mid_import_then_again_is_exact(
    home: Home, embedded: tuple[Path, MongoClient[dict[str, Any]]]
) -> None:
    killed = interrupt_midway(home, embedded[1], subprocess.Popen.kill)
    assert killed.code == -signal.SIGKILL
    assert 0 < committed(embedded[1], home) < (DemoSource().preview().readings or 0)
    assert_demo_is_exact(home)


def test_killed_with_its_server_in_mid_import_then_again_is_exact() -> None:
    """The command owns the server here, so both die at once."""
    with tempfile.TemporaryDirectory(prefix="courbe-kill-") as folder:
        home = Home(Path(folder), "courbe")
        assert home.run("status").code == 0  # makes the data folder
        process = home.begin("import", "--demo", stderr=subprocess.DEVNULL)
        watching = server.start(Path(folder))  # finds the command's server, or the command finds this one
        try:
            with MongoClient[dict[str, Any]](watching.uri.get_secret_value()) as client:
                while process.poll() is None and not committed(client, home):
                    pass
                process.kill()
                process.communicate(timeout=WAIT)
                assert process.returncode == -signal.SIGKILL
        finally:
            watching.stop()
        assert_demo_is_exact(home)


def assert_demo_is_exact(home: Home) -> None:
    """Importing again leaves exactly the demo household in the record and in both collections."""
    curve = DemoSource().preview()
    again = home.run("import", "--demo", "--json")
    assert again.code == 0, again.err
    (meter,) = home.status()
    assert meter["readings"] == curve.readings
    assert meter["wh"] == again.json()["parts"][0]["meters"][0]["wh"]
    measured = home.run("footprint", "--json")  # verifies counts and sums of both collections
    assert measured.code == 0, measured.err
    assert measured.json()["time_series"]["readings"] == curve.readings


def test_interrupting_stops_properly(home: Home, embedded: tuple[Path, MongoClient[dict[str, Any]]]) -> None:
    stopped = interrupt_midway(home, embedded[1], lambda process: process.send_signal(signal.SIGINT))
    assert stopped.code == 130
    assert one_line(stopped)
    assert home.run("footprint").code == 0  # what was stored is in both collections alike


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


def test_a_terminal_sees_progress_and_is_asked_before_erasing(home: Home) -> None:
    code, shown = home.on_terminal("import", "--demo")
    assert code == 0
    assert "100\u202f%" in shown
    code, shown = home.on_terminal("erase", "--lang", "fr", answer="n\n")
    assert code == 1
    assert "[o/N]" in shown
    assert len(home.status()) == 1
    assert home.on_terminal("erase", answer="y\n")[0] == 0
    assert home.status() == []


def test_calls_promise_no_time_and_a_wait_says_why(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    until = midnight(date(2026, 10, 20)) + 14 * HOUR_MS
    for progress in (
        Progress(288, None, 3, 110, "Conso API"),
        Progress(288, None, 3, 110, "Conso API", waiting_until=until, waiting_for="api-throttled"),
        Progress(500, 1000, 1, 2, "file"),
    ):
        ProgressBar(Console()).show(progress)
    calls, waits, readings = capsys.readouterr().err.split("\r\x1b[K")[1:]
    assert "call 3 of 110, 288 readings" in calls
    assert "left" not in calls
    assert waits == f"{ENGLISH.text('error.api-throttled.title')}. Trying again at 14:00:00."
    assert "500 of 1\u202f000 readings" in readings
    assert "left" in readings


@pytest.mark.parametrize("language", list(Language))
def test_the_time_left_of_a_large_fleet_fits_a_terminal_of_80_columns(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], language: Language
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "80")
    bar = ProgressBar(Console(Words(language)))
    monkeypatch.setattr("core.cli.progress.time.monotonic", lambda started=bar._started: started + 190)
    bar.show(Progress(26_332_000, 77_871_110, 3, 4, "ordinary", Phase.LOADING, 1_000))
    line = capsys.readouterr().err.removeprefix("\r\x1b[K")
    assert len(line) < 80
    assert "[#" in line
    assert "372" in line


@pytest.mark.parametrize("language", list(Language))
def test_json_promises_no_going_on_by_itself_either(language: Language) -> None:
    pause = SourcePaused("api-budget-used", resumes_at=midnight(date(2026, 11, 25)) + HOUR_MS, calls=49)
    told = as_json(pause, Words(language))
    assert "python -m core sync" in told["cure"]
    assert "01:00" in told["cure"]


@pytest.mark.parametrize("language", list(Language))
def test_a_ban_names_the_page_where_it_is_lifted(language: Language) -> None:
    assert Words(language).text("common.nav.history") in SourceError("api-banned").cure(Words(language))


def test_what_a_trigger_left_is_told_and_erased_with_the_rest(
    home: Home, embedded: tuple[Path, MongoClient[dict[str, Any]]]
) -> None:
    curve = regular(date(2024, 5, 1), days=2)
    inbox = embedded[1][home.database][INBOX]
    days = {"first": "2024-05-01", "end": "2024-05-03"}
    left = {"prm": writers.PRM, "flow": "consumption", **days, "answer": json.loads(writers.json_v2(curve))}
    inbox.insert_many([{"_id": "one", **left}, {"_id": "two", "prm": "nonsense"}])
    assert [(one["readings"], one["wh"]) for one in home.status()] == [(96, exact_wh(curve.watt_minutes))]
    assert home.run("erase", "--yes").code == 0
    inbox.insert_one({"_id": "three", "prm": "nonsense"})
    assert home.run("erase", "--yes").code == 0
    assert inbox.count_documents({}) == 0


def test_erasing_one_meter_keeps_the_others(home: Home) -> None:
    home.run("import", "--demo")
    unknown = home.run("erase", "--prm", "1234", "--yes")
    assert unknown.code == 2
    assert one_line(unknown)
    assert len(home.status()) == 1
    assert home.run("erase", "--prm", "0000", "--yes").code == 0
    assert home.status() == []


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("API_DAILY_CALLS", "400", "90 au plus"),
        ("API_DAILY_CALLS", "x", "un nombre"),
        ("WORKSPACE_HOURS", "0", "1 au moins"),
        ("DEPLOYMENT", "alone", "personal / shared"),
        ("DATABASE", "a b", "docs/settings.md"),
    ],
)
def test_a_setting_that_cannot_be_used_is_told_in_french_too(
    name: str, value: str, told: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(f"COURBE_{name}", value)
    assert main(["status", "--lang", "fr"]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert f"COURBE_{name}" in line
    assert told in line
    assert "should" not in line


def test_a_file_that_names_no_meter_is_kept_apart_and_the_way_is_told(home: Home, tmp_path: Path) -> None:
    named, unnamed = tmp_path / "named.csv", tmp_path / "edf.csv"
    named.write_bytes(writers.enedis_csv(regular(date(2024, 5, 1), days=4)))
    unnamed.write_bytes(writers.edf(regular(date(2024, 6, 1), days=4)))
    assert home.run("import", "--file", named).err == ""
    first = home.run("import", "--file", unnamed)
    assert first.code == 0
    assert "--prm" in one_line(first)
    assert "•••• 9991" in first.err
    assert [meter["prm"] for meter in home.status()] == ["•••• 9991", "••••"]
    assert home.run("erase", "--yes", "--prm", "x" * 14).code == 0
    assert home.run("import", "--file", unnamed, "--prm", writers.PRM).err == ""
    assert [meter["readings"] for meter in home.status()] == [8 * 48]


def test_both_flows_and_rows_without_a_value_are_told_apart(home: Home, tmp_path: Path) -> None:
    curve = regular(date(2024, 5, 1), days=2)
    taken, given = writers.json_v2(curve), writers.json_v2(curve).replace(b'"CONS"', b'"PROD"')
    (tmp_path / "both.json").write_bytes(b"[" + taken + b"," + given + b"]")
    done = home.run("import", "--json", "--file", tmp_path / "both.json")
    (part,) = done.json()["parts"]
    assert [one["flow"] for one in part["meters"]] == ["consumption", "production"]
    assert [one["wh"] for one in part["meters"]] == [exact_wh(curve.watt_minutes)] * 2
    rows = writers.enedis_csv(curve).split(b"\n")
    rows[20] = rows[20].split(b";")[0] + b";"
    (tmp_path / "gap.csv").write_bytes(b"\n".join(rows))
    told = home.run("import", "--json", "--file", tmp_path / "gap.csv").json()
    assert (told["refused"], told["parts"][0]["refused"], told["parts"][0]["without_value"]) == (0, [], 1)
    shown = home.run("import", "--file", tmp_path / "gap.csv").out
    assert ENGLISH.text("history.empty.one", count="1") in shown
    assert ENGLISH.text("common.flow.consumption") in shown
    assert ENGLISH.text("common.flow.consumption") in home.run("status").out


def test_a_folder_is_called_one(home: Home, tmp_path: Path) -> None:
    done = home.run("import", "--file", tmp_path)
    assert done.code == 1
    assert one_line(done).startswith(f"{tmp_path} is a folder")


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
