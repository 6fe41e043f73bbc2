"""The real application in a separate process, started by `streamlit run`."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import suppress
from pathlib import Path
from typing import IO

from tests.children import environment
from tests.code import ROOT

_START_SECONDS = 180
_released: list[int] = []
"""Ports of applications that have ended."""


class App:
    """One `streamlit run` on a free loopback port, with its data in a folder. Use as a context manager."""

    def __init__(self, folder: Path, log: str = "streamlit.log", **settings: str) -> None:
        self.folder = folder
        self._settings = settings
        self._log_file = folder / log
        self._process: subprocess.Popen[bytes] | None = None
        self._log: IO[bytes] | None = None
        self.port = _free_port()

    @property
    def process(self) -> int:
        """Process id."""
        assert self._process
        return self._process.pid

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> str:
        """Everything the application has printed."""
        return self._log_file.read_text(encoding="utf-8", errors="replace")

    @property
    def environment(self) -> dict[str, str]:
        """The environment of the tests, without their settings and without coverage measurement."""
        mine = environment("COURBE_", "STREAMLIT_")
        return mine | {"COURBE_DATA_DIR": str(self.folder / "data")} | self._settings

    def __enter__(self) -> App:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Start, and wait until it answers."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self._log = self._log_file.open("ab")
        flags = {
            "server.address": "127.0.0.1",
            "server.port": str(self.port),
            "server.headless": "true",
            "server.fileWatcherType": "none",
            "browser.gatherUsageStats": "false",
        }
        self._process = subprocess.Popen(
            [
                *(sys.executable, "-m", "streamlit", "run", "streamlit_app.py"),
                *(part for name, value in flags.items() for part in (f"--{name}", value)),
            ],
            cwd=ROOT,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=subprocess.STDOUT,
        )
        deadline = time.monotonic() + _START_SECONDS
        while not self._answers():
            assert self._process.poll() is None, f"the application ended:\n{self.log}"
            assert time.monotonic() < deadline, f"the application does not answer:\n{self.log}"
            time.sleep(0.05)

    def stop(self) -> None:
        if self._process:
            self._process.terminate()
            self._process.wait(120)
        if self._log:
            self._log.close()
        _released.append(self.port)

    def kill(self) -> None:
        """Kill the process, as `kill -9` does."""
        assert self._process
        self._process.kill()
        self._process.wait(120)

    def command(self, *arguments: str) -> str:
        """The output of a command on the same data."""
        done = subprocess.run(
            [sys.executable, "-m", "core", *arguments],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/_stcore/health", timeout=10) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False


def _free_port() -> int:
    """A port used before, if there is one: the browser keeps the program of a page by its address."""
    for port in ([_released.pop()] if _released else []) + [0]:
        with socket.socket() as probe, suppress(OSError):
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", port))
            return int(probe.getsockname()[1])
    raise OSError("no port is free")
