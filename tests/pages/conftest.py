"""Pages with a household: two months of 1,000 W, March and April 2024, on this test's database."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from core.model import Delivery, Meter, Origin
from core.storage.store import Store
from tests.curves import METER_PRM, regular

Opens = Callable[..., AppTest]


def found(app: AppTest, kind: str) -> list[Any]:
    """The elements of one kind, which Streamlit's types do not distinguish."""
    return list(app.get(kind))


@pytest.fixture
def household_page(open_page: Opens, store: Store) -> Opens:
    """Opens and runs a page, in English unless `lang` is given."""
    meter = Meter(METER_PRM)
    store.merge(Delivery(meter, Origin.ENEDIS_CSV, regular(date(2024, 3, 1), 61, watts=1000)))
    store.project(meter)

    def opened(name: str, **query: str) -> AppTest:
        return open_page(name, **({"lang": "en"} | query)).run()

    return opened


@pytest.fixture
def holed_page(household_page: Opens, store: Store) -> Opens:
    """As `household_page`, but without the readings of 10 to 12 March."""
    meter = Meter(METER_PRM)
    store.erase(meter)
    for first, days in ((date(2024, 3, 1), 9), (date(2024, 3, 13), 49)):
        store.merge(Delivery(meter, Origin.ENEDIS_CSV, regular(first, days, watts=1000)))
    store.project(meter)
    return household_page
