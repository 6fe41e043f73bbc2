"""`erase`: a meter, everything, and the inbox of a trigger."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

from pymongo import MongoClient

from core.cli.status import exact_wh
from core.storage.upkeep.ownership import INBOX
from tests.cli.home import Home, one_line
from tests.curves import regular
from tests.sources.files import writers


def test_what_a_trigger_left_is_told_and_erased_with_the_rest(
    home: Home, embedded: tuple[Path, MongoClient[dict[str, Any]]]
) -> None:
    curve = regular(date(2024, 5, 1), days=2)
    inbox = embedded[1][home.database][INBOX]
    days = {"first": "2024-05-01", "end": "2024-05-03"}
    left = {"prm": writers.PRM, "flow": "consumption", **days, "answer": json.loads(writers.json_v2(curve))}
    inbox.insert_many([{"_id": "one", **left}, {"_id": "two", **left, "prm": "nonsense"}])
    assert [(one["readings"], one["wh"]) for one in home.status()] == [(96, exact_wh(curve.watt_minutes))]
    assert home.run("erase", "--yes").code == 0
    inbox.insert_one({"_id": "three", **left, "prm": "nonsense"})
    assert home.run("erase", "--yes").code == 0
    assert inbox.count_documents({}) == 0


def test_erasing_one_meter_keeps_the_others(home: Home) -> None:
    home.run("import", "--demo")
    unknown = home.run("erase", "--prm", "1234", "--yes")
    assert unknown.code == 2
    assert one_line(unknown)
    assert len(home.status()) == 1
    assert home.run("erase", "--prm", "0000", "--yes").code == 0
    assert home.status() == []


def test_erasing_says_what_it_takes_and_leaves_what_is_not_ours(
    home: Home, embedded: tuple[Path, MongoClient[dict[str, Any]]]
) -> None:
    invoices = embedded[1][home.database]["invoices"]
    invoices.insert_one({"n": 1})
    home.run("import", "--demo")
    done = home.run("erase", "--yes")
    assert (done.code, "0000 (readings: " in done.out, "invoices" in done.err) == (0, True, True)
    assert invoices.count_documents({}) == 1
    assert home.status() == []
