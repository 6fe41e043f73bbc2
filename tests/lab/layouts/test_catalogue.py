"""Every layout really built: the same readings, the sizes the lessons claim, nothing left behind."""

from __future__ import annotations

from dataclasses import replace
from threading import Event
from typing import Any

import bson
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import StorageError
from core.jobs import Progress
from core.lab.fleet.synthetic import households
from core.lab.footprint import Tally
from core.lab.layouts import catalogue
from core.lab.layouts.build import LESSON_READINGS, Built, Stopped, build, build_all, calm
from core.lab.layouts.catalogue import BY_CODE, LAYOUTS, WATERFALL, Layout, available
from core.lab.layouts.documents import monthly, unpacked
from core.model import Curve, Flow, Meter
from core.storage.bson_columns import Payload
from core.storage.scratch import PREFIX
from core.storage.store import Store

DAYS = 60
METERS = 2


def fleet() -> Any:
    return households(METERS, DAYS)


def leftovers(store: Store) -> list[str]:
    return [name for name in store.database.list_collection_names() if PREFIX in name]


def buildable(store: Store) -> list[Layout]:
    version = str(store.database.client.server_info()["version"])
    return [layout for layout in LAYOUTS if available(layout, version)]


@pytest.fixture(scope="module")
def built(filled: Store) -> dict[str, Built]:
    """All layouts of two meters over 60 days."""
    total = METERS * DAYS * 48
    found = build_all(filled, buildable(filled), fleet, total, stop=Event(), progress=lambda _: None)
    return {one.layout: one for one in found}


def test_every_layout_is_built_and_dropped(filled: Store, built: dict[str, Built]) -> None:
    assert list(built) == [layout.code for layout in buildable(filled)]
    readings = sum(len(curve) for _, curve in fleet())
    assert {one.usage.readings for one in built.values()} == {readings}
    assert all(one.settled for one in built.values())
    assert not leftovers(filled)


def test_granularity_decides_how_many_readings_a_bucket_holds(built: dict[str, Built]) -> None:
    held = {code: built[code].usage.readings / built[code].usage.documents for code in built}
    assert held["ts-seconds"] == pytest.approx(2, abs=0.05)
    assert held["ts-minutes"] == pytest.approx(48, abs=2)
    assert held["ts-hours"] > 500
    assert held["ordinary"] == 1


def test_the_lessons_hold(built: dict[str, Built]) -> None:
    data = {code: one.usage.data_bytes for code, one in built.items()}
    assert data["ts-default"] > 1.5 * data["first-live"]
    assert data["ts-shuffled"] > 10 * data["ts-hours"]
    assert built["ts-newest"].usage.documents > 5 * built["ts-hours"].usage.documents
    assert data["ts-hours"] < 0.1 * data["ordinary"]
    totals = [built[layout.code].usage.storage_bytes for layout in WATERFALL]
    assert totals[0] > totals[-1]


def test_the_default_granularity_costs_more_than_an_ordinary_collection_in_operation(filled: Store) -> None:
    """Both hold the same documents, the first of those there are, and see the same checkpoints."""

    def six_meters() -> Any:
        return households(6, 730)

    ordinary, series = (
        build(filled, layout, six_meters, Event()).usage
        for layout in (catalogue.FIRST_LIVE, catalogue.TS_DEFAULT)
    )
    assert ordinary.readings == series.readings == LESSON_READINGS
    assert series.storage_bytes > ordinary.storage_bytes
    assert series.total_bytes > ordinary.total_bytes
    assert series.unused_bytes > ordinary.unused_bytes > 0


def test_compressors_are_those_the_names_say(built: dict[str, Built]) -> None:
    for code in ("first-demo", "ordinary", "lean", "ts-snappy"):
        assert built[code].usage.compressor == "snappy"
    for code in ("ordinary-zstd", "natural", "ts-hours", "ts-small"):
        assert built[code].usage.compressor == "zstd"
    assert built["ts-small"].usage.allocation_bytes == built["ordinary-small"].usage.allocation_bytes == 512


def test_a_layout_that_lost_a_reading_is_not_shown(filled: Store) -> None:
    liar = Layout(
        "ts-hours",
        catalogue.TS_HOURS.family,
        catalogue.TS_HOURS.shape,
        catalogue.TS_HOURS.options,
        tally=lambda _collection, _steps: Tally(1, 1),
    )
    with pytest.raises(StorageError) as caught:
        build(filled, liar, fleet, Event())
    assert caught.value.code == "lab-differs"
    assert not leftovers(filled)


