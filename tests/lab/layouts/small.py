"""Two meters over sixty days, and the collections left after building them."""

from __future__ import annotations

from typing import Any

from core.lab.fleet.synthetic import households
from core.lab.layouts.catalogue import LAYOUTS, Layout, available
from core.storage.store import Store

DAYS = 60
METERS = 2


def fleet() -> Any:
    return households(METERS, DAYS)


def buildable(store: Store) -> list[Layout]:
    version = str(store.database.client.server_info()["version"])
    return [layout for layout in LAYOUTS if available(layout, version)]
