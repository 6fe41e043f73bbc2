"""`prepare`: refuses what cannot be measured, and reports progress."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core.cli.main import main
from core.jobs import Progress
from core.lab.fleet.synthetic import households
from core.lab.prepared import kept, run
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


def test_it_measures_prints_and_keeps(
    household: Store, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    prepare, reached = run.prepare, list[Progress]()

    def followed(*given: Any, progress: Callable[[Progress], None], **named: Any) -> run.Prepared:
        def both(one: Progress) -> None:
            reached.append(one)
            progress(one)

        return prepare(*given, progress=both, **named)

    monkeypatch.setattr(run, "prepare", followed)  # only here all are measured
    ((_, curve),) = households(1, 10)
    meter = Meter("12345678901234")  # unlike the demo's, a PRM that identifies a household
    household.merge(Delivery(meter, Origin.ENEDIS_CSV, curve))
    household.project(meter)
    assert main(["prepare", "--meters", "1", "--json"]) == 0
    told = capsys.readouterr()
    assert told.err.splitlines()[0] == "1 of 10: Footprint"
    assert len(told.err.splitlines()) == len(Kind)
    assert [one.readings for one in reached] == sorted(one.readings for one in reached)
    assert all(one.expected is not None and one.readings <= one.expected for one in reached)
    assert list(dict.fromkeys(one.source for one in reached)) == list(Kind)
    assert meter.prm not in told.out
    assert all(kept.find(household, kind, meter) for kind in Kind)
