"""The client against a server that follows the contract: each answer has its outcome, no secret leaks."""

from __future__ import annotations

import logging
import traceback
from datetime import date

import pytest

from core.errors import SourceError
from core.model import Days, Flow, Origin
from core.paristime import span_of
from tests.conso_server import PRM, ConsoServer, household, token_for
from tests.sources.conso_api.asking import METER, NOW, WEEK, Client, outcome, raised


def test_a_week_is_read_in_one_call(server: ConsoServer) -> None:
    client = Client(server)
    delivery = client.load_curve(METER, WEEK)
    assert delivery.curve == server.households[METER].curve.within(span_of(WEEK))
    assert (delivery.origin, delivery.asked, client.permits) == (Origin.API_V2, WEEK, 1)
    assert [seen.path for seen in server.seen] == ["/api/courbe_de_charge_consommation"]
    assert server.seen[0].query == {"pointId": PRM, "dateDebut": "2026-10-12", "dateFin": "2026-10-19"}


def test_production_has_its_own_path() -> None:
    house = household(date(2026, 10, 1), date(2026, 10, 20), flow=Flow.PRODUCTION)
    with ConsoServer(house, clock=lambda: NOW) as server:
        delivery = Client(server).load_curve(house.meter, WEEK)
    assert delivery.meter == house.meter
    assert delivery.curve == house.curve.within(span_of(WEEK))


def test_daily_totals_are_the_curve_s_to_the_watt_hour(server: ConsoServer) -> None:
    totals = Client(server).daily_totals(METER, WEEK)
    assert sorted(totals) == [date(2026, 10, day) for day in range(12, 19)]
    curve = server.households[METER].curve.within(span_of(WEEK))
    assert abs(sum(totals.values()) - curve.wh) < 7


def test_the_legacy_path_is_asked_only_where_the_new_one_is_unknown(server: ConsoServer) -> None:
    server.knows_v2 = False
    client = Client(server)
    delivery = client.load_curve(METER, WEEK)
    assert delivery.origin is Origin.API_V5
    assert delivery.curve == server.households[METER].curve.within(span_of(WEEK))
    client.load_curve(METER, WEEK)
    assert [seen.path.removeprefix("/api/") for seen in server.seen] == [
        "courbe_de_charge_consommation",
        "consumption_load_curve",
        "consumption_load_curve",
    ]
    assert client.permits == 3


def test_a_gateway_from_before_v2_is_asked_with_the_names_it_knows(server: ConsoServer) -> None:
    server.reads_old_names_alone = True
    client = Client(server)
    assert client.load_curve(METER, WEEK).curve == server.households[METER].curve.within(span_of(WEEK))
    assert [sorted(seen.query) for seen in server.seen] == [
        ["dateDebut", "dateFin", "pointId"],
        ["end", "prm", "start"],
    ]


def test_where_the_path_is_gone_at_enedis_the_other_format_is_tried(server: ConsoServer) -> None:
    server.faults.append("path-gone")
    assert Client(server).load_curve(METER, WEEK).origin is Origin.API_V5


def test_no_failure_of_the_new_path_leads_to_the_legacy_one(server: ConsoServer) -> None:
    server.faults.extend(["technical", "token", "no-data"])
    client = Client(server)
    for _ in range(3):
        with pytest.raises(SourceError):
            client.load_curve(METER, WEEK)
    assert {seen.path for seen in server.seen} == {"/api/courbe_de_charge_consommation"}


def test_an_address_that_knows_neither_says_so(server: ConsoServer) -> None:
    server.knows_v2 = server.knows_v5 = False
    assert outcome(Client(server)) == "api-path-gone"


def test_the_token_is_in_its_header_and_nowhere_else(
    server: ConsoServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    token = server.token()
    client = Client(server, token)
    client.load_curve(METER, WEEK)
    (seen,) = server.seen
    assert seen.headers["Authorization"] == f"Bearer {token}"
    assert token not in seen.path + str(seen.query)
    secret = token.split(".")[1]
    for fault in ("token", "cut", "malformed", "banned"):
        server.faults.append(fault)
        error = raised(client)
        told = "".join(traceback.format_exception(error, chain=True)) + repr(error) + str(error.details)
        assert secret not in told
        assert error.__context__ is None or secret not in repr(vars(error.__context__))
    assert secret not in caplog.text
    assert secret not in repr(vars(client))


def test_we_say_who_we_are_on_one_line(server: ConsoServer) -> None:
    Client(server).load_curve(METER, WEEK)
    agent = server.seen[0].headers["User-Agent"]
    assert agent.startswith("Courbe/")
    assert "+https://example.org/courbe" in agent
    assert "X-Evil" not in server.seen[0].headers


def test_another_token_than_the_meter_s_is_refused(server: ConsoServer) -> None:
    assert outcome(Client(server, token_for(PRM))) == "api-token-refused"


def test_readings_of_another_meter_than_asked_are_not_taken(server: ConsoServer) -> None:
    server.households[METER] = household(date(2026, 10, 1), date(2026, 10, 20), prm="12345678901234")
    assert outcome(Client(server, server.token(PRM))) == "api-garbled"


def test_outside_its_limits_v2_fails_and_the_legacy_api_says_why(server: ConsoServer) -> None:
    long = Days(date(2026, 10, 1), date(2026, 10, 19))
    future = Days(date(2026, 10, 19), date(2026, 10, 25))
    backwards = Days(date(2026, 10, 19), date(2026, 10, 12))
    assert {outcome(Client(server), days=days) for days in (long, future, backwards)} == {"api-enedis-down"}
    server.knows_v2 = False
    old = Days(date(2024, 1, 1), date(2024, 1, 8))
    assert [outcome(Client(server), days=days) for days in (long, backwards, old)] == [
        "api-refused",
        "api-refused",
        "api-too-old",
    ]


def test_null_days_are_no_readings(server: ConsoServer) -> None:
    server.households[METER].absent = {date(2026, 10, 14)}
    delivery = Client(server).load_curve(METER, WEEK)
    assert len(delivery.curve) == 6 * 48
    assert delivery.refused == ()
    server.knows_v2 = False
    assert Client(server).load_curve(METER, WEEK).curve == delivery.curve
