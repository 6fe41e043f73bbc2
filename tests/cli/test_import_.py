"""`import`: files in any order, notes about them, and the state after it is killed."""

from __future__ import annotations

import signal
import subprocess
import tempfile
import zipfile
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from pymongo import MongoClient

from core.cli.status import exact_wh
from core.paristime import today
from core.sources.demo import DemoSource
from core.storage.embedded import server
from core.texts import ENGLISH
from tests.cli.home import SECOND_FILE, WAIT, Done, Home, one_line
from tests.conso_server import ConsoServer, household
from tests.curves import regular
from tests.sources.files import writers

FIRST_FILE = "enedis_conso_heure_20221024-20240725.csv"


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


def committed(client: MongoClient[dict[str, Any]], home: Home) -> int:
    """Number of readings in the record now."""
    found = client[home.database]["curves"].find_one({"readings": {"$exists": True}}, {"readings": 1})
    return int(found["readings"]) if found else 0


def interrupt_midway(
    home: Home, client: MongoClient[dict[str, Any]], blow: Callable[[subprocess.Popen[str]], None]
) -> Done:
    """Start the demo import and send the signal when its first readings are committed."""
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
    """The command owns the server here, so both are killed."""
    with tempfile.TemporaryDirectory(prefix="courbe-kill-") as folder:
        home = Home(Path(folder), "courbe")
        assert home.run("status").code == 0  # makes the data folder
        process = home.begin("import", "--demo", stderr=subprocess.DEVNULL)
        watching = server.start(Path(folder))  # uses the command's server, or the command uses this one
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
    """After another import, record and both collections hold exactly the demo household."""
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
    assert home.run("footprint").code == 0  # both collections hold the same readings


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


def test_a_file_of_which_a_good_part_is_refused_is_written_only_when_allowed(
    home: Home, tmp_path: Path
) -> None:
    rows = writers.enedis_csv(regular(date(2025, 12, 1), days=2)).decode().splitlines()
    ruined = [row + "E+03" if at in range(10, 20) else row for at, row in enumerate(rows)]
    (tmp_path / "ruined.csv").write_text("\n".join(ruined) + "\n")
    stopped = home.run("import", "--file", tmp_path / "ruined.csv")
    assert stopped.code == 1
    assert "10 of 96" in stopped.err
    assert home.status() == []
    allowed = home.run("import", "--file", tmp_path / "ruined.csv", "--allow-refused")
    assert allowed.code == 0
    assert ENGLISH.text("error.file-many-refused.title") in allowed.err
    assert home.status()[0]["readings"] == 86


def test_what_lies_beside_a_curve_in_a_zip_is_named_and_is_no_failure(home: Home, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "edf.zip", "w") as archive:
        archive.writestr("mes-puissances.csv", writers.edf(regular(date(2025, 12, 1), days=2)))
        archive.writestr("ma-conso-quotidienne.csv", "Date;kWh\n01/01/2025;12,3\n")
        archive.writestr("LISEZMOI.pdf", b"%PDF-1.4")
    done = home.run("import", "--json", "--file", tmp_path / "edf.zip")
    assert done.code == 0
    assert [one["code"] for one in done.json()["beside"]] == ["file-daily", "file-pdf"]
    assert ENGLISH.text("error.file-daily.title") in done.err


def test_what_the_times_of_a_file_are_can_be_said(home: Home, tmp_path: Path) -> None:
    rows = "".join(f"2025-12-01 {hour:02}:00;{hour * 100}\n" for hour in range(5, 20))
    (tmp_path / "a.csv").write_text("Date;Puissance (W)\n" + rows)
    refused = home.run("import", "--file", tmp_path / "a.csv")
    assert (refused.code, home.status()) == (1, [])
    assert "--stamps" in refused.err
    assert home.run("import", "--file", tmp_path / "a.csv", "--stamps", "end").code == 0
    assert home.status()[0]["first"].startswith("2025-12-01T04:00")
    again = home.run("import", "--file", tmp_path / "a.csv", "--stamps", "middle")
    assert again.code == 2


def test_what_was_assumed_of_a_file_is_said_before_it_is_written(home: Home, tmp_path: Path) -> None:
    rows = "".join(f"2025-12-01 {hour:02}:00;{hour * 100}\n" for hour in range(24))
    (tmp_path / "a.csv").write_text("Date;Puissance (W)\n" + rows)
    done = home.run("import", "--file", tmp_path / "a.csv")
    assert done.code == 0
    assert ENGLISH.text("assumed.begin", rows="", at="", apart=0, minutes=0) in done.err
