"""Every layout, built once."""

from __future__ import annotations

from threading import Event

import pytest

from core.lab.layouts.build import Built, build_all
from core.storage.store import Store
from tests.lab.layouts.small import DAYS, METERS, buildable, fleet


@pytest.fixture(scope="session")
def built(filled: Store) -> dict[str, Built]:
    """All layouts of two meters over 60 days."""
    total = METERS * DAYS * 48
    found = build_all(filled, buildable(filled), fleet, total, stop=Event(), progress=lambda _: None)
    return {one.layout: one for one in found}
