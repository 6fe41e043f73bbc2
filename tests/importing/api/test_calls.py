"""Calls wait for their time and never provoke a ban."""

from __future__ import annotations

from datetime import timedelta
from threading import Event

import pytest

from core.importing.api.source import budget_of
from core.importing.run import run
from core.jobs import Progress
from core.model import Days
from core.paristime import HOUR_MS
from tests.conso_server import ConsoServer
from tests.importing.api.home import TODAY, Home


def test_a_service_that_is_down_is_left_alone_for_a_while(home: Home) -> None:
    home.server.faults.append(None)
    home.server.faults.extend(["technical"] * 100)
    report = home.run()
    assert report.paused is not None
    assert report.paused.code == "api-enedis-down"
    assert report.paused.resumes_at is not None
    assert HOUR_MS / 2 <= report.paused.resumes_at - home.clock.now <= HOUR_MS
    # the last one tells whether the service fails, or only these days
    assert len(home.server.seen) == 1 + 3 * 3 + 1
    assert len(home.curve()) == 7 * 48


def test_hours_without_a_network_use_up_no_calls(home: Home) -> None:
    with ConsoServer() as gone:
        url = gone.url
    reached, home.settings = home.settings, home.settings.model_copy(update={"api_url": url})
    for _ in range(20):
        report = home.run()
        assert report.paused is not None
        assert report.paused.code == "api-unreachable"
        home.clock.now = report.paused.resumes_at or 0
    budget = budget_of(home.store, home.settings, home.clock)
    assert budget.allowance().calls == 0
    assert len(home.clock.waits) < 20 * 6  # one week is tried, not several
    home.settings = reached
    assert not home.run(days=Days(TODAY - timedelta(days=7), TODAY)).errors


def test_a_named_wait_holds_every_import_and_then_it_goes_on(home: Home) -> None:
    home.server.faults.extend([None, "throttled-named"])
    report = home.run()
    assert report.paused is not None
    assert report.paused.code == "api-throttled"
    assert report.paused.resumes_at is not None
    assert abs(report.paused.resumes_at - home.clock.now - 6 * HOUR_MS) < 2000
    again = home.run()
    assert again.paused is not None
    assert again.paused.resumes_at == report.paused.resumes_at
    assert len(home.server.seen) == 2
    home.clock.now = report.paused.resumes_at
    assert not home.run(days=Days(TODAY - timedelta(days=7), TODAY)).errors


def test_a_short_wait_is_waited_out(home: Home) -> None:
    week = Days(TODAY - timedelta(days=7), TODAY)
    home.server.faults.append("throttled-soon")
    assert not home.run(days=week).errors
    assert len(home.curve()) == 7 * 48
    assert any(28 <= seconds <= 30 for seconds in home.clock.waits)


@pytest.mark.parametrize(
    ("fault", "code", "least", "most"),
    [("throttled-soon", "api-throttled", 28_000, 30_000), ("technical", "api-enedis-down", 1, 12_000)],
)
def test_a_short_wait_is_told_with_its_reason(
    home: Home, fault: str, code: str, least: int, most: int
) -> None:
    begun, told = home.clock.now, list[Progress]()
    home.server.faults.append(fault)
    run(home.store, [home.source(days=Days(TODAY - timedelta(days=7), TODAY))], progress=told.append)
    (waited,) = [one for one in told if one.waiting_until is not None]
    assert waited.waiting_for == code
    assert least <= (waited.waiting_until or 0) - begun <= most
    assert told[-1].waiting_until is None


def test_stopping_while_it_waits_ends_without_error_and_loses_nothing(home: Home) -> None:
    stop = Event()

    def wait(event: Event, seconds: float) -> bool:
        home.clock.wait(event, seconds)
        if len(home.server.seen) == 3:
            stop.set()
        return event.is_set()

    deliveries = list(home.source(wait=wait).deliveries(stop))
    assert len(deliveries) == 3
    assert len(home.server.seen) == 3
