"""Imports from the API over simulated days: complete, exact, within the budget, never banned."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise
from threading import Event

import pytest
from pydantic import SecretStr

from core.errors import SourceError, SourcePaused
from core.importing.api import plan
from core.importing.api.check import check_api
from core.importing.api.source import budget_of
from core.importing.run import Report
from core.model import Days
from core.paristime import DAY_MS, HOUR_MS, local, span_of
from core.sources.conso_api.client import ConsoApi
from core.storage.day_log import Answer
from tests.conso_server import BAN_AT
from tests.importing.api.asking import HORIZON, error_of, paths
from tests.importing.api.home import METER, PATIENT, TODAY, Home
from tests.stored import ordinary_curve


def until_done(home: Home, limit: int = 40) -> Report:
    """Import, sleeping through each pause, as an open application does."""
    for _ in range(limit):
        report = home.run()
        if report.paused is None:
            return report
        assert report.paused.resumes_at is not None
        assert report.paused.resumes_at > home.clock.now
        home.clock.now = report.paused.resumes_at
    raise AssertionError("it never came to an end")


def test_two_years_come_in_three_days_and_nobody_is_banned(home: Home) -> None:
    first = home.run()
    assert isinstance(first.paused, SourcePaused)
    assert first.paused.code == "api-budget-used"
    newest = home.curve()
    assert newest == home.published(Days(TODAY - timedelta(days=7 * 49), TODAY))

    home.clock.now = first.paused.resumes_at or 0
    last = until_done(home)
    assert not last.errors
    assert home.curve() == home.available()
    assert len(home.curve()) > 2 * 365 * 48
    assert ordinary_curve(home.store, METER) == home.curve()
    assert not home.server.banned
    assert len(home.server.calls) == 3
    assert max(home.server.calls.values()) <= 49 < BAN_AT
    moments = [seen.at for seen in home.server.seen]
    assert min(later - sooner for sooner, later in pairwise(moments)) >= 1000


def test_without_a_budget_the_same_import_is_banned(home: Home) -> None:
    token = SecretStr(home.server.token())
    limits, clock = PATIENT, home.clock
    naive = ConsoApi(home.server.url, token, contact="x", permit=lambda: None, limits=limits, clock=clock)

    def everything() -> None:
        for window in plan.curve_windows(None, TODAY, home.clock.now, 7):
            naive.load_curve(METER, window)

    with pytest.raises(SourceError) as caught:
        everything()
    assert caught.value.code == "api-banned"
    assert len(home.server.seen) == BAN_AT


@pytest.mark.parametrize("seed", [1, 109])  # 109: the third day has no call left for the daily totals
def test_the_same_with_errors_in_a_fifth_of_the_answers(home: Home, seed: int) -> None:
    home.server.fail_at_random(0.2, seed)
    last = until_done(home)
    assert not last.errors
    assert home.is_exact()
    assert not home.server.banned
    assert len(home.server.calls) <= 3
    assert max(home.server.calls.values()) <= 49


def test_doing_it_again_asks_nothing_and_the_next_day_one_week(home: Home) -> None:
    home.fill()
    calls = len(home.server.seen)
    assert home.source().preview().calls == 0
    assert not home.run().errors
    assert len(home.server.seen) == calls
    home.clock.now += DAY_MS
    assert not home.run().errors
    assert [seen.query["dateFin"] for seen in home.server.seen[calls:]] == [home.clock.day]


def test_days_that_come_late_are_asked_for_again(home: Home) -> None:
    late = TODAY - timedelta(days=1)
    when = home.clock.now + 5 * HOUR_MS
    usual = home.server.households[METER].published
    home.server.households[METER].published = lambda day: when if day == late else usual(day)
    home.run(days=Days(TODAY - timedelta(days=7), TODAY))
    assert len(home.curve()) == 6 * 48
    home.clock.now = when
    assert home.source(daily=False).preview().span is not None
    deliveries = home.source(daily=False).deliveries(Event())
    assert next(deliveries).curve == home.published(Days(TODAY - timedelta(days=7), TODAY))


def test_null_days_are_recorded_and_asked_again_less_and_less(home: Home) -> None:
    silent = TODAY - timedelta(days=60)
    home.server.households[METER].absent = {silent}
    home.fill()
    assert home.curve() == home.available()
    assert len(home.curve().gaps) == 1
    before = len(home.server.seen)
    for _ in range(40):
        home.clock.now += DAY_MS
        home.run(daily=False)
    again = [s for s in home.server.seen[before:] if s.query["dateDebut"] == silent.isoformat()]
    assert 3 <= len(again) <= 6


def test_a_collection_that_is_not_active_costs_two_calls(home: Home) -> None:
    home.server.households[METER].collected = False
    assert error_of(home.run()).code == "api-no-data"
    assert len(home.server.seen) == 2


def test_a_new_meter_that_is_not_collected_is_not_called_up_to_date(home: Home) -> None:
    home.server.households[METER].collected = False
    home.server.households[METER].activated = TODAY - timedelta(days=9)
    assert error_of(home.run()).code == "api-no-data"


def test_where_readings_begin_no_day_is_spent_on_silence(home: Home) -> None:
    begin = TODAY - timedelta(days=20)
    home.server.households[METER].curve = home.published(Days(begin, TODAY))
    assert not home.run(daily=False).errors
    assert home.curve() == home.available()
    assert len(home.server.seen) == 3 + 8
    home.clock.now += DAY_MS
    home.run(daily=False)
    oldest = min(seen.query["dateDebut"] for seen in home.server.seen[:11])
    assert min(seen.query["dateDebut"] for seen in home.server.seen[11:]) < oldest


def test_the_plan_ends_where_the_meter_was_activated(home: Home) -> None:
    activated = TODAY - timedelta(days=38)
    home.server.households[METER].activated = activated
    report = home.run(daily=False)
    assert not report.errors
    assert home.curve() == home.published(Days(activated, TODAY))
    assert len(home.server.seen) <= 6 + 3
    record = home.store.record(METER)
    assert record is not None
    closed = record.days.day[record.days.answer == Answer.CLOSED]
    assert closed[0].astype(date) == HORIZON.first
    assert closed[-1].astype(date) == activated - timedelta(days=1)
    assert home.source(daily=False).preview().calls == 0


def test_an_answer_that_closes_even_yesterday_is_told_and_closes_nothing(home: Home) -> None:
    home.server.households[METER].activated = TODAY + timedelta(days=1)
    assert error_of(home.run()).code == "api-before-activation"
    assert home.store.record(METER) is None


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ("token", "api-token-refused"),
        ("consent", "api-consent"),
        ("not-holder", "api-not-holder"),
        ("redirect", "api-redirect"),
        ("strange-enedis", "api-refused"),
    ],
)
def test_what_only_a_person_can_mend_ends_the_import_at_once(home: Home, fault: str, code: str) -> None:
    home.server.faults.extend([None, None, fault])
    assert error_of(home.run()).code == code
    assert len(home.server.seen) == 3
    assert len(home.curve()) == 14 * 48


def test_a_ban_stops_everything_and_is_remembered(home: Home) -> None:
    home.server.faults.extend([None, "banned"])
    error = error_of(home.run())
    assert error.code == "api-banned"
    assert not isinstance(error, SourcePaused)
    assert len(home.server.seen) == 2
    assert len(home.curve()) == 7 * 48
    home.clock.now += 30 * DAY_MS
    assert error_of(home.run()).code == "api-banned"
    checks = check_api(home.store, home.settings, METER, clock=home.clock, wait=home.clock.wait)
    assert ("api-reachable", False) in [(check.code, check.passed) for check in checks]
    assert len(home.server.seen) == 2
    budget_of(home.store, home.settings, home.clock).lift_ban()
    home.run(days=Days(TODAY - timedelta(days=7), TODAY))
    assert len(home.server.seen) == 3


def test_weeks_that_fail_by_the_gateway_are_never_told_as_refused_days(home: Home) -> None:
    broken = TODAY - timedelta(days=30)
    home.server.failing = lambda days: "cut" if days.first < broken else None
    report = home.run(daily=False)
    assert report.paused is not None
    assert report.paused.code == "api-cut"
    record = home.store.record(METER)
    assert record is not None
    assert len(record.days) == len(home.curve()) // 48


def test_two_weeks_that_fail_by_chance_do_not_end_the_import(home: Home) -> None:
    home.server.faults.extend([None, *["technical"] * 6])
    days = Days(TODAY - timedelta(days=42), TODAY)
    assert not home.run(days=days).errors
    assert home.curve() == home.published(days)


def test_one_question_that_fails_alone_is_not_told_as_days_refused(home: Home) -> None:
    home.fill()
    home.clock.now += DAY_MS
    home.server.faults.extend(["bad-gateway"] * 3)
    report = home.run()
    assert report.paused is not None
    assert report.paused.code == "api-gateway-down"


def test_where_enedis_fails_for_all_that_is_older_the_days_begin_and_little_is_spent(home: Home) -> None:
    """v2 answers so outside of its specification, for example for days before the activation."""
    begin = TODAY - timedelta(days=30)
    home.server.failing = lambda days: "technical" if days.first < begin else None
    error = error_of(home.run(daily=False))
    assert error.code == "api-days-refused"
    assert not isinstance(error, SourcePaused)
    assert error.details["days"] == Days(HORIZON.first, begin)
    assert home.curve() == home.published(Days(begin, TODAY))
    spent = len(home.server.seen)
    assert spent == 4 + 3 * 3 + 1 + 3 + 1 + 3  # weeks, tries, a proof, once more, further back, halves
    assert home.source(daily=False).preview().calls == 0
    for _ in range(60):
        home.clock.now += DAY_MS
        home.run(daily=False)
    assert home.curve() == home.published(Days(begin, TODAY + timedelta(days=10)))
    assert len(home.server.seen) < spent + 60 + 5 * 21


def test_a_cut_further_back_says_nothing_of_all_that_is_older(home: Home) -> None:
    home.server.faults.extend([None, *["technical"] * 9, None, *["technical"] * 3, "cut"])
    report = home.run(daily=False)
    assert report.paused is not None
    assert report.paused.code == "api-cut"
    record = home.store.record(METER)
    assert record is not None
    assert len(record.days) == 4 * 7


def test_weeks_in_the_middle_that_fail_are_left_for_later_and_older_ones_come(home: Home) -> None:
    broken = Days(TODAY - timedelta(days=60), TODAY - timedelta(days=30))
    home.server.failing = lambda days: (
        "technical" if days.first < broken.end and days.end > broken.first else None
    )
    error = error_of(home.run(daily=False))
    assert error.code == "api-days-refused"
    newer = Days(broken.end, TODAY)
    assert home.curve().within(span_of(newer)) == home.published(newer)
    spent, refused = len(home.server.seen), error.details["days"]
    assert isinstance(refused, Days)
    home.clock.now += HOUR_MS // 2
    home.run(daily=False)
    assert home.server.seen[spent].query["dateDebut"] < refused.first.isoformat()
    home.clock.now += DAY_MS
    until_done(home)
    older = Days(plan.horizon(local(home.clock.now).date()).first, broken.first - timedelta(days=7))
    assert home.curve().within(span_of(older)) == home.published(older)


def test_chosen_days_are_asked_again_even_when_they_are_known(home: Home) -> None:
    week = Days(TODAY - timedelta(days=21), TODAY - timedelta(days=14))
    home.run(days=week)
    report = home.run(days=week)
    assert sum(part.unchanged for part in report.parts) == 7 * 48
    assert len(home.server.seen) == 2


def test_the_legacy_api_serves_as_well(home: Home) -> None:
    home.server.knows_v2 = False
    days = Days(TODAY - timedelta(days=14), TODAY)
    assert not home.run(days=days).errors
    assert home.curve() == home.published(days)
    assert paths(home) == ["courbe_de_charge_consommation", *["consumption_load_curve"] * 2]
