"""Shared fixtures: a real mongod for the tests, an empty database for each, and the reference data."""

from __future__ import annotations

import secrets
import tempfile
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, settings
from pymongo import MongoClient
from pymongo.database import Database
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from core.storage.embedded import server
from core.storage.embedded.address import Transport
from tests.open_data_server import NOWHERE

if TYPE_CHECKING:
    from streamlit.testing.v1 import AppTest

    from core.storage.store import Store

ROOT = Path(__file__).resolve().parent.parent
SHARED_DATA = ROOT.parent / "shared" / "data"
LONG = ("browser", "lab", "spark")
"""Folders whose tests share slow fixtures: a browser and an application, or layouts and fleets."""

# No example may fail for being slow: the machine may be busy.
settings.register_profile("courbe", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("courbe")


def together(path: str) -> str:
    """The group of tests that one worker runs, by a file's path below the project.

    The tests of a file share slow fixtures, those of a folder in LONG as well.
    """
    folder = path.split("/")[1]
    return folder if folder in LONG else path


class Together(LoadScopeScheduling):  # type: ignore[misc]
    """Distributes tests in the groups of `together`, as xdist's own groups need what pytest 9.2 removed."""

    def _split_scope(self, nodeid: str) -> str:
        return together(nodeid.split("::")[0])


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Together:
    return Together(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Start the slowest tests first."""

    def begun(item: pytest.Item) -> int:
        group = together(item.nodeid.split("::")[0])
        return LONG.index(group) if group in LONG else len(LONG)

    items.sort(key=begun)


@pytest.fixture(scope="session")
def mongo_uri() -> Iterator[str]:
    """A mongod started for these tests. Without a mongod the tests fail; they never skip."""
    with tempfile.TemporaryDirectory(prefix="courbe-tests-") as folder:
        embedded = server.start(Path(folder))
        try:
            yield embedded.uri.get_secret_value()
        finally:
            embedded.stop()


@pytest.fixture(scope="session")
def guarded() -> Iterator[str]:
    """URI of a mongod with authentication, as its administrator."""
    with tempfile.TemporaryDirectory(prefix="courbe-tests-") as folder:
        running = server.start(Path(folder), transport=Transport.PORT)
        try:
            yield running.uri.get_secret_value()
        finally:
            running.stop()


@pytest.fixture(scope="session")
def with_role(guarded: str) -> Callable[[str], str]:
    """URI of a new user with this role in the database `household`, which is empty then."""

    def uri(role: str) -> str:
        name = secrets.token_hex(8)
        with MongoClient[dict[str, Any]](guarded) as administrator:
            administrator.drop_database("household")
            roles = [{"role": role, "db": "household"}]
            administrator.admin.command("createUser", name, pwd="pw", roles=roles)
        return f"mongodb://{name}:pw@{guarded.rpartition('@')[2]}"

    return uri


@pytest.fixture(scope="session")
def needy_mongod(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A mongod that needs NOBODY_HAS instead of libcurl.so.4 (Linux)."""
    from tests.wheel import make_needy

    return make_needy(tmp_path_factory.mktemp("needy") / "mongod")


@pytest.fixture(scope="session")
def mongo(mongo_uri: str) -> Iterator[MongoClient[dict[str, Any]]]:
    """A client of the tests' mongod."""
    with MongoClient[dict[str, Any]](mongo_uri) as client:
        yield client


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
def components() -> Iterator[None]:
    """Streamlit looks for components among the installed packages once, not for each AppTest (0.3 s)."""
    from streamlit.components.v2 import manifest_scanner as scanner

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(scanner, "scan_component_manifests", cache(scanner.scan_component_manifests))
        yield


@pytest.fixture
def open_page(
    mongo_uri: str,
    database: Database[dict[str, Any]],
    components: None,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> Iterator[Callable[..., AppTest]]:
    """Opens a page of a personal deployment on this test's database, in a new browser session each time.

    `open_page("consumption", lang="fr")` returns a page that has not run yet: call its `.run()`.
    """
    import streamlit as st
    from streamlit.testing.v1 import AppTest

    from pages.shared import house
    from pages.shared.visitor import AT_ONCE

    monkeypatch.setenv("COURBE_MONGODB_URI", mongo_uri)
    monkeypatch.setenv("COURBE_DATABASE", database.name)
    monkeypatch.setenv("COURBE_DATA_DIR", str(tmp_path))
    house.close()
    for name, nowhere in NOWHERE.items():
        monkeypatch.setenv(name, nowhere)
    st.cache_resource.clear()

    def opened(name: str = "welcome", **query: str) -> AppTest:
        app = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=120)
        app.query_params.update(query)
        app.session_state[AT_ONCE] = True
        return app if name == "welcome" else app.switch_page(f"pages/{name}.py")

    yield opened
    house.close()
    st.cache_resource.clear()


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real reference data, which is not part of the project."""
    if not SHARED_DATA.is_dir():
        pytest.skip(f"the reference data are not here: {SHARED_DATA}")
    return SHARED_DATA
