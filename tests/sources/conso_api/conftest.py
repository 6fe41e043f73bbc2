"""A server that follows the API's contract."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest

from tests.conso_server import ConsoServer, household
from tests.sources.conso_api.asking import NOW


@pytest.fixture
def server() -> Iterator[ConsoServer]:
    with ConsoServer(household(date(2026, 9, 1), date(2026, 10, 20)), clock=lambda: NOW) as running:
        yield running
