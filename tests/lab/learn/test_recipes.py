"""Every recipe runs unchanged, in mongosh's notation and as a program, with the described effect."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import datetime
from typing import Any, Final

import pytest
from bson import ObjectId
from pymongo.database import Database

from core.lab.footprint import server_version
from core.lab.layouts.catalogue import LAYOUTS, Family, Layout, available
from core.lab.learn.calls import mongosh, python
from core.lab.learn.recipes import STEPS, collection_of, day_of, recipe
from core.storage.store import Store
from tests.lab.learn.shell import run

DISTINCT: Final = [one for one in LAYOUTS if not one.live or one.family is Family.TIME_SERIES]


@pytest.fixture(params=DISTINCT, ids=lambda one: one.code)
def layout(request: pytest.FixtureRequest, store: Store) -> Layout:
    found: Layout = request.param
    if not available(found, server_version(store)):
        pytest.skip("a newer server builds it")
    return found


def documents(database: Database[Any], layout: Layout) -> list[dict[str, Any]]:
    return list(database[collection_of(layout)].find())


def check(database: Database[Any], layout: Layout, step: str) -> None:
    """Check the collection after a step."""
    name = collection_of(layout)
    there = database[name]
    if step == "create":
        (info,) = database.list_collections(filter={"name": name})
        assert (info["type"] == "timeseries") == (layout.family is Family.TIME_SERIES)
    elif step == "index" and layout.index:
        assert any(one["key"] == dict(layout.index) for one in there.index_information().values()) or any(
            one["key"] == layout.index for one in there.index_information().values()
        )
    elif step in ("insert", "query", "correct"):
        assert there.count_documents({}) == len(day_of(layout))
    if step == "correct":
        before = {str(_bare(one)) for one in day_of(layout)}
        after = {str(_bare(one)) for one in documents(database, layout)}
        assert len(after - before) == (0 if layout.code == "monthly" else 1)


def _bare(document: dict[str, Any]) -> dict[str, Any]:
    """The document without a driver's `_id` and the generation; fields sorted, as their order may vary."""
    bare = {name: one for name, one in sorted(document.items()) if not isinstance(one, ObjectId)}
    if isinstance(bare.get("meter"), dict):
        bare["meter"] = {name: one for name, one in sorted(bare["meter"].items()) if name != "g"}
    return {
        name: one.replace(tzinfo=None) if isinstance(one, datetime) else one for name, one in bare.items()
    }


def test_a_recipe_runs_in_mongosh_as_it_stands(layout: Layout, store: Store) -> None:
    steps = recipe(layout)
    for step in STEPS:
        if steps[step]:
            answers = run(store.database, mongosh(steps[step]))
            if step == "query":
                assert answers[0]
        check(store.database, layout, step)


def test_a_recipe_runs_as_a_program_as_it_stands(layout: Layout, store: Store, mongo_uri: str) -> None:
    steps = recipe(layout)
    programs = [python(steps[step]) for step in STEPS if steps[step]]
    uri = mongo_uri.replace("/?", f"/{store.database.name}?")
    told = subprocess.check_output(
        [sys.executable, "-c", "\n".join(programs)],
        env=os.environ | {"COURBE_MONGODB_URI": uri},
        text=True,
    )
    assert told.strip()
    check(store.database, layout, "correct")
