"""Building layouts: verified, in order, cancelled without leftovers."""

from __future__ import annotations

from dataclasses import replace
from threading import Event
from typing import Any

import numpy as np
import pytest

from core.errors import StorageError
from core.jobs import Progress
from core.lab.fleet.synthetic import households
from core.lab.footprint import Tally
from core.lab.layouts import catalogue
from core.lab.layouts.build import Built, Stopped, build, build_all, calm
from core.lab.layouts.catalogue import BY_CODE, LAYOUTS, Layout
from core.model import Curve, Flow, Meter
from core.storage.bson_columns import Payload
from core.storage.scratch import PREFIX
from core.storage.store import Store
from tests.lab.layouts.small import DAYS, METERS, buildable, fleet


def leftovers(store: Store) -> list[str]:
    return [name for name in store.database.list_collection_names() if PREFIX in name]


def test_every_layout_is_built_and_dropped(filled: Store, built: dict[str, Built]) -> None:
    assert list(built) == [layout.code for layout in buildable(filled)]
    readings = sum(len(curve) for _, curve in fleet())
    assert {one.usage.readings for one in built.values()} == {readings}
    assert all(one.settled for one in built.values())
    assert not leftovers(filled)


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
