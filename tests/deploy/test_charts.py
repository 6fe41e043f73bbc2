"""The pipelines for Atlas Charts: each runs, reads only the published generation, agrees with our charts."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any, Final

import pytest

from core.consumption.profiles import carpet
from core.consumption.readings import History
from core.consumption.totals import Grain, by_day, grouped
from core.lab.fleet.synthetic import households
from core.model import Days
from core.paristime import local
from core.storage import bson_columns
from core.storage.store import Store
from tests.code import ROOT
from tests.lab.households import imported

FOLDER: Final = ROOT / "deploy" / "atlas" / "charts"
NAMES: Final = ("days", "months", "profile", "peaks", "carpet")


@pytest.fixture
def history(store: Store) -> History:
    """120 days with a change of clocks, and an unpublished generation."""
    meter = imported(store, 120)
    curve = store.read(meter)
    bson_columns.insert(store.time_series, bson_columns.payload(meter, curve.select(slice(0, 500)), 7))
    return History.of(curve)


def rows(store: Store, name: str) -> list[dict[str, Any]]:
    pipeline = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    return list(store.database["curves"].aggregate(pipeline))


def test_there_are_five_and_each_is_described() -> None:
    assert {path.stem for path in FOLDER.glob("*.json")} == set(NAMES)
    readme = (FOLDER / "README.md").read_text(encoding="utf-8")
    assert all(f"`{name}.json`" in readme for name in NAMES)


def test_energy_by_day_and_month_is_ours(store: Store, history: History) -> None:
    first, last = (local(int(history.curve.start[at])).date() for at in (0, -1))
    days = Days(first, last + timedelta(days=1))
    daily = by_day(history, days)
    assert [one["kWh"] for one in rows(store, "days")] == pytest.approx((daily.energy / 60_000).tolist())
    months = grouped(daily, Grain.MONTH)
    assert [one["kWh"] for one in rows(store, "months")] == pytest.approx((months.energy / 60_000).tolist())


def test_the_carpet_has_a_cell_for_each_half_hour_of_the_clock(store: Store, history: History) -> None:
    whole = carpet(history)
    cells = rows(store, "carpet")
    assert len(cells) == int((whole.minutes > 0).sum())
    assert max(one["kW"] for one in cells) == pytest.approx(
        float(whole.watts[whole.minutes > 0].max()) / 1000
    )


def test_profile_and_peaks(store: Store, history: History) -> None:
    profile = rows(store, "profile")
    assert len(profile) == 7 * 24
    assert {one["weekday"] for one in profile} == set(range(1, 8))
    peaks = [one["kW"] for one in rows(store, "peaks")]
    assert len(peaks) == 20
    assert peaks[0] == pytest.approx(int(history.curve.watts.max()) / 1000)


def test_readings_of_all_meters_are_seen(store: Store) -> None:
    imported(store, 3, meters=2)
    total = sum(one["kWh"] for one in rows(store, "days"))
    assert total == pytest.approx(sum(curve.watt_minutes for _, curve in households(2, 3)) / 60_000)
