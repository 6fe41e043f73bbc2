"""Errors of argparse and pydantic, in one line and in the chosen language."""

from __future__ import annotations

import re
from typing import Final

import pytest

from core.cli.main import main

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
