"""The Atlas trigger under Node: the same rules, idempotent, and its inbox reaches the record."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydantic import SecretStr

from core.errors import SourceError, SourcePaused
from core.importing.api.source import budget_of
from core.importing.inbox import fold
from core.model import Curve, Days, Delivery, Meter, Origin
from core.paristime import HOUR_MS, midnight, span_of
from core.settings import Settings
from core.sources.conso_api.client import ConsoApi
from core.storage.store import Store
from core.storage.upkeep.ownership import API_BUDGET, INBOX
from tests.conso_server import FAULTS, PRM, ConsoServer, household
from tests.stored import ordinary_curve

HERE = Path(__file__).parent
ATLAS = HERE.parents[1] / "deploy" / "atlas"
METER = Meter(PRM)
TODAY = date(2026, 10, 26)
"""The day after the clock changed: the trailing week has 169 hours."""
WEEK = Days(TODAY - timedelta(days=7), TODAY)
NOW = midnight(TODAY) + 9 * HOUR_MS


def missing(why: str) -> None:
    """Skip on a developer's machine, fail in CI."""
    if os.environ.get("CI"):
        pytest.fail(why)
    pytest.skip(why)


@pytest.fixture(scope="session")
def node() -> str:
    """Node, with MongoDB's driver next to the trigger (fetched by npm the first time)."""
    found, npm = shutil.which("node"), shutil.which("npm")
    if found is None:
        missing("node is not installed")
    if not (ATLAS / "node_modules" / "mongodb").is_dir():
        if npm is None:
            missing("npm is not installed")
        command = [str(npm), "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"]
        if subprocess.run(command, cwd=ATLAS, check=False, capture_output=True).returncode:
            missing("npm cannot fetch MongoDB's driver for Node")
    return str(found)


class Trigger:
    """The function as Atlas runs it, with its values."""

    def __init__(self, node: str, uri: str, store: Store, server: ConsoServer) -> None:
        self.node, self.uri, self.store, self.server = node, uri, store, server
        self.values: dict[str, Any] = {
            "COURBE_API_URL": server.url,
            "COURBE_API_TOKEN": server.token(),
            "COURBE_PRM": "99 999 999 999 991",
            "COURBE_NOW": NOW,
        }

    def __call__(self) -> dict[str, Any]:
        given = {"uri": self.uri, "database": self.store.database.name, "values": self.values}
        done = subprocess.run(
            [self.node, str(HERE / "run_trigger.cjs")],
            input=json.dumps(given),
            capture_output=True,
            text=True,
            check=False,
            timeout=180,
        )
        assert done.returncode == 0, done.stderr
        told: dict[str, Any] = json.loads(done.stdout)
        assert str(self.values["COURBE_API_TOKEN"]) not in done.stdout + done.stderr
        return told

    @property
    def waiting(self) -> int:
        return self.store.database[INBOX].count_documents({})

    def budget(self) -> Any:
        settings = Settings(_env_file=None, api_url=self.server.url)
        return budget_of(self.store, settings, lambda: NOW)


@pytest.fixture
def trigger(node: str, mongo_uri: str, store: Store) -> Iterator[Trigger]:
    house = household(TODAY - timedelta(days=30), TODAY + timedelta(days=2))
    with ConsoServer(house, clock=lambda: NOW) as server:
        yield Trigger(node, mongo_uri, store, server)


def test_the_week_lands_in_the_record_and_a_second_run_asks_nothing(trigger: Trigger) -> None:
    assert trigger() == {"result": "stored", "code": None, "calls": 1}
    assert trigger() == {"result": "up-to-date", "code": None, "calls": 0}
    assert trigger.waiting == 1
    assert fold(trigger.store) == 1
    expected = trigger.server.households[METER].curve.within(span_of(WEEK))
    assert trigger.store.read(METER) == ordinary_curve(trigger.store, METER) == expected
    assert len(expected) == 7 * 48 + 2
    assert trigger() == {"result": "up-to-date", "code": None, "calls": 0}
    (seen,) = trigger.server.seen
    assert seen.query == {
        "pointId": PRM,
        "dateDebut": WEEK.first.isoformat(),
        "dateFin": WEEK.end.isoformat(),
    }
    assert seen.headers["User-Agent"].startswith("Courbe/")


