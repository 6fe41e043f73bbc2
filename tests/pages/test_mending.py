"""The pages describe damages, and one button repairs them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pymongo.database import Database
from streamlit.testing.v1 import AppTest

from core.model import Meter
from core.storage.store import Store
from tests.curves import METER_PRM, regular
from tests.storage.test_store import deliver

Opens = Callable[..., AppTest]
METER = Meter(METER_PRM)


def test_a_damaged_record_is_mended_by_a_button(open_page: Opens, store: Store) -> None:
    deliver(store, regular(days=4))
    store.database["curves"].update_one({}, {"$set": {"columns": b"x"}})
    app = open_page("history", lang="en").run()
    assert not app.exception
    assert METER.masked[-4:] in app.warning[0].value
    app.button(key="repair").click().run()
    assert "rebuilt" in app.info[0].value
    app.button(key="repaired").click().run()
    assert not app.exception
    assert not app.warning
    found = store.record(METER)
    assert found is not None
    assert found.curve == regular(days=4)


def test_a_foreign_view_is_put_aside_by_a_button(
    open_page: Opens, database: Database[dict[str, Any]]
) -> None:
    database.command("create", "curves", viewOn="theirs", pipeline=[])
    app = open_page("history", lang="en").run()
    assert "was not made by Courbe" in app.error[0].value
    app.button(key="repair").click().run()
    app.button(key="repaired").click().run()
    assert not app.exception
    assert not app.error


def test_all_that_will_be_erased_is_listed_and_what_is_not_ours(open_page: Opens, store: Store) -> None:
    deliver(store, regular(days=4))
    store.database["invoices"].insert_one({"n": 1})
    store.database["preferences"].insert_one({"_id": "contract"})
    app = open_page("connect", lang="en").run()
    assert not app.exception
    (told,) = [one.value for one in app.markdown if "This deletes for good" in one.value]
    assert "9991" in told
    assert "the contract" in told
    assert any("invoices" in one.value for one in app.caption)
    app.button(key="erase_yes").click().run()
    assert not app.exception
    assert store.meters() == []
    assert store.database["invoices"].count_documents({}) == 1
