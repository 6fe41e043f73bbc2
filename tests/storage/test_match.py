"""The condition for a meter matches its readings only, in both collections and in the buckets."""

from __future__ import annotations

from core.model import Curve, Delivery, Flow, Meter, Origin
from core.storage import match
from core.storage.store import Store
from tests.curves import METER_PRM, regular

METER, OTHER = Meter(METER_PRM), Meter(METER_PRM[:-1] + "2")
GIVEN = Meter(METER_PRM, Flow.PRODUCTION)


def keep(store: Store, meter: Meter, curve: Curve) -> None:
    store.merge(Delivery(meter, Origin.ENEDIS_CSV, curve))
    store.project(meter)


def test_it_finds_one_meter_and_flow_in_either_collection(store: Store) -> None:
    for days, meter in enumerate((METER, OTHER, GIVEN), start=1):
        keep(store, meter, regular(days=days))
    for days, meter in enumerate((METER, OTHER, GIVEN), start=1):
        condition = match.readings(meter)
        assert store.ordinary.count_documents(condition) == days * 48
        assert store.time_series.count_documents(condition) == days * 48
        buckets = store.database[f"system.buckets.{store.time_series.name}"]
        assert {one["meta"]["prm"] for one in buckets.find(match.buckets(meter))} == {meter.prm}
        assert {one["meta"]["flow"] for one in buckets.find(match.buckets(meter))} == {meter.flow.value}


def test_of_two_generations_it_finds_the_one_that_is_named(store: Store) -> None:
    keep(store, METER, regular(days=1))
    (generation,) = store.time_series.distinct("meter.g", match.readings(METER))
    assert store.time_series.count_documents(match.readings(METER, generation)) == 48
    assert store.time_series.count_documents(match.readings(METER, generation + 1)) == 0
