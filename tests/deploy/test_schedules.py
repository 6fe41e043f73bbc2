"""The schedules: odd minutes, Paris time, twice a day, and the exit codes of `sync`."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from core.importing.api.sync import SyncResult

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
FINE = sorted({one.exit_code for one in SyncResult} - {0, SyncResult.FAILED.exit_code})


def text(name: str) -> str:
    return (DEPLOY / name).read_text(encoding="utf-8")


def test_the_codes_of_sync_are_distinct_and_leave_usage_alone() -> None:
    codes = [one.exit_code for one in SyncResult]
    assert len(set(codes)) == len(codes)
    assert 2 not in codes


def test_systemd_takes_neither_wait_for_a_failure() -> None:
    (line,) = re.findall(r"^SuccessExitStatus=(.*)$", text("systemd/courbe-sync.service"), re.M)
    assert [int(code) for code in line.split()] == FINE


def test_systemd_runs_in_the_morning_and_after_noon_and_catches_up() -> None:
    timer = text("systemd/courbe-sync.timer")
    moments = re.findall(r"^OnCalendar=\*-\*-\* (\d\d):(\d\d):\d\d Europe/Paris$", timer, re.M)
    assert [int(hour) for hour, _ in moments] == [8, 13]
    assert all(int(minute) % 5 for _, minute in moments)
    assert "Persistent=true" in timer
    assert "RandomizedDelaySec" in timer


def test_systemd_understands_the_units(tmp_path: Path) -> None:
    program = shutil.which("systemd-analyze")
    if program is None:
        pytest.skip("systemd-analyze is not installed")
    for moment in re.findall(r"^OnCalendar=(.*)$", text("systemd/courbe-sync.timer"), re.M):
        done = subprocess.run([program, "calendar", moment], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
    here = {r"^ExecStart=\S+": f"ExecStart={sys.executable}", r"^User=.*\n": ""}
    for name in ("courbe-sync.service", "courbe-sync.timer"):
        unit = text(f"systemd/{name}")
        for pattern, replaced in here.items():
            unit = re.sub(pattern, replaced, unit, flags=re.M)
        (tmp_path / name).write_text(unit, encoding="utf-8")
    units = [str(tmp_path / name) for name in ("courbe-sync.service", "courbe-sync.timer")]
    done = subprocess.run([program, "verify", *units], capture_output=True, text=True, check=False)
    assert (done.returncode, [line for line in done.stderr.splitlines() if "courbe-sync" in line]) == (0, [])


def test_cron_escapes_its_percent_signs() -> None:
    lines = [line for line in text("cron/courbe-sync").splitlines() if re.match(r"\d", line)]
    assert [line.split()[1] for line in lines] == ["8", "13"]
    assert not any(re.search(r"(?<!\\)%", line) for line in lines)
    assert "CRON_TZ=Europe/Paris" in text("cron/courbe-sync")


def test_the_workflow_takes_its_secrets_from_the_environment_and_knows_the_codes() -> None:
    workflow = text("github/courbe-sync.yml")
    for name in ("COURBE_MONGODB_URI", "COURBE_API_TOKEN", "COURBE_PRM"):
        assert f"{name}: ${{{{ secrets.{name} }}}}" in workflow
    assert [int(code) for code in re.findall(r"\$code == (\d)", workflow)] == [0, *FINE]
