"""The queries shown are those that run, alike on both collections, and say what the views say."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from core.consumption.contracts import (
    OffPeak,
    Option,
    ejp_days,
    read_windows,
    regulated,
    tempo_days,
    with_colours,
)
from core.consumption.history import History
from core.consumption.household import Scope, load, scopes
from core.consumption.insights import base_load
from core.consumption.preferences import default_contract, load_contract, save_contract
from core.consumption.queries import Query, measure, stages, written
from core.consumption.shapes import Season, carpet
from core.consumption.totals import by_day
from core.model import STEPS, Curve, Days, Delivery, Flow, Meter, Origin
from core.paristime import midnight
from core.storage.dates import to_datetime
from core.storage.store import Store
from tests.curves import METER_PRM, regular

METER = Meter(METER_PRM)
DAYS = Days(date(2024, 10, 25), date(2024, 10, 29))


def keep(store: Store, meter: Meter, curve: Curve) -> None:
    store.merge(Delivery(meter, Origin.ENEDIS_CSV, curve))
    store.project(meter)


@pytest.fixture
def autumn(store: Store) -> Curve:
    """Four days around the change of the clock."""
    curve = regular(DAYS.first, len(DAYS))
    keep(store, METER, curve)
    return curve


@pytest.mark.parametrize("query", Query)
def test_both_collections_answer_alike(store: Store, autumn: Curve, query: Query) -> None:
    found = measure(store, query, METER, DAYS)
    assert found.same
    assert found.documents > 0


def test_the_query_of_days_says_what_the_view_says(store: Store, autumn: Curve) -> None:
    answer = list(store.ordinary.aggregate(stages(Query.DAYS)))
    daily = by_day(History.of(autumn), DAYS)
    assert [one["watt_minutes"] for one in answer] == daily.energy.tolist()
    assert [one["minutes"] for one in answer] == daily.expected.tolist()


@pytest.mark.parametrize("step", STEPS)
def test_the_query_of_the_base_load_says_what_the_view_says(store: Store, step: int) -> None:
    curve = regular(DAYS.first, len(DAYS), step)
    curve = curve.select(np.random.default_rng(step).random(len(curve)) < 0.8)
    keep(store, METER, curve)
    answer = {one["_id"]: one["watts"] for one in store.time_series.aggregate(stages(Query.BASE))}
    base = base_load(carpet(History.of(curve)))
    shown = {
        to_datetime(midnight(day)).replace(tzinfo=None): watts
        for day, watts in zip(base.day.tolist(), base.watts.tolist(), strict=True)
        if not np.isnan(watts)
    }
    assert answer == pytest.approx(shown)
    assert answer


def test_a_query_of_a_season_leaves_the_others_out(store: Store) -> None:
    keep(store, METER, regular(date(2024, 11, 29), 4, watts=500))
    days = Days(date(2024, 11, 29), date(2024, 12, 3))
    assert [measure(store, Query.DAYS, METER, days, season).documents for season in Season] == [4, 2, 0, 0, 2]
    winter = written(Query.DAYS, METER, days, Season.WINTER, time_series=True)
    assert '"$month"' in winter
    assert '"$month"' not in written(Query.DAYS, METER, days, time_series=True)


def test_the_query_shown_is_the_one_that_runs_and_hides_the_meter() -> None:
    shown = written(Query.DAYS, Meter("12345678901234"), DAYS, time_series=True)
    assert shown.startswith("db.readings_ts.aggregate([")
    assert "ISODate('2024-10-24T22:00:00Z')" in shown
    assert "12345678901234" not in shown
    assert '"$dateTrunc"' in shown


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


def test_one_meter_alone_offers_nothing_to_choose(store: Store, autumn: Curve) -> None:
    assert scopes(store.meters(), METER) == (Scope.ONE,)


def test_a_contract_is_kept_exactly(store: Store) -> None:
    assert load_contract(store.database) is None
    hours = OffPeak(read_windows("22:36-6:36, 12h30-14h30"), date(2025, 11, 1), frozenset({1, 2, 12}))
    day = date(2026, 12, 1)
    for contract in (
        default_contract(),
        regulated(Option.HPHC, 6, (OffPeak(read_windows("22-6")), hours)),
        regulated(Option.TEMPO, 9),
    ):
        save_contract(store.database, contract)
        assert load_contract(store.database) == contract
    own = replace(
        regulated(Option.TEMPO, 9),
        special=with_colours(tempo_days(), frozenset({day}), frozenset(), day + timedelta(days=30)),
        prices=regulated(Option.TEMPO, 6).prices,
        regulated=False,
    )
    save_contract(store.database, own)
    assert load_contract(store.database) == own


def test_an_ejp_winter_is_known_with_its_twenty_two_days() -> None:
    first = date(2025, 1, 6)
    days = frozenset(first + timedelta(days=at) for at in range(22))
    assert ejp_days(days).knows(date(2024, 11, 2))
    assert not ejp_days(days - {first}).knows(date(2024, 11, 2))
