"""The client against a server that speaks the contract: every answer has its own outcome, none leaks."""

from __future__ import annotations

import json
import logging
import shutil
import socket
import ssl
import subprocess
import threading
import traceback
from collections.abc import Iterator
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from core.errors import CourbeError, InputError, SourceError, SourcePaused
from core.model import Days, Flow, Meter, Origin
from core.paristime import midnight, span_of
from core.sources.conso_api.client import ConsoApi
from core.sources.conso_api.failures import failure
from core.sources.conso_api.transport import Answer, Limits
from core.texts import Language, Words
from tests.conso_server import FAULTS, PRM, ConsoServer, household, token_for

METER = Meter(PRM)
NOW = midnight(date(2026, 10, 20)) + 15 * 3_600_000
WEEK = Days(date(2026, 10, 12), date(2026, 10, 19))
PATIENT = Limits(connect=30, silence=30, deadline=60, size=500_000)
HURRIED = Limits(connect=30, silence=0.15, deadline=0.4, size=500_000)
"""For servers that never finish: a busy machine may then only prove the same sooner."""
STALLS = ("drip", "drip-headers", "silent")


@pytest.fixture
def server() -> Iterator[ConsoServer]:
    with ConsoServer(household(date(2026, 9, 1), date(2026, 10, 20)), clock=lambda: NOW) as running:
        yield running


class Client(ConsoApi):
    """A client that counts how often it asked for leave to call."""

    def __init__(
        self,
        server: ConsoServer,
        token: str | None = None,
        url: str | None = None,
        limits: Limits = PATIENT,
    ) -> None:
        self.permits = 0
        super().__init__(
            url or server.url,
            SecretStr(token or server.token()),
            contact="https://example.org/courbe\r\nX-Evil: 1",
            permit=self._count,
            limits=limits,
            clock=lambda: NOW,
        )

    def _count(self) -> None:
        self.permits += 1


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


OUTCOMES = {
    "bad-request": "api-path-gone",
    "token": "api-token-refused",
    "no-header": "api-token-refused",
    "refresh": "api-gateway-down",
    "unknown-500": "api-gateway-down",
    "bad-gateway": "api-gateway-down",
    "banned": "api-banned",
    "technical": "api-enedis-down",
    "plain-500": "api-enedis-down",
    "plain-403": "api-not-holder",
    "no-data": "api-no-data",
    "before-activation": "api-before-activation",
    "too-old": "api-too-old",
    "not-holder": "api-not-holder",
    "consent": "api-consent",
    "before-consent": "api-before-consent",
    "window": "api-refused",
    "strange-enedis": "api-refused",
    "throttled": "api-throttled",
    "throttled-named": "api-throttled",
    "throttled-soon": "api-throttled",
    "throttled-page": "api-throttled",
    "redirect": "api-redirect",
    "malformed": "api-garbled",
    "empty-body": "api-garbled",
    "not-an-object": "api-garbled",
    "other-shape": "api-garbled",
    "wrong-type": "api-garbled",
    "gone": "api-path-gone",
    "cut": "api-cut",
    "drip": "api-timeout",
    "drip-headers": "api-timeout",
    "silent": "api-timeout",
    "huge": "api-garbled",
}


def outcome(client: ConsoApi, meter: Meter = METER, days: Days = WEEK) -> str:
    return raised(client, meter, days).code


def raised(client: ConsoApi, meter: Meter = METER, days: Days = WEEK) -> CourbeError:
    with pytest.raises(CourbeError) as caught:
        client.load_curve(meter, days)
    return caught.value


def test_every_fault_of_the_server_has_an_outcome_here() -> None:
    assert set(OUTCOMES) == set(FAULTS)


@pytest.mark.parametrize(("fault", "code"), OUTCOMES.items())
def test_every_documented_answer_has_its_own_outcome(server: ConsoServer, fault: str, code: str) -> None:
    server.faults.extend([fault, fault])
    client = Client(server, limits=HURRIED if fault in STALLS else PATIENT)
    error = raised(client)
    assert error.code == code
    for language in Language:
        assert error.title(Words(language))
        assert error.happened(Words(language))
        assert error.cure(Words(language))
    assert client.permits == len(server.seen)


