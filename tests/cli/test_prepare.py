"""`prepare`: refuses what cannot be measured, and reports progress."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.cli.main import main
from core.lab.fleet.synthetic import households
from core.lab.prepared import kept
from core.lab.prepared.kept import Kind
from core.model import Delivery, Meter, Origin
from core.storage.store import Store
from tests.lab.households import imported


@pytest.fixture
def household(store: Store, mongo_uri: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Store:
    monkeypatch.setenv("COURBE_MONGODB_URI", mongo_uri)
    monkeypatch.setenv("COURBE_DATABASE", store.database.name)
    monkeypatch.setenv("COURBE_DATA_DIR", str(tmp_path))
    return store


def test_without_readings_it_says_what_to_do(household: Store, capsys: pytest.CaptureFixture[str]) -> None:
    assert not household.meters()
    assert main(["prepare"]) == 1
    assert "No reading has been imported" in capsys.readouterr().err


def test_a_fleet_that_is_too_large_is_refused_before_anything_is_measured(
    household: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    imported(household, 2)
    assert main(["prepare", "--meters", "1000000"]) == 2
    assert "meters" in capsys.readouterr().err
    assert kept.find(household, Kind.FOOTPRINT) is None


def test_it_measures_prints_and_keeps(household: Store, capsys: pytest.CaptureFixture[str]) -> None:
    ((_, curve),) = households(1, 10)
    meter = Meter("12345678901234")  # unlike the demo's, a PRM that identifies a household
    household.merge(Delivery(meter, Origin.ENEDIS_CSV, curve))
    household.project(meter)
    assert main(["prepare", "--meters", "1", "--json"]) == 0
    told = capsys.readouterr()
    assert told.err.splitlines()[0] == "1 of 10: Footprint"
    assert len(told.err.splitlines()) == len(Kind)
    assert meter.prm not in told.out
    assert all(kept.find(household, kind, meter) for kind in Kind)
