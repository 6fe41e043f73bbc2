"""Every answer that is not a load curve has its own outcome."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest

from core.errors import SourcePaused
from core.paristime import midnight
from core.sources.conso_api.failures import failure
from core.sources.transport import Answer, Limits
from core.texts import Language, Words
from tests.conso_server import FAULTS, ConsoServer
from tests.sources.conso_api.asking import NOW, PATIENT, Client, raised

HURRIED = Limits(connect=30, silence=0.15, deadline=0.4, size=500_000)
"""For servers that never finish an answer."""


STALLS = ("drip", "drip-headers", "silent")
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
    "days-order": "api-days-order",
    "days-not-open": "api-days-not-open",
    "bare-before-activation": "api-before-activation",
    "bare-not-allowed": "api-consent",
    "wrapped-not-allowed": "api-consent",
    "not-subscribed": "api-not-subscribed",
    "gateway-token": "api-gateway-token",
    "path-gone": "api-path-gone",
    "no-series": "api-no-data",
    "no-points": "api-no-data",
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
    assert client.permits == server.noticed(client.permits)


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


@pytest.mark.parametrize(
    "header", ["", "soon", "99999999999", "-5", "Fri, 27 Nov 99999999999999999999 10:00:00 GMT"]
)
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