def test_nobody_but_the_token_is_blamed_for_the_token_and_it_for_nothing_else() -> None:
    blamed = {fault for fault, code in OUTCOMES.items() if code == "api-token-refused"}
    assert blamed == {"token", "no-header"}


@pytest.mark.parametrize(
    ("message", "details", "code"),
    [
        ("Paramètres invalides", "type: unknown value courbe_de_charge_consommation", "api-path-gone"),
        ("Paramètres invalides", [{"type": "string", "path": ["type"]}], "api-path-gone"),
        ("Paramètres invalides", {"prm": "must have 14 characters"}, "api-prm-refused"),
        ("Paramètres invalides", {"dateDebut": "not a date"}, "api-refused"),
        ("Paramètres invalides", [{"type": "string", "path": ["start"]}], "api-refused"),
        ("Something else", "unknown type", "api-refused"),
    ],
)
def test_a_refused_request_is_known_by_its_details_however_they_are_told(
    message: str, details: Any, code: str
) -> None:
    body = json.dumps({"status": 400, "message": message, "details": details}).encode()
    assert failure(Answer(400, "application/json", "", body), NOW).code == code


def test_a_meter_number_that_the_api_refuses_is_named(server: ConsoServer) -> None:
    details = (
        b'{"status":400,"message":"Param\xc3\xa8tres invalides","error":{"issues":[{"path":["pointId"]}]}}'
    )
    answer = Answer(400, "application/json", "", details)
    assert failure(answer, NOW).code == "api-prm-refused"
    nested = details.replace(b'"path":["pointId"]', b'"message":"[{\\"path\\":[\\"prm\\"]}]"')
    assert failure(Answer(400, "application/json", "", nested), NOW).code == "api-prm-refused"


@pytest.mark.parametrize(
    ("fault", "seconds"),
    [("throttled", None), ("throttled-named", 6 * 3600), ("throttled-soon", 30), ("throttled-page", 120)],
)
def test_the_moment_the_other_side_names_is_kept(
    server: ConsoServer, fault: str, seconds: int | None
) -> None:
    server.faults.append(fault)
    error = raised(Client(server))
    assert isinstance(error, SourcePaused)
    assert error.resumes_at == (None if seconds is None else NOW + seconds * 1000)


@pytest.mark.parametrize("header", ["", "soon", "99999999999", "-5"])
def test_a_strange_retry_after_names_no_moment(header: str) -> None:
    error = failure(Answer(429, "text/html", header, b"<html>"), NOW)
    assert isinstance(error, SourcePaused)
    assert error.resumes_at is None


def test_a_date_in_retry_after_is_a_moment() -> None:
    error = failure(Answer(429, "text/html", "Wed, 21 Oct 2026 07:28:00 GMT", b""), NOW)
    assert isinstance(error, SourcePaused)
    assert error.resumes_at == 1_792_567_680_000


def test_only_a_page_is_a_ban() -> None:
    assert failure(Answer(403, "text/html", "", b""), NOW).code == "api-banned"
    assert failure(Answer(403, "", "", b"  <!DOCTYPE html>"), NOW).code == "api-banned"
    assert failure(Answer(403, "application/json", "", b"{}"), NOW).code == "api-refused"


@pytest.mark.parametrize(
    ("told", "code"),
    [
        ({"error": "no_data_found", "error_description": "no measure found"}, "api-no-data"),
        ({"error": "ADAM-ERR0123"}, "api-before-activation"),
        ({"fault": {"code": 900807, "message": "Message throttled out"}}, "api-throttled"),
        ({"code": "900804", "nextAccessTime": "2026-Jul-17 05:00:00+0000 UTC"}, "api-throttled"),
    ],
)
def test_the_error_of_enedis_is_read_as_json_and_as_text_that_holds_it(told: Any, code: str) -> None:
    for error in (told, json.dumps(told)):
        body = {"status": 400, "message": "The Enedis API returned an error", "error": error}
        answer = Answer(400, "application/json", "", json.dumps(body).encode())
        assert failure(answer, NOW).code == code


