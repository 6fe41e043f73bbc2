"""The progress bar on a real terminal, and the text of its line."""

from __future__ import annotations

import sys
from datetime import date

import pytest

from core.cli.shared.console import Console
from core.cli.shared.progress import ProgressBar
from core.jobs import Phase, Progress
from core.paristime import HOUR_MS, midnight
from core.texts import ENGLISH, Language, Words
from tests.cli.home import Home


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
    monkeypatch.setattr("core.cli.shared.progress.time.monotonic", lambda started=bar._started: started + 190)
    bar.show(Progress(26_332_000, 77_871_110, 3, 4, "ordinary", Phase.LOADING, 1_000))
    line = capsys.readouterr().err.removeprefix("\r\x1b[K")
    assert len(line) < 80
    assert "[#" in line
    assert "372" in line
