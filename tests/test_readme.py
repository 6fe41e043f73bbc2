"""README says what is true: settings, commands, files and make targets are those of the code."""

from __future__ import annotations

import re
import shlex
from typing import Any, Final

import pytest
from pydantic.fields import FieldInfo

from core.cli.main import parser
from core.settings import Settings
from tests.code import ROOT

README: Final = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS: Final = re.findall(r"^```sh\n(.*?)^```", README, flags=re.MULTILINE | re.DOTALL)
LINES: Final = [line.split("#")[0].strip() for block in BLOCKS for line in block.splitlines()]


def row(name: str, field: FieldInfo) -> str:
    """A setting's line of the table."""
    return f"| `COURBE_{name.upper()}` | {default(name, field)} | {field.description} |"


def default(name: str, field: FieldInfo) -> str:
    if name == "data_dir":
        return "the user's data folder"
    value: Any = field.default
    return "none" if value is None else f"`{getattr(value, 'value', value)}`"


def test_the_table_of_settings_is_that_of_the_code() -> None:
    table = [line for line in README.splitlines() if line.startswith("| `COURBE_")]
    assert table == [row(name, field) for name, field in Settings.model_fields.items()]


@pytest.mark.parametrize("line", [line for line in LINES if line.startswith("python -m core")])
def test_every_command_can_be_run_as_written(line: str) -> None:
    parser().parse_args(shlex.split(line)[3:])


def test_every_command_is_mentioned() -> None:
    commands = re.findall(r"^    (\w+) ", parser().format_help(), flags=re.MULTILINE)
    assert commands
    assert [name for name in commands if f"python -m core {name}" not in README] == []


@pytest.mark.parametrize("target", sorted(set(re.findall(r"\bmake (\w+)", "\n".join([*LINES, README])))))
def test_every_make_target_exists(target: str) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert re.search(rf"^{target}:", makefile, flags=re.MULTILINE)


@pytest.mark.parametrize("link", sorted(set(re.findall(r"\]\(([^)]+)\)", README))))
def test_every_linked_file_exists(link: str) -> None:
    assert link.startswith("https://") or (ROOT / link).is_file()


def test_every_path_of_the_layout_exists() -> None:
    layout = README.split("## How the code is laid out")[1].split("\n## ")[0]
    names = re.findall(r"`([\w/.]+(?:/|\.py))`", layout)
    missing = [name for name in names if not (ROOT / name).exists() and not (ROOT / "core" / name).exists()]
    assert names
    assert not missing
