"""A household and the commands on it, run in this process or in a new one."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from functools import partial
from io import StringIO
from pathlib import Path
from typing import Any
from unittest import mock

from core.cli.main import main
from tests.code import ROOT
from tests.open_data_server import NOWHERE
from tests.terminal import on_terminal

SECOND_FILE = "enedis_conso_heure_20230809-20240725.csv"
WAIT = 180


@dataclass(frozen=True)
class Done:
    """Result of a command."""

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
        return mine | NOWHERE | {"COURBE_DATA_DIR": str(self.folder), "COURBE_DATABASE": self.database}

    def begin(self, *arguments: str | Path, **options: Any) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "core", *map(str, arguments)],
            cwd=ROOT,
            env=self.environment | options.pop("env", {}),
            text=True,
            **({"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | options),
        )

    def run(self, *arguments: str | Path, env: Mapping[str, str] = {}) -> Done:
        """Run in this process, with environment and streams of a new one."""
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
        """Run in a new process, as a user does."""
        process = self.begin(*arguments)
        out, err = process.communicate(timeout=WAIT)
        return Done(process.returncode, out, err)

    def status(self) -> list[dict[str, Any]]:
        done = self.run("status", "--json")
        assert done.code == 0, done.err
        meters: list[dict[str, Any]] = done.json()["meters"]
        return meters

    def on_terminal(self, *arguments: str, answer: str = "") -> tuple[int, str]:
        """Run with a terminal on all three streams; returns the exit code and everything shown."""
        return on_terminal(partial(self.begin, *arguments), answer)


def one_line(done: Done) -> str:
    """The single error line of a failed command."""
    lines = done.err.splitlines()
    assert len(lines) == 1, done.err
    assert "Traceback" not in done.err
    return lines[0]
