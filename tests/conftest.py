"""What tests share: a real mongod of their own, an empty database for each, and the reference data."""

from __future__ import annotations

import secrets
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from pymongo import MongoClient
from pymongo.database import Database

from core.storage import server

if TYPE_CHECKING:
    from core.storage.store import Store

SHARED_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"


@pytest.fixture(scope="session")
def mongo() -> Iterator[MongoClient[dict[str, Any]]]:
    """A client of a mongod started for these tests. Without a mongod the tests fail; they never skip."""
    with tempfile.TemporaryDirectory(prefix="courbe-tests-") as folder:
        embedded = server.start(Path(folder))
        try:
            with MongoClient[dict[str, Any]](embedded.uri.get_secret_value()) as client:
                yield client
        finally:
            embedded.stop()


@pytest.fixture
def database(mongo: MongoClient[dict[str, Any]]) -> Iterator[Database[dict[str, Any]]]:
    """An empty database of a random name, dropped afterwards."""
    name = f"test_{secrets.token_hex(8)}"
    yield mongo[name]
    mongo.drop_database(name)


@pytest.fixture
def store(database: Database[dict[str, Any]]) -> Store:
    """A prepared store on an empty database."""
    from core.storage.store import Store

    fresh = Store(database)
    fresh.prepare()
    return fresh


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real reference data, which is not part of the project."""
    if not SHARED_DATA.is_dir():
        pytest.skip(f"the reference data are not here: {SHARED_DATA}")
    return SHARED_DATA
