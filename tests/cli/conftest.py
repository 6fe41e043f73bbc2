"""A household of its own for each test, on one running server."""

from __future__ import annotations

import secrets
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pymongo import MongoClient

from core.storage.embedded import server
from tests.cli.home import Home


@pytest.fixture(scope="session")
def embedded() -> Iterator[tuple[Path, MongoClient[dict[str, Any]]]]:
    """A server that stays up between the commands, as next to an open application."""
    with tempfile.TemporaryDirectory(prefix="courbe-cli-") as folder:
        running = server.start(Path(folder))
        try:
            with MongoClient[dict[str, Any]](running.uri.get_secret_value()) as client:
                yield Path(folder), client
        finally:
            running.stop()


@pytest.fixture
def home(embedded: tuple[Path, MongoClient[dict[str, Any]]]) -> Iterator[Home]:
    folder, client = embedded
    name = f"cli_{secrets.token_hex(6)}"
    yield Home(folder, name)
    client.drop_database(name)
