"""Which meters may be combined, and their sums."""

from __future__ import annotations

from datetime import date

from core.consumption.household import Scope, load, scopes
from core.model import DEMO_PRM, Curve, Flow, Meter
from core.storage.store import Store
from tests.consumption.kept import METER, keep
from tests.curves import METER_PRM, regular


def test_several_meters_can_be_summed_and_production_taken_off(store: Store) -> None:
    taken, given = regular(days=2, watts=500), regular(days=1, watts=800)
    keep(store, METER, taken)
    keep(store, Meter("99999999999992"), taken)
    keep(store, Meter(METER_PRM, Flow.PRODUCTION), given)
    summaries = store.meters()
    assert scopes(summaries, METER) == (Scope.ONE, Scope.SUM, Scope.NET)
    assert load(store, summaries, METER).history.curve == taken
    both = load(store, summaries, METER, Scope.SUM)
    assert (both.history.watt_minutes, both.meters) == (2 * taken.watt_minutes, 2)
    net = load(store, summaries, METER, Scope.NET).history
    assert net.watt_minutes == 1440 * (500 + 500 - 800)  # the first day: the second has no production


def test_the_demo_is_never_put_together_with_a_real_meter(store: Store) -> None:
    demo, taken = Meter(DEMO_PRM), regular(days=2, watts=500)
    keep(store, demo, regular(date(2020, 1, 1)))
    keep(store, METER, taken)
    keep(store, Meter(METER_PRM, Flow.PRODUCTION), taken)
    summaries = store.meters()
    assert scopes(summaries, METER) == (Scope.ONE, Scope.NET)
    assert scopes(summaries, demo) == (Scope.ONE,)
    net = load(store, summaries, METER, Scope.NET)
    assert (net.history.watt_minutes, len(net.history), net.meters) == (0, 96, 2)


def test_one_meter_alone_offers_nothing_to_choose(store: Store, autumn: Curve) -> None:
    assert scopes(store.meters(), METER) == (Scope.ONE,)
