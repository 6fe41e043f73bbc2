"""Files around the code agree with it: version, changelog, hooks, ignored files."""

from __future__ import annotations

import re
import subprocess
import tomllib
from typing import Final

import pytest

from core import VERSION
from tests.code import ROOT

CHANGELOG: Final = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
HEADINGS: Final = re.findall(r"^## (.+)$", CHANGELOG, flags=re.MULTILINE)
MAKEFILE: Final = (ROOT / "Makefile").read_text(encoding="utf-8")


def test_the_version_stands_once() -> None:
    written = re.compile(rf"""["']{re.escape(VERSION)}["']""")
    where = [
        path.relative_to(ROOT).as_posix()
        for folder in ("core", "pages")
        for path in (ROOT / folder).rglob("*.py")
        if written.search(path.read_text(encoding="utf-8"))
    ]
    assert where == ["core/__init__.py"]
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert project["project"]["dynamic"] == ["version"]
    assert project["tool"]["setuptools"]["dynamic"]["version"] == {"attr": "core.VERSION"}


def test_the_changelog_ends_with_the_version_and_what_comes_after_it() -> None:
    assert HEADINGS[0] == "Unreleased"
    assert re.fullmatch(rf"{re.escape(VERSION)} — \d{{4}}-\d\d-\d\d", HEADINGS[1])
    dates = [heading.partition(" — ")[2] for heading in HEADINGS[1:]]
    assert dates == sorted(dates, reverse=True)


def test_the_hooks_run_what_the_gate_runs() -> None:
    hooks = (ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8")
    gate = re.search(r"^test: (.+)$", MAKEFILE, flags=re.MULTILINE)
    assert gate
    assert re.findall(r"entry: make (\w+)", hooks) == gate[1].split()


def test_the_gate_runs_the_command_of_the_readme_and_measures_what_it_reaches() -> None:
    gate = (ROOT / ".ci" / "run").read_text(encoding="utf-8").split("\n")
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert gate[-2] == "exec make test COVERAGE=90"
    assert re.search(r"^make test\b", readme, flags=re.MULTILINE)
    assert "--cov-fail-under=$(COVERAGE)" in MAKEFILE


@pytest.mark.parametrize("made", [".coverage", ".coverage.host.123.abc", ".env", "tests/artefacts/x.png"])
def test_what_runs_leave_behind_is_not_committed(made: str) -> None:
    if not (ROOT / ".git").exists():
        pytest.skip("not a checkout")
    assert not subprocess.run(["git", "check-ignore", "--quiet", made], cwd=ROOT, check=False).returncode
