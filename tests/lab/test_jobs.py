"""Jobs of the laboratory: complete, and without changes to the measured collections."""

from __future__ import annotations

from datetime import date
from threading import Event

import pytest

from core.lab.fleet.measure import run_fleet
from core.lab.fleet.synthetic import households
from core.lab.footprint import footprint
from core.lab.jobs import findings, measure_all
from core.lab.layouts import limits
from core.lab.layouts.catalogue import ORDINARY
from core.lab.prepared.kept import Kind, save
from core.lab.speed import inserts
from core.lab.speed import races as speed_races
from core.model import Curve, Days, Delivery, Meter, Origin
from core.storage.store import Store
from tests.lab.households import imported


def test_the_laboratory_leaves_the_measured_collections_alone(filled: Store, meter: Meter) -> None:
    def measured() -> list[tuple[int, int]]:
        now = footprint(filled)
        return [(one.net_bytes, one.data_bytes) for one in (now.ordinary, now.time_series)]

    before = measured()
    limits.trials(filled, meter)
    inserts.compare(filled, meter, filled.read(meter), stop=Event(), batches=2, batch=100)
    list(speed_races.race_all(filled, meter, stop=Event(), progress=lambda _: None, runs=1))
    run_fleet(filled.database, 2, 30)
    assert measured() == before


def test_a_meter_that_was_asked_for_in_vain_is_no_obstacle_to_a_report(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    (_, curve) = next(iter(households(1, 9)))
    for meter, found in ((Meter("00000000000001"), Curve.empty()), (Meter("00000000000002"), curve)):
        asked = Days(date(2026, 6, 22), date(2026, 7, 1))
        store.merge(Delivery(meter, Origin.API_V2, found, asked=asked))
        store.project(meter)
    assert [one.readings for one in store.meters()] == [0, len(curve)]
    monkeypatch.setattr("core.lab.prepared.run.LAYOUTS", (ORDINARY,))
    result = measure_all(store, 0, Event(), lambda _: None)
    assert result
    assert len(result.races) == len(speed_races.QUERIES)
    assert result.inserts[0].ordinary


def test_a_report_is_of_what_was_kept_of_these_very_readings(store: Store) -> None:
    meter = imported(store)
    save(store, Kind.LIMITS, (limits.Trial("last", 1.0, 2.0),), meter)
    assert [one.code for one in findings(store, meter).trials] == ["last"]
    assert findings(store, meter, kinds=[Kind.SPEED]).trials == ()
    imported(store, 12)
    assert findings(store, meter).trials == ()
