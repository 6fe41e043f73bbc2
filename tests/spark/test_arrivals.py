"""Days that arrive one after another, and rewritten months: always exactly the published readings."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import SecretStr
from pymongo.database import Database

from core.model import Curve, Meter
from core.spark import arrivals
from core.spark.arrivals import Arrivals, arrive, parts
from core.spark.target import Opened, Target
from tests.spark import faulty, held

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

Fleet = Callable[[int, int], dict[Meter, Curve]]
FOUR_DAYS = Arrivals(5, 4, unit=3)


class Earlier(Arrivals):
    """The first two days only."""

    @property
    def dates(self) -> list[date]:
        return super().dates[:2]


@pytest.fixture
def target(mongo_uri: str, database: Database[dict[str, Any]]) -> Target:
    return Target(SecretStr(mongo_uri), database.name, FOUR_DAYS.fleet)


def shown(fleet: Opened) -> dict[Meter, Curve]:
    """What readers see: the generations of the manifest. There must be no others."""
    numbers = {part.generation for part in parts(fleet)}
    assert set(fleet.series.distinct("meter.g")) == numbers
    return held.series(fleet)


def test_days_and_then_their_month_hold_the_fleet_and_the_same_again_changes_nothing(
    spark: SparkSession, target: Target, fleet: Fleet
) -> None:
    first = arrive(spark, target, Earlier(5, 4, unit=3))
    expected = fleet(5, 4)
    with target.open() as there:
        two_days = {meter: curve.select(slice(0, 96)) for meter, curve in expected.items()}
        assert shown(there) == two_days
        assert first.written == first.readings == 5 * 96
        more = arrive(spark, target, FOUR_DAYS)  # into a month that was rewritten already
        assert (more.written, more.readings) == (5 * 96, 5 * 192)
        assert shown(there) == expected
        keys = [part.key for part in parts(there)]
        assert keys == [{"month": "2026-06", "task": 0}, {"month": "2026-06", "task": 1}]
        assert (more.before.buckets, more.after.buckets) == (15, 5)
        again = arrive(spark, target, FOUR_DAYS)
        assert (again.written, again.after.buckets) == (0, 5)
        assert shown(there) == expected


def test_tasks_that_write_and_die_leave_no_trace(
    spark: SparkSession, target: Target, fleet: Fleet, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(arrivals, "_writer", faulty.afterwards(faulty.raises, arrivals._writer))
    arrive(spark, target, Earlier(5, 4, unit=3))
    with target.open() as there:
        assert shown(there) == {meter: curve.select(slice(0, 96)) for meter, curve in fleet(5, 4).items()}


def test_a_month_counts_instead_of_its_days_before_they_are_gone(
    spark: SparkSession, target: Target, database: Database[dict[str, Any]]
) -> None:
    arrive(spark, target, Earlier(5, 4, unit=3))
    row = {"g": 1, "days": ["2026-06-27"], "readings": 1, "watt_minutes": 1}
    database[target.manifest].insert_one({"_id": {"day": "2026-06-27", "task": 0}, **row})
    with target.open() as there:
        assert all("month" in part.key for part in parts(there))
