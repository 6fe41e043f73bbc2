"""Runs the source of a Databricks notebook cell by cell, with `spark` and `dbutils`."""

from __future__ import annotations

import contextlib
import io
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

CELL = "# COMMAND ----------"


@dataclass
class Widgets:
    """The widgets of the notebook, with a user's values."""

    chosen: dict[str, str]
    declared: dict[str, str] = field(default_factory=dict)

    def text(self, name: str, value: str) -> None:
        self.declared[name] = value

    def dropdown(self, name: str, value: str, choices: list[str]) -> None:
        assert self.chosen.get(name, value) in choices
        self.declared[name] = value

    def get(self, name: str) -> str:
        return self.chosen.get(name, self.declared[name])


@dataclass
class Secrets:
    kept: dict[tuple[str, str], str]

    def get(self, scope: str, key: str) -> str:
        return self.kept[scope, key]


@dataclass
class Utilities:
    widgets: Widgets
    secrets: Secrets


def run(path: Path, spark: Any, widgets: dict[str, str], uri: str | None) -> tuple[dict[str, Any], str]:
    """The notebook's names after its last cell, and everything it printed."""
    kept = {("courbe", "mongodb_uri"): uri} if uri else {}
    shown: list[Any] = []
    names = {
        "spark": spark,
        "dbutils": Utilities(Widgets(widgets), Secrets(kept)),
        "display": lambda frame: shown.append(frame.collect()),
        "__name__": "__main__",
    }
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        for number, cell in enumerate(path.read_text(encoding="utf-8").split(CELL)):
            code = "\n".join("" if line.startswith("# MAGIC") else line for line in cell.splitlines())
            exec(compile(code, f"{path.name}, cell {number}", "exec"), names)
    return names | {"shown": shown}, printed.getvalue()