@pytest.mark.parametrize("step", [30, 60])
def test_a_week_that_is_whole_costs_no_call_and_one_with_a_gap_does(trigger: Trigger, step: int) -> None:
    curve = trigger.server.households[METER].curve.within(span_of(WEEK))
    if step == 60:
        curve = Curve.of(curve.start[::2], np.full(len(curve) // 2, 60), curve.watts[::2])
    holed = curve.select(np.arange(len(curve)) != len(curve) // 2)
    trigger.store.merge(Delivery(METER, Origin.API_V2, holed))
    trigger.store.project(METER)
    assert trigger() == {"result": "stored", "code": None, "calls": 1}
    trigger.store.database[INBOX].delete_many({})
    trigger.store.merge(Delivery(METER, Origin.API_V2, curve))
    trigger.store.project(METER)
    assert trigger() == {"result": "up-to-date", "code": None, "calls": 0}


def test_a_day_that_is_late_is_asked_again_and_replaces_the_first_answer(trigger: Trigger) -> None:
    house = trigger.server.households[METER]
    usual = house.published
    house.published = lambda day: NOW + 1 if day == TODAY - timedelta(days=1) else usual(day)
    assert trigger()["result"] == "not-published"
    house.published = usual
    assert trigger()["result"] == "stored"
    assert trigger.waiting == 1


def test_the_legacy_path_is_asked_where_the_new_one_is_unknown(trigger: Trigger) -> None:
    trigger.server.knows_v2 = False
    assert trigger() == {"result": "stored", "code": None, "calls": 2}
    fold(trigger.store)
    record = trigger.store.record(METER)
    assert record is not None
    assert record.origins == (Origin.API_V5,)


def test_its_calls_count_in_our_budget_and_ours_in_its(trigger: Trigger) -> None:
    trigger()
    assert trigger.budget().allowance().calls == 1
    trigger.values["COURBE_API_DAILY_CALLS"] = 1
    trigger.store.database[INBOX].delete_many({})
    assert trigger() == {"result": "paused", "code": "api-budget-used", "calls": 0}
    assert len(trigger.server.seen) == 1
    assert trigger.budget().take() > 0


def test_a_ban_is_remembered_by_both(trigger: Trigger) -> None:
    trigger.server.faults.append("banned")
    assert trigger()["code"] == "api-banned"
    assert trigger() == {"result": "failed", "code": "api-banned", "calls": 0}
    with pytest.raises(SourceError) as caught:
        trigger.budget().take()
    assert caught.value.code == "api-banned"
    assert len(trigger.server.seen) == 1


def test_a_named_wait_holds_both(trigger: Trigger) -> None:
    trigger.server.faults.append("throttled-named")
    assert trigger()["code"] == "api-throttled"
    assert trigger() == {"result": "paused", "code": "api-throttled", "calls": 0}
    assert trigger.budget().allowance().resumes_at == NOW + 6 * HOUR_MS


ENDLESS = frozenset({"drip", "drip-headers", "silent", "huge"})
"""Faults for which Atlas has its own limits."""
GONE = ("gone", "bad-request", "path-gone")
"""Faults after which the legacy path is requested."""


def test_every_answer_has_the_outcome_it_has_in_courbe(trigger: Trigger) -> None:
    token = SecretStr(str(trigger.values["COURBE_API_TOKEN"]))
    client = ConsoApi(trigger.server.url, token, contact="x", permit=lambda: None, clock=lambda: NOW)
    budget = trigger.store.database[API_BUDGET]
    expected, told = {}, {}
    for fault in sorted(FAULTS.keys() - ENDLESS):
        trigger.server.faults.extend([fault] * (2 if fault in GONE else 1))
        with pytest.raises(SourceError) as caught:
            client.load_curve(METER, WEEK)
        error = caught.value
        named = error.resumes_at if isinstance(error, SourcePaused) else None
        expected[fault] = ("api-unreachable" if fault == "cut" else error.code, named)

        trigger.server.faults.extend([fault] * (2 if fault in GONE else 1))
        code = trigger()["code"]
        held = (budget.find_one({}) or {}).get("held_until")
        told[fault] = (code, held if named else None)
        budget.delete_many({})
        client = ConsoApi(trigger.server.url, token, contact="x", permit=lambda: None, clock=lambda: NOW)
    assert told == expected
    assert trigger.waiting == 0


@pytest.mark.parametrize(("name", "code"), [("COURBE_PRM", "api-prm"), ("COURBE_API_TOKEN", "api-no-token")])
def test_values_that_cannot_be_used_cost_no_call(trigger: Trigger, name: str, code: str) -> None:
    trigger.values[name] = "nonsense"
    assert trigger() == {"result": "failed", "code": code, "calls": 0}
    assert not trigger.server.seen
