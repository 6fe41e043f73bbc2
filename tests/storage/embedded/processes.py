"""Helpers: made-up programs, other processes that use a server, and waiting for a condition."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pytest
from pymongo import MongoClient

from core.storage.embedded.server import EmbeddedServer

ROOT: Final = Path(__file__).resolve().parents[3]


PATIENCE: Final = 120.0


CHILD: Final = """
import sys
from pathlib import Path
from core.storage.embedded import server
running = server.start(Path(sys.argv[1]))
print(running.pid or 0, flush=True)
sys.stdin.read()
"""


linux = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")


class Child:
    """Another process that uses the server of a folder."""

    def __init__(self, folder: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", CHILD, str(folder)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def mongod(self) -> int:
        """Wait until the server answers; the id of the mongod it owns, 0 if it owns none."""
        assert self.process.stdout
        return int(self.process.stdout.readline())

    def kill(self) -> None:
        self.process.kill()
        self.close()

    def close(self) -> None:
        for pipe in (self.process.stdin, self.process.stdout):
            assert pipe
            pipe.close()
        self.process.wait(PATIENCE)


def until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline, "it never came"
        time.sleep(0.02)


def client_of(running: EmbeddedServer) -> MongoClient[dict[str, Any]]:
    """A client whose writes are journaled, as the application's are: others may be lost by a kill."""
    patience = int(PATIENCE * 1000)
    return MongoClient(running.uri.get_secret_value(), serverSelectionTimeoutMS=patience, journal=True)


def write(running: EmbeddedServer, value: int) -> None:
    with client_of(running) as client:
        client.test.get_collection("seen").insert_one({"value": value})


def values(running: EmbeddedServer) -> list[int]:
    with client_of(running) as client:
        return sorted(row["value"] for row in client.test.seen.find())


def fake(folder: Path, script: str) -> Path:
    path = folder / "mongod"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o700)
    return path


LINKER: Final = (
    "echo 'mongod: error while loading shared libraries: libcrypto.so.3: cannot open shared object' >&2; "
    "exit 127"
)