@pytest.mark.parametrize(
    ("status", "error", "code"),
    [
        (404, "no measure found for this usage point", "api-no-data"),
        (404, "no_data_found", "api-no-data"),
        (400, "ADAM-ERR0123: anterior to the last activation", "api-before-activation"),
        (403, "ADAM-DC-0008", "api-consent"),
        (400, "Bad Request", "api-refused"),
        (503, "<h1>Service Unavailable</h1>", "api-enedis-down"),
        (400, {"error_description": "Start date should be before end date."}, "api-refused"),
    ],
)
def test_an_error_of_enedis_in_plain_text_says_as_much(status: int, error: Any, code: str) -> None:
    body = {"status": status, "message": "The Enedis API returned an error", "error": error}
    assert failure(Answer(status, "application/json", "", json.dumps(body).encode()), NOW).code == code


@pytest.mark.parametrize(
    ("status", "told", "code"),
    [
        (404, {"error": "no_data_found", "error_description": "no measure found"}, "api-no-data"),
        (500, {"error": "technical_error", "error_description": "Try later."}, "api-enedis-down"),
        (500, {"fault": {"code": 900807, "message": "Message throttled out"}}, "api-throttled"),
        (429, {"code": "900804", "nextAccessTime": "2026-Oct-20 17:00:00+0000 UTC"}, "api-throttled"),
    ],
)
def test_an_error_of_enedis_is_known_without_its_wrapping(status: int, told: Any, code: str) -> None:
    error = failure(Answer(status, "application/json", "", json.dumps(told).encode()), NOW)
    assert error.code == code
    if "nextAccessTime" in told:
        assert isinstance(error, SourcePaused)
        assert error.resumes_at == midnight(date(2026, 10, 20)) + 19 * 3_600_000


def test_a_redirect_is_not_followed_with_the_token(server: ConsoServer) -> None:
    with ConsoServer(household(date(2026, 10, 1), date(2026, 10, 20))) as other:
        server.elsewhere = f"{other.url}/api/courbe_de_charge_consommation"
        server.faults.append("redirect")
        assert outcome(Client(server)) == "api-redirect"
        assert not other.seen


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


@pytest.mark.parametrize(
    "url", ["http://conso.boris.sh", "ftp://127.0.0.1", "https://", "nonsense", "http://127.0.0.1:99999"]
)
def test_a_token_goes_over_tls_or_to_this_machine_only(server: ConsoServer, url: str) -> None:
    with pytest.raises(InputError) as caught:
        Client(server, url=url).load_curve(METER, WEEK)
    assert caught.value.code == "api-url"


def test_a_server_that_is_not_there_is_not_reached(server: ConsoServer) -> None:
    with ConsoServer() as gone:
        url = gone.url
    assert outcome(Client(server, url=url)) == "api-unreachable"


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


def test_a_certificate_nobody_vouches_for_is_not_trusted(server: ConsoServer, tmp_path: Path) -> None:
    program = shutil.which("openssl")
    if program is None:
        pytest.skip("openssl is not installed")
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    make = [program, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    make += ["-keyout", str(key), "-out", str(certificate), "-days", "1", "-subj", "/CN=localhost"]
    subprocess.run(make, check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        heard: list[bytes] = []

        def serve() -> None:
            wire, _ = listener.accept()
            with suppress(OSError), context.wrap_socket(wire, server_side=True) as secure:
                heard.append(secure.recv(1000))

        thread = threading.Thread(target=serve)
        thread.start()
        url = f"https://localhost:{listener.getsockname()[1]}"
        assert outcome(Client(server, url=url)) == "api-unreachable"
        thread.join()
    assert not b"".join(heard)
