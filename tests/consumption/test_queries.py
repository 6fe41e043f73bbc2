"""The queries shown are those that run; they give equal results on both collections and match the views."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest
from bson import json_util

from core.consumption.base_load import base_load
from core.consumption.insights import daily_peaks
from core.consumption.profiles import Season, carpet, duration, profile
from core.consumption.queries import Asked, Query, measure, written
from core.consumption.readings import History
from core.consumption.totals import Grain, by_day, grouped
from core.model import DEMO_PRM, STEPS, Curve, Days, Meter
from core.storage.store import Store
from tests.consumption.kept import DAYS, METER, keep
from tests.curves import regular


@pytest.mark.parametrize("query", Query)
def test_both_collections_answer_alike(store: Store, autumn: Curve, query: Query) -> None:
    found = measure(store, Asked(query, DAYS), METER)
    assert found.same
    assert found.documents > 0


def test_a_query_of_a_season_leaves_the_others_out(store: Store) -> None:
    keep(store, METER, regular(date(2024, 11, 29), 4, watts=500))
    days = Days(date(2024, 11, 29), date(2024, 12, 3))
    assert [measure(store, Asked(Query.DAYS, days, season), METER).documents for season in Season] == [
        4,
        2,
        0,
        0,
        2,
    ]
    winter = written(Asked(Query.DAYS, days, Season.WINTER), METER, time_series=True)
    assert '"$month"' in winter
    assert '"$month"' not in written(Asked(Query.DAYS, days), METER, time_series=True)


def test_the_query_shown_hides_the_meter() -> None:
    shown = written(Asked(Query.DAYS, DAYS), Meter("12345678901234"), time_series=True)
    assert "12345678901234" not in shown
    assert '"1234$"' in shown


def run(store: Store, shown: str) -> list[dict[str, Any]]:
    """MongoDB's answer to a query as shown."""
    found = re.fullmatch(r"db\.(\w+)\.aggregate\((.*)\)", shown, re.DOTALL)
    assert found
    pipeline = re.sub(r'ISODate\("([^"]*)"\)', r'{"$date": "\1"}', found[2])
    return list(store.database[found[1]].aggregate(json_util.loads(pipeline)))


@pytest.mark.parametrize("time_series", [True, False])
@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("meter", [METER, Meter(DEMO_PRM), Meter("1429xxxxxxxxxx")])
def test_the_query_shown_runs_as_it_is_and_answers_with_what_the_views_show(
    store: Store, meter: Meter, step: int, time_series: bool
) -> None:
    curve = regular(DAYS.first, len(DAYS), step)  # with the day the clock goes back
    curve = curve.select(np.random.default_rng(step).random(len(curve)) < 0.8)
    keep(store, meter, curve)
    keep(store, Meter("99999999999999"), regular(DAYS.first, len(DAYS), watts=1))
    history = History.of(curve)
    whole = carpet(history)

    def answer(query: Query) -> list[dict[str, Any]]:
        return run(store, written(Asked(query, DAYS), meter, time_series=time_series))

    assert [one["watts"] for one in answer(Query.CURVE)] == curve.watts.tolist()
    assert [one["watt_minutes"] for one in answer(Query.DAYS)] == by_day(history, DAYS).energy.tolist()
    for query in (Query.WEEKS, Query.MONTHS):
        totals = grouped(by_day(history, DAYS), Grain(query.value[:-1]))
        assert [one["watt_minutes"] for one in answer(query)] == totals.energy.tolist()
    cells, known = answer(Query.CARPET), whole.minutes > 0
    assert [one["watt_minutes"] for one in cells] == whole.energy[known].tolist()
    assert [one["minutes"] for one in cells] == whole.minutes[known].tolist()
    mean = profile(whole).mean.ravel()
    means = [one["watt_minutes"] / one["minutes"] for one in answer(Query.PROFILE)]
    assert means == mean[~np.isnan(mean)].tolist()
    lasting = duration(history)
    lasted = [(one["_id"], one["minutes"]) for one in answer(Query.DURATION)]
    assert lasted == list(zip(lasting.watts.tolist(), lasting.minutes.tolist(), strict=True))
    base = base_load(whole).watts
    assert [one["watts"] for one in answer(Query.BASE)] == pytest.approx(base[~np.isnan(base)].tolist())
    assert [one["watts"] for one in answer(Query.PEAKS)] == daily_peaks(history)[1].tolist()


def test_a_query_of_two_periods_asks_for_both_and_nothing_between(store: Store, autumn: Curve) -> None:
    first, last = (Days(day, day + timedelta(days=1)) for day in (DAYS.first, DAYS.end - timedelta(days=1)))
    asked = Asked(Query.CURVE, last, others=first)
    answer = run(store, written(asked, METER, time_series=False))
    assert len(answer) == measure(store, asked, METER).documents == 96
    both = History.of(autumn).during(first).watt_minutes + History.of(autumn).during(last).watt_minutes
    assert sum(one["watts"] * one["minutes"] for one in answer) == both