@pytest.mark.parametrize("layout", [catalogue.TS_HOURS, catalogue.ORDINARY], ids=lambda one: one.code)
def test_each_layout_is_loaded_in_the_order_of_its_keys(filled: Store, layout: Layout) -> None:
    begun: list[tuple[str, int, int]] = []

    def watched(meter: Meter, series: int, curve: Curve) -> list[Payload]:
        begun.append((meter.prm, int(curve.start[0]), series))
        return layout.shape(meter, series, curve)

    def uneven() -> Any:
        for at, (meter, curve) in enumerate(households(3, DAYS)):
            yield meter, curve.select(slice(at * 700, None))

    build(filled, replace(layout, shape=watched), uneven, Event())
    assert {(prm, series) for prm, _, series in begun} == {
        (meter.prm, at) for at, (meter, _) in enumerate(uneven(), 1)
    }
    if layout is catalogue.ORDINARY:
        assert [prm for prm, _, _ in begun] == [meter.prm for meter, _ in uneven()]
    else:
        waves = [start for prm, start, _ in begun if prm == begun[0][0]]
        assert len(waves) == 3
        assert [prm for prm, _, _ in begun[:3]] == [meter.prm for meter, _ in uneven()]


def test_cancelling_drops_what_was_begun(filled: Store) -> None:
    stop = Event()
    told: list[Progress] = []

    def tell(progress: Progress) -> None:
        told.append(progress)
        stop.set()

    found = list(build_all(filled, [catalogue.LEAN], fleet, METERS * DAYS * 48, stop=stop, progress=tell))
    assert not found
    assert told
    assert not leftovers(filled)
    with pytest.raises(Stopped):
        build(filled, catalogue.LEAN, fleet, stop)


def test_measurements_that_overlap_leave_the_server_as_it_began(filled: Store) -> None:
    def tuning() -> tuple[int, int]:
        admin, idle = filled.database.client.admin, "timeseriesIdleBucketExpiryMemoryUsageThreshold"
        cache = admin.command("serverStatus")["wiredTiger"]["cache"]["maximum bytes configured"]
        return cache, admin.command({"getParameter": 1, idle: 1})[idle]

    before = tuning()
    first, second = calm(filled.database), calm(filled.database)
    first.__enter__()
    assert tuning() != before
    second.__enter__()
    first.__exit__(None, None, None)
    second.__exit__(None, None, None)
    assert tuning() == before


@pytest.mark.parametrize("code", [layout.code for layout in LAYOUTS])
def test_mixed_steps_and_both_flows_are_counted_exactly(filled: Store, code: str) -> None:
    layout = BY_CODE[code]
    if layout not in buildable(filled):
        pytest.skip("this server cannot build custom bucket spans")
    hour = 3_600_000
    start = np.array([0, 1, 2, 3.5, 4, 4.5, 30]) * hour + 1_700_000_400_000
    curve = Curve.of(start.astype(np.int64), [60, 60, 60, 30, 30, 30, 30], [0, 9_000, 4, 65_535, 1, 7, 12])
    both = [(Meter("00000000000007", flow), curve) for flow in Flow]
    found = build(filled, layout, lambda: iter(both), Event())
    assert found.usage.readings == 2 * len(curve)


def test_a_reading_beyond_16_bits_is_built_too(filled: Store) -> None:
    """Sources accept up to a million watts."""
    curve = Curve.of([0, 1_800_000], [30, 30], [1_000_000, 2])
    found = build(filled, catalogue.MONTHLY, lambda: iter([(Meter("00000000000007"), curve)]), Event())
    assert found.usage.readings == 2


@settings(max_examples=60)
@given(st.lists(st.integers(0, 65_535) | st.integers(0, 1_000_000), min_size=1, max_size=40))
def test_packed_months_hold_every_value(watts: list[int]) -> None:
    start = np.arange(len(watts), dtype=np.int64) * 20 * 86_400_000
    curve = Curve.of(start, np.full(len(watts), 30), watts)
    documents = [
        one for payload in monthly(Meter("00000000000007"), 1, curve) for one in bson.decode_all(payload.raw)
    ]
    assert [value for one in documents for value in unpacked(one["v"]).tolist()] == watts
