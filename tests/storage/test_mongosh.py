"""Pipelines to copy: they show the query but not the meter."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from core.model import DEMO_PRM, Meter
from core.storage import match, mongosh

METER = Meter("12345678901234")


def test_a_household_stands_by_its_last_four_digits() -> None:
    written = mongosh.written("readings", [{"$match": match.readings(METER, 3)}, {"$limit": 1}], METER)
    for text in (written.shell, written.python):
        assert METER.prm not in text
        assert '"$regex": "1234$"' in text
        assert '"meter.g": 3' in text
    assert written.hides_meter


@pytest.mark.parametrize("prm", [DEMO_PRM, "1429xxxxxxxxxx"])
def test_what_says_nothing_about_anybody_is_shown(prm: str) -> None:
    written = mongosh.written("readings", [{"$match": match.readings(Meter(prm))}], Meter(prm))
    assert f'"meter.prm": "{prm}"' in written.shell
    assert not written.hides_meter


def test_moments_are_written_as_each_language_writes_them() -> None:
    since = {"$match": {"start": {"$gte": datetime(2026, 3, 29, 1, 30, tzinfo=UTC)}}}
    written = mongosh.written("readings_ts", [since, {"$group": {"_id": None}}], METER)
    assert 'ISODate("2026-03-29T01:30:00Z")' in written.shell
    assert '"_id": null' in written.shell
    assert "datetime(2026, 3, 29, 1, 30, tzinfo=UTC)" in written.python
    assert '"_id": None' in written.python
    compile(written.python, "shown", "exec")
