"""The documents agree with the code: settings, commands, files and make targets."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from pydantic.fields import FieldInfo

from core.cli.main import parser
from core.settings import Settings
from tests.code import ROOT

NAMES: Final = (
    "README.md",
    "CONTRIBUTING.md",
    "docs/architecture.md",
    "docs/file-formats.md",
    "SECURITY.md",
    "docs/settings.md",
    "docs/scale.md",
    "deploy/databricks/README.md",
    "deploy/README.md",
)
DOCUMENTS: Final = {name: (ROOT / name).read_text(encoding="utf-8") for name in NAMES}
README: Final = DOCUMENTS["README.md"]


def lines(name: str) -> Iterator[str]:
    """The shell commands of a document."""
    for block in re.findall(r"^```sh\n(.*?)^```", DOCUMENTS[name], flags=re.MULTILINE | re.DOTALL):
        yield from (line.split("#")[0].strip() for line in block.splitlines())


def row(name: str, field: FieldInfo) -> str:
    """The line of a setting in the table."""
    return f"| `COURBE_{name.upper()}` | {default(name, field)} | {field.description} |"


def default(name: str, field: FieldInfo) -> str:
    if name == "data_dir":
        return "the user's data folder"
    value: Any = field.default
    return "none" if value is None else f"`{getattr(value, 'value', value)}`"


def test_the_table_of_settings_is_that_of_the_code() -> None:
    table = [line for line in DOCUMENTS["docs/settings.md"].splitlines() if line.startswith("| `COURBE_")]
    assert table == [row(name, field) for name, field in Settings.model_fields.items()]


@pytest.mark.parametrize("line", [one for name in NAMES for one in lines(name) if "python -m core" in one])
def test_every_command_can_be_run_as_written(line: str) -> None:
    parser().parse_args(shlex.split(line.split("python -m core")[1]))


def test_every_command_is_mentioned() -> None:
    commands = re.findall(r"^    (\w+) ", parser().format_help(), flags=re.MULTILINE)
    assert commands
    assert [name for name in commands if f"python -m core {name}" not in README] == []


@pytest.mark.parametrize("name", NAMES)
def test_every_make_target_exists(name: str) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    named = set(re.findall(r"`make (\w+)", DOCUMENTS[name])) | set(
        re.findall(r"^make (\w+)", "\n".join(lines(name)), flags=re.MULTILINE)
    )
    assert not [one for one in named if not re.search(rf"^{one}:", makefile, flags=re.MULTILINE)]


@pytest.mark.parametrize("name", NAMES)
def test_every_linked_file_exists(name: str) -> None:
    links = [one.split("#")[0] for one in re.findall(r"\]\(([^)]+)\)", DOCUMENTS[name])]
    here = (ROOT / name).parent
    assert not [one for one in links if not one.startswith("https://") and not (here / one).is_file()]


@pytest.mark.parametrize("name", ["CONTRIBUTING.md", "docs/architecture.md"])
def test_every_path_named_exists(name: str) -> None:
    """`core/texts/*/cost.toml` matches any of them; `<name>` stands for a new name."""
    paths = re.findall(r"`((?:core|pages|tests|benchmarks|deploy|docs|\.ci)/[\w/.*<>-]*)`", DOCUMENTS[name])
    assert paths
    assert not [path for path in paths if "<" not in path and not _found(path)]


def test_the_table_of_rooms_names_every_room() -> None:
    rooms = {path.name for path in (ROOT / "core").iterdir() if any(path.glob("*.py"))} - {"__pycache__"}
    table = DOCUMENTS["docs/architecture.md"].split("## Where things are")[1].split("\n## ")[0]
    assert not [room for room in rooms if f"`core/{room}/`" not in table]


def _found(path: str) -> list[Path]:
    return list(ROOT.glob(path.rstrip("/")))
