"""The daily update: which meters, what it reports; safe to repeat and to run in parallel."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import pairwise
from threading import Event
from typing import Any

import pytest
from pydantic import SecretStr

from core.errors import InputError, SourcePaused
from core.importing.api.sync import SyncReport, SyncResult, sync
from core.model import Days, Delivery, Flow, Meter, Origin
from core.paristime import DAY_MS, HOUR_MS, each_day
from core.settings import Deployment
from core.storage.store import Store
from tests.conso_server import ConsoServer, household
from tests.importing.api.home import METER, PATIENT, TODAY, Clock, Home
from tests.stored import ordinary_curve

OTHER = "12345678901234"


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr("core.storage.store.now_ms", made)
    return made


@pytest.fixture
def home(store: Store, clock: Clock) -> Iterator[Home]:
    """A household whose readings begin 20 days ago."""
    house = household(TODAY - timedelta(days=20), TODAY + timedelta(days=10))
    house.activated = TODAY - timedelta(days=20)
    with ConsoServer(house, clock=clock) as server:
        yield Home(store, server, clock)


def update(home: Home, **options: Any) -> SyncReport:
    given: dict[str, Any] = {"clock": home.clock, "wait": home.clock.wait}
    given |= {"limits": PATIENT, "chance": lambda: 0.5} | options
    return sync(home.store, home.settings, **given)


def only(report: SyncReport) -> Any:
    (one,) = report.meters
    return one


def test_the_first_update_brings_everything_and_the_second_asks_nothing(home: Home) -> None:
    first = update(home)
    assert first.result is SyncResult.UP_TO_DATE
    assert only(first).part.new == 20 * 48
    assert home.curve() == home.available()
    calls = len(home.server.seen)
    second = update(home)
    assert (second.result, only(second).windows, len(home.server.seen)) == (
        SyncResult.UP_TO_DATE,
        (),
        calls,
    )


def test_the_next_morning_brings_one_day_in_one_call(home: Home) -> None:
    update(home)
    calls = len(home.server.seen)
    home.clock.now += DAY_MS
    report = update(home)
    assert report.result is SyncResult.UP_TO_DATE
    assert only(report).part.new == 48
    assert len(home.server.seen) == calls + 1


def test_totals_that_enedis_does_not_have_cost_a_few_calls_and_no_more(home: Home) -> None:
    home.server.households[METER].totals = False
    home.server.households[METER].curve = home.published(Days(TODAY - timedelta(days=20), TODAY))
    for _ in range(20):
        update(home)
        home.clock.now += DAY_MS
    asked = [seen.at for seen in home.server.seen if seen.path.endswith("consommation_quotidienne")]
    assert [round((later - sooner) / DAY_MS) for sooner, later in pairwise(asked)] == [13]


def test_what_is_known_of_totals_outlives_the_process_and_a_day_that_comes_is_kept(home: Home) -> None:
    home.server.households[METER].totals = False
    update(home)
    home.server.households[METER].totals = True
    calls = len(home.server.seen)
    home.clock.now += 14 * DAY_MS
    update(home)
    record = home.store.record(METER)
    assert record is not None
    book = record.days.about(each_day(Days(TODAY - timedelta(days=20), TODAY)))
    assert (book.official_wh > 0).all()
    assert (book.totals_attempts == 0).all()
    assert [
        s.query["dateDebut"] for s in home.server.seen[calls:] if "consommation_quotidienne" in s.path
    ] == [(TODAY - timedelta(days=20)).isoformat()]


def test_a_day_that_is_late_is_told_and_comes_in_the_afternoon(home: Home) -> None:
    update(home)
    home.clock.now += DAY_MS
    late = home.clock.now + 4 * HOUR_MS
    usual = home.server.households[METER].published
    home.server.households[METER].published = lambda day: late if day >= TODAY else usual(day)
    morning = update(home)
    assert morning.result is SyncResult.NOT_PUBLISHED
    assert morning.result.exit_code == 3
    home.clock.now = late
    assert update(home).result is SyncResult.UP_TO_DATE
    assert home.curve() == home.available()


def test_one_that_is_stopped_says_nothing_of_what_is_published(home: Home) -> None:
    stop = Event()

    def wait(event: Event, seconds: float) -> bool:
        home.clock.wait(event, seconds)
        stop.set()
        return True

    home.server.faults.append("technical")
    report = update(home, stop=stop, wait=wait)
    assert report.cancelled
    assert (only(report).result, only(report).error) == (SyncResult.PAUSED, None)


def test_a_dry_run_names_the_questions_and_asks_none(home: Home) -> None:
    report = update(home, dry_run=True)
    assert report.dry_run
    assert only(report).windows[0] == Days(TODAY - timedelta(days=7), TODAY)
    assert not home.server.seen
    assert home.store.record(METER) is None


def test_a_failure_is_a_failure_and_loses_nothing(home: Home) -> None:
    home.server.faults.extend([None, "consent"])
    report = update(home)
    assert (report.result, report.result.exit_code) == (SyncResult.FAILED, 1)
    assert only(report).error.code == "api-consent"
    assert len(home.curve()) == 7 * 48


def test_a_used_budget_is_a_pause_with_its_end(home: Home) -> None:
    home.settings = home.settings.model_copy(update={"api_daily_calls": 2})
    report = update(home)
    assert (report.result, report.result.exit_code) == (SyncResult.PAUSED, 4)
    assert isinstance(only(report).error, SourcePaused)
    assert report.resumes_at == only(report).error.resumes_at
    assert len(home.curve()) == 14 * 48


def test_meters_of_the_record_are_updated_and_those_of_files_and_the_demo_left_alone(home: Home) -> None:
    curve = home.available()
    solar = household(TODAY - timedelta(days=20), TODAY, prm=OTHER, flow=Flow.PRODUCTION)
    home.server.households[solar.meter] = solar
    home.settings = home.settings.model_copy(
        update={"api_token": SecretStr(home.server.token(METER.prm, OTHER))}
    )
    for meter, origin in (
        (solar.meter, Origin.API_V5),
        (METER, Origin.API_V2),
        (Meter("00000000000000"), Origin.DEMO),
        (Meter("11111111111111"), Origin.ENEDIS_CSV),
    ):
        home.store.merge(Delivery(meter, origin, curve.select(slice(0, 48))))
    report = update(home)
    assert {one.meter for one in report.meters} == {METER, solar.meter}
    assert report.result is SyncResult.UP_TO_DATE


def test_yesterday_of_a_known_meter_comes_before_the_history_of_a_new_one(home: Home) -> None:
    update(home)
    home.clock.now += DAY_MS
    home.server.households[Meter(OTHER)] = household(TODAY - timedelta(days=500), TODAY, prm=OTHER)
    token = SecretStr(home.server.token(METER.prm, OTHER))
    home.settings = home.settings.model_copy(update={"prm": OTHER, "api_token": token, "api_daily_calls": 3})
    report = update(home)
    assert [(one.meter.prm, one.result) for one in report.meters] == [
        (METER.prm, SyncResult.UP_TO_DATE),
        (OTHER, SyncResult.PAUSED),
    ]


def test_one_meter_that_the_token_does_not_open_does_not_stop_the_other(home: Home) -> None:
    home.store.merge(Delivery(Meter("11111111111111"), Origin.API_V2, home.available()))
    home.settings = home.settings.model_copy(update={"prm": "99 999 999 999 991"})
    report = update(home)
    assert {one.meter.prm[-4:]: one.result for one in report.meters} == {
        "1111": SyncResult.FAILED,
        "9991": SyncResult.UP_TO_DATE,
    }


def test_after_a_ban_no_other_meter_is_asked(home: Home) -> None:
    home.server.households[Meter(OTHER)] = household(TODAY - timedelta(days=20), TODAY, prm=OTHER)
    home.settings = home.settings.model_copy(
        update={"prm": METER.prm, "api_token": SecretStr(home.server.token(METER.prm, OTHER))}
    )
    home.store.merge(Delivery(Meter(OTHER), Origin.API_V2, home.available().select(slice(0, 48))))
    home.server.faults.append("banned")
    report = update(home)
    assert only(report).error.code == "api-banned"
    assert len(home.server.seen) == 1


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"deployment": Deployment.SHARED}, "api-shared"),
        ({"api_token": None}, "api-no-token"),
        ({"api_token": SecretStr("nonsense")}, "api-token-unreadable"),
        ({"prm": "123"}, "api-prm"),
    ],
)
def test_settings_that_cannot_be_used_are_named(home: Home, change: dict[str, Any], code: str) -> None:
    home.settings = home.settings.model_copy(update=change)
    with pytest.raises(InputError) as caught:
        update(home)
    assert caught.value.code == code


def test_where_no_meter_is_known_all_that_the_token_opens_are_brought(home: Home) -> None:
    home.server.households[Meter(OTHER)] = household(TODAY - timedelta(days=20), TODAY, prm=OTHER)
    token = SecretStr(home.server.token(METER.prm, OTHER))
    home.settings = home.settings.model_copy(update={"api_token": token})
    assert {one.meter for one in update(home, dry_run=True).meters} == {METER, Meter(OTHER)}


def test_a_meter_of_files_that_the_token_opens_is_known_too(home: Home) -> None:
    known = Meter(OTHER)
    home.server.households[known] = household(TODAY - timedelta(days=20), TODAY, prm=OTHER)
    home.server.households[known].activated = TODAY - timedelta(days=20)
    token = SecretStr(home.server.token(METER.prm, OTHER))
    home.settings = home.settings.model_copy(update={"api_token": token})
    half = home.server.households[known].curve.select(slice(0, 10 * 48))
    home.store.merge(Delivery(known, Origin.ENEDIS_CSV, half))
    home.store.merge(Delivery(METER, Origin.API_V2, home.available()))
    report = update(home)
    assert {one.meter: one.result for one in report.meters} == dict.fromkeys(
        (METER, known), SyncResult.UP_TO_DATE
    )
    assert home.store.read(known) == home.server.households[known].curve


def test_two_updates_at_once_keep_every_reading_once_and_the_budget(home: Home) -> None:
    home.settings = home.settings.model_copy(update={"api_daily_calls": 12})
    with ThreadPoolExecutor(2) as pool:
        reports = [one.result() for one in [pool.submit(update, home) for _ in range(2)]]
    assert {report.result for report in reports} <= {SyncResult.UP_TO_DATE, SyncResult.PAUSED}
    assert home.curve() == ordinary_curve(home.store, METER) == home.available()
    assert len(home.server.seen) <= 12
