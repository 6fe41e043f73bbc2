"""A browser and a running application, shared by the tests of this folder."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.browser.app import App
from tests.browser.visit import AXE, launch


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    assert AXE.is_file(), "axe-core is missing: README says how to install it; `make test` does"
    with sync_playwright() as playwright:
        chromium = launch(playwright)
        yield chromium
        chromium.close()


@pytest.fixture(scope="package")
def demo_app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """An application with the demo household, for tests that do not change it."""
    with App(tmp_path_factory.mktemp("demo")) as app:
        app.command("import", "--demo")
        yield app


@pytest.fixture
def empty_app(tmp_path: Path) -> Iterator[App]:
    """A new application without any data."""
    with App(tmp_path) as app:
        yield app


@pytest.fixture
def shared_app(tmp_path: Path) -> Iterator[App]:
    """A shared deployment."""
    with App(tmp_path, COURBE_DEPLOYMENT="shared") as app:
        yield app
