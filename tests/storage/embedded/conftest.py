"""A folder for a server, and servers that are stopped after the test."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from core.storage.embedded import server
from core.storage.embedded.server import EmbeddedServer


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder whose name is short enough for a socket."""
    with tempfile.TemporaryDirectory(prefix="courbe-") as name:
        yield Path(name)


@pytest.fixture
def started() -> Iterator[Callable[..., EmbeddedServer]]:
    """Starts servers and stops them after the test."""
    running: list[EmbeddedServer] = []

    def start(*args: Any, **options: Any) -> EmbeddedServer:
        running.append(server.start(*args, **options))
        return running[-1]

    yield start
    for one in running:
        one.stop()
