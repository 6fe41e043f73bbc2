"""Daily energies and maximum powers: queried after the curve, which never waits for them."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest

from core.importing.api import plan
from core.importing.api.source import ApiSource
from core.importing.run import run
from core.model import Days, Flow, Meter
from core.paristime import DAY_MS, HOUR_MS, local
from tests.conso_server import household, peaks_of
from tests.importing.api.asking import error_of, paths
from tests.importing.api.home import METER, TODAY, Home


def test_daily_totals_are_kept_beside_the_curve(home: Home) -> None:
    home.server.households[METER].activated = TODAY - timedelta(days=40)
    home.server.households[METER].curve = home.published(Days(TODAY - timedelta(days=40), TODAY))
    assert not home.run().errors
    record = home.store.record(METER)
    assert record is not None
    rows = dict(zip(record.days.day.astype(object).tolist(), record.days.official_wh.tolist(), strict=True))
    day = TODAY - timedelta(days=30)
    assert rows[day] == round(home.published(Days(day, day + timedelta(days=1))).wh)
    assert rows[TODAY - timedelta(days=41)] == -1


def test_the_maximum_powers_of_days_are_kept_with_their_moments(home: Home) -> None:
    begin = TODAY - timedelta(days=40)
    home.server.households[METER].activated = begin
    home.server.households[METER].curve = home.published(Days(begin, TODAY))
    assert not home.run().errors
    record = home.store.record(METER)
    assert record is not None
    told = peaks_of(home.curve())
    about = record.days.about(np.array(sorted(told), dtype="datetime64[D]"))
    assert about.peak_va.tolist() == [told[day][1] for day in sorted(told)]
    moments = [f"{local(at):%Y-%m-%d %H:%M:%S}" for at in about.peak_at.tolist()]
    assert moments == [told[day][0] for day in sorted(told)]
    (call,) = [seen for seen in home.server.seen if seen.path.endswith("puissance_conso_max_quotidienne")]
    assert (call.query["mesuresPas"], call.query["grandeurPhysique"]) == ("P1D", "PMA")
    calls = len(home.server.seen)
    assert not home.run().errors
    assert len(home.server.seen) == calls


def test_two_years_of_maximum_powers_take_three_calls(home: Home) -> None:
    home.fill(peaks=False)
    assert home.source().preview().calls == 3
    assert not home.run().errors
    assert paths(home) == ["puissance_conso_max_quotidienne"] * 3
    spans = [
        date.fromisoformat(s.query["dateFin"]) - date.fromisoformat(s.query["dateDebut"])
        for s in home.server.seen
    ]
    assert [span.days for span in spans[:2]] == [365, 365]
    assert home.source().preview().calls == 0


def test_maximum_powers_come_from_the_legacy_path_where_the_new_one_is_not_known(home: Home) -> None:
    home.fill(peaks=False)
    home.server.knows_v2 = False
    assert not home.run().errors
    assert paths(home)[0] == "puissance_conso_max_quotidienne"
    assert set(paths(home)[1:]) == {"consumption_max_power"}
    record = home.store.record(METER)
    assert record is not None
    assert (record.days.peak_va > 0).sum() == len(plan.horizon(TODAY))


def test_an_api_without_maximum_powers_fails_no_import_and_is_asked_seldom(home: Home) -> None:
    home.fill(peaks=False)
    home.server.households[METER].peaks = False
    for _ in range(30):
        assert not home.run().errors
        home.clock.now += DAY_MS
    asked = [seen for seen in home.server.seen if seen.path.endswith("puissance_conso_max_quotidienne")]
    assert len(asked) < 20
    home.server.seen.clear()
    home.server.knows_v2 = home.server.knows_v5 = False  # not even the path is there
    home.clock.now += 60 * DAY_MS
    assert error_of(home.run()).code == "api-path-gone"  # those of the curve, which comes first


def test_a_meter_that_gives_is_not_asked_for_what_only_one_that_takes_has(home: Home) -> None:
    given = Meter(METER.prm, Flow.PRODUCTION)
    house = household(TODAY - timedelta(days=20), TODAY, flow=Flow.PRODUCTION)
    house.activated = TODAY - timedelta(days=20)
    home.server.households[given] = house
    source = ApiSource(home.store, home.settings, given, clock=home.clock, wait=home.clock.wait)
    assert not run(home.store, [source]).errors
    assert {path.split("_")[0] for path in paths(home)} == {"courbe", "production"}


def test_no_curve_waits_for_daily_totals_and_they_come_another_day(home: Home) -> None:
    home.server.households[METER].activated = TODAY - timedelta(days=21)
    home.server.households[METER].curve = home.published(Days(TODAY - timedelta(days=21), TODAY))
    calls = 3 + 4  # the weeks, and the bisection of the one that begins too early
    home.settings = home.settings.model_copy(update={"api_daily_calls": calls})
    assert not home.run().errors
    assert home.curve() == home.available()
    assert len(home.server.seen) == calls
    home.clock.now += DAY_MS
    home.run()
    asked = ["courbe_de_charge_consommation", "consommation_quotidienne", "puissance_conso_max_quotidienne"]
    assert paths(home)[calls:] == asked
    home.run()
    assert len(home.server.seen) == calls + 3


@pytest.mark.parametrize("fault", ["bad-gateway", "technical", "throttled-named"])
def test_totals_that_fail_for_now_end_no_import_but_what_a_person_must_mend_is_told(
    home: Home, fault: str
) -> None:
    home.fill(totals=False)
    home.server.faults.extend([fault] * 3)
    assert not home.run().errors
    assert set(paths(home)) == {"consommation_quotidienne"}
    home.server.faults.clear()
    home.server.faults.append("banned")
    home.clock.now += 7 * HOUR_MS
    assert error_of(home.run()).code == "api-banned"


@pytest.mark.parametrize(("fault", "again"), [("technical", False), ("bad-gateway", True)])
def test_enedis_failing_for_totals_alone_is_its_answer_for_now(home: Home, fault: str, again: bool) -> None:
    home.fill(totals=False)
    home.clock.now += DAY_MS
    home.server.faults.extend([None, *[fault] * 3])
    assert not home.run().errors
    assert paths(home)[:4] == ["courbe_de_charge_consommation", *["consommation_quotidienne"] * 3]
    (failed,) = {seen.query["dateDebut"] for seen in home.server.seen[1:4]}
    assert not home.run().errors
    assert (failed in {seen.query["dateDebut"] for seen in home.server.seen[4:]}) is again
