"""`prices`: what is known, and a refresh by command; `sync` refreshes once a day."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core.paristime import midnight, today
from tests.cli.home import Done, Home
from tests.conso_server import ConsoServer, household
from tests.open_data_server import CRE, RTE, SECOND, OpenDataServer


def environment(server: OpenDataServer) -> dict[str, str]:
    return {f"COURBE_{name.upper()}": value for name, value in server.settings.items()}


def refreshed(home: Home, server: OpenDataServer, *more: str) -> Done:
    return home.run("prices", "--refresh", *more, env=environment(server))


def test_what_is_known_is_told_without_asking_anybody(home: Home) -> None:
    done = home.run("prices")
    assert (done.code, done.err) == (0, "")
    assert "1 Feb 2022" in done.out
    assert "No public source has been asked yet" in done.out
    french = home.run("prices", "--lang", "fr")
    assert "Les prix réglementés sont connus du" in french.out
    known = home.run("prices", "--json").json()
    assert known["refresh"] is known["asked_at"] is None
    base = next(one for one in known["prices"] if (one["option"], one["kva"]) == ("base", 6))
    assert base["lists"][0] == {
        "since": "2022-02-01",
        "until": "2022-08-01",
        "kwh": {"base": "0.1740"},
        "subscription": "136.14",
        "source": "cre",
    }


def test_a_refresh_is_told_file_by_file_and_remembered(home: Home) -> None:
    with OpenDataServer(today()) as server:
        done = refreshed(home, server)
        assert (done.code, done.err) == (0, "")
        assert "Prices and colours are up to date" in done.out
        assert "Tempo colours 2026-2027 (RTE's calendar)" in done.out.replace("’", "'")
        known = refreshed(home, server, "--json").json()
    assert known["refresh"]["offline"] is False
    assert [step["error"] for step in known["refresh"]["steps"]] == [None] * 4
    assert known["tempo"]["known"][-1][1] == str(today() + timedelta(days=2))
    assert "last asked on" in home.run("prices").out


def test_offline_is_said_once_and_what_is_known_stays(home: Home) -> None:
    before = home.run("prices", "--json").json()
    done = home.run("prices", "--refresh")
    assert done.code == 1
    assert "Offline" in done.out
    assert len(done.err.splitlines()) == 1
    after = home.run("prices", "--json").json()
    assert (after["prices"], after["tempo"]) == (before["prices"], before["tempo"])


@pytest.mark.parametrize("fault", ["slow", "page", "elsewhere"])
def test_a_source_that_fails_is_named_with_what_to_do(home: Home, fault: str) -> None:
    with OpenDataServer(today()) as server:
        server.broken[CRE] = fault
        server.broken[RTE] = "down"
        if fault == "slow":
            server.broken.pop(CRE)
            server.broken[SECOND] = "down"
        done = refreshed(home, server)
    assert done.code == 1
    assert "RTE answered with status 503" in done.err
    assert done.err.count("\n") == (2 if fault == "slow" else 4)


def test_the_daily_update_brings_prices_once_a_day(home: Home) -> None:
    house = household(today() - timedelta(days=3), today())
    house.activated = today() - timedelta(days=3)
    house.published = lambda day: midnight(day + timedelta(days=1))
    with ConsoServer(house) as api, OpenDataServer(today()) as server:
        asking = environment(server) | {
            "COURBE_API_URL": api.url,
            "COURBE_API_TOKEN": api.token(),
            "COURBE_API_SECONDS_BETWEEN_CALLS": "0",
        }
        dry = home.run("sync", "--dry-run", env=asking)
        assert (dry.code, server.seen) == (0, [])
        first = home.run("sync", "--json", env=asking)
        assert first.code == 0, first.err
        assert "new" in [one["outcome"] for one in first.json()["prices"]["steps"]]
        asked = len(server.seen)
        assert asked == 4
        second = home.run("sync", "--json", env=asking)
        assert (second.json()["prices"], len(server.seen)) == (None, asked)


def test_a_source_that_fails_does_not_fail_the_daily_update(home: Home) -> None:
    house = household(today() - timedelta(days=3), today())
    house.activated = today() - timedelta(days=3)
    house.published = lambda day: midnight(day + timedelta(days=1))
    with ConsoServer(house) as api:
        token = {"COURBE_API_URL": api.url, "COURBE_API_TOKEN": api.token()}
        done = home.run("sync", env=token | {"COURBE_API_SECONDS_BETWEEN_CALLS": "0"})
    assert done.code == 0
    assert "Offline" in done.out
