"""Maps unsuccessful answers of Conso API to errors: one for each cause, named only on evidence.

Conso API checks the request itself first; later errors are Enedis's own, passed on as `{status, message: "The
Enedis API returned an error", error}`; an HTML page comes from Cloudflare.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any, Final

from core.errors import SourceError, SourcePaused
from core.paristime import to_ms
from core.sources.transport import Answer

BANNED: Final = "api-banned"
NO_DATA: Final = "api-no-data"
UNKNOWN_PATH: Final = "api-path-gone"
THROTTLED: Final = "api-throttled"
UNREACHED: Final = "api-unreachable"
"""No connection was made."""
PASSING: Final = frozenset(
    {UNREACHED, "api-timeout", "api-cut", "api-garbled", "api-enedis-down", "api-gateway-down"}
)
"""Transient faults, not ours; a query a little later can succeed."""
CLOSED: Final = frozenset({"api-before-activation", "api-before-consent", "api-too-old"})
"""There will never be readings for these days, nor for older ones."""

_INVALID: Final = "Paramètres invalides"
_ENEDIS: Final = "The Enedis API returned an error"
_ENEDIS_CODES: Final = {
    "ADAM-ERR0002": "api-days-order",
    "ADAM-ERR0191": "api-days-not-open",
    "ADAM-ERR0123": "api-before-activation",
    "ADAM-ERR0125": "api-too-old",
    "ADAM-DC-0007": "api-not-holder",
    "ADAM-DC-0008": "api-consent",
    "ADAM-DC-0009": "api-before-consent",
    "no_data_found": NO_DATA,
    "technical_error": "api-enedis-down",
    "900901": "api-gateway-token",
    "900906": UNKNOWN_PATH,
    "900908": "api-not-subscribed",
}
_NAMED_FIELD: Final = re.compile(r'"path"\s*:\s*\[\s*"(\w+)"')
_NEXT_ACCESS: Final = re.compile(r"(\d{4})-([A-Z][a-z]{2})-(\d{2}) (\d{2}):(\d{2}):(\d{2})\+0000")
_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def of_enedis(faults: Iterable[str]) -> bool:
    """Whether Enedis itself failed each time."""
    return set(faults) == {"api-enedis-down"}


def failure(answer: Answer, now_ms: int) -> SourceError:
    """The error for an answer other than 200. `now_ms`: UTC ms at which it came."""
    body = _json(answer.body)
    if isinstance(error := body.get("error"), str):  # Enedis's own answer, passed on unchanged
        body = {**body, "error": _json(error) or error}
    if answer.status == 429 or _is_throttled(body):
        return SourcePaused(THROTTLED, resumes_at=_resumes_at(answer, body, now_ms))
    if 300 <= answer.status < 400:
        return SourceError("api-redirect")
    if body.get("message") == _ENEDIS:
        return SourceError(_of_enedis(answer.status, body.get("error", "")))
    if "error_description" in body or ("code" in body and "status" not in body):  # not wrapped
        return SourceError(_of_enedis(answer.status, body))
    return SourceError(_of_gateway(answer, body))


def _of_enedis(status: int, error: object) -> str:
    """Error code for Enedis's own error: by its code, by its sentence, or by the status alone."""
    told: Mapping[str, Any] = error if isinstance(error, Mapping) else {"error_description": str(error)}
    if isinstance(fault := told.get("fault"), Mapping):
        told = fault
    code = str(told.get("error") or told.get("code") or "")
    said = " ".join(str(told.get(name, "")) for name in ("error_description", "description", "message"))
    for known, meaning in _ENEDIS_CODES.items():
        if known == code or known in said:
            return meaning
    if "titulaire" in said.lower():
        return "api-not-holder"
    if re.search(r"n.est pas autoris|not authori[sz]ed", said, re.IGNORECASE):
        return "api-consent"
    if "consent" in said.lower():
        return "api-consent"
    if status == 404:
        return NO_DATA
    return "api-enedis-down" if status >= 500 else "api-refused"


def _of_gateway(answer: Answer, body: Mapping[str, Any]) -> str:
    """Error code for Conso API's own checks, or for the network in front of it."""
    message = str(body.get("message", ""))
    if answer.status == 403 and _is_page(answer):
        return BANNED
    if answer.status == 401 or (answer.status == 400 and "Authorization" in message):
        return "api-token-refused"
    if answer.status == 400:
        return _of_request(answer, message)
    if answer.status in (404, 410):
        return UNKNOWN_PATH
    return "api-gateway-down" if answer.status >= 500 else "api-refused"


def _of_request(answer: Answer, message: str) -> str:
    """Error code for a refused request, by the field that its details name.

    If they name none that we know, the kind of query is unknown: meter and days are checked before they are
    sent.
    """
    told = answer.body.decode("utf-8", "replace").replace("\\", "")
    named = " ".join(_NAMED_FIELD.findall(told)) or told
    if re.search(r"\b(pointId|prm)\b", named, re.IGNORECASE):
        # a gateway without v2 misses all of its own parameters: it expects the legacy query
        return UNKNOWN_PATH if {"prm", "start", "end"} <= set(named.split()) else "api-prm-refused"
    if message != _INVALID or re.search(r"date|\b(start|end)\b", named, re.IGNORECASE):
        return "api-refused"
    return UNKNOWN_PATH


def _is_throttled(body: Mapping[str, Any]) -> bool:
    """Whether Enedis's gateway (WSO2) throttles us: it then says 90080x, whatever the status."""
    return bool(re.search(r'"code": "?90080\d', json.dumps(_told(body))))


def _told(body: Mapping[str, Any]) -> Mapping[str, Any]:
    """The message of Enedis's gateway: inside an error that was passed on, or by itself."""
    inner = body.get("error")
    return inner if isinstance(inner, Mapping) else body


def _resumes_at(answer: Answer, body: Mapping[str, Any], now_ms: int) -> int | None:
    """The time (UTC ms) that the server names for the next call; None if it names none."""
    if match := _NEXT_ACCESS.search(str(_told(body).get("nextAccessTime", ""))):
        year, month, day, hour, minute, second = match.groups()
        if month in _MONTHS:
            return _ms(f"{year}-{_MONTHS.index(month) + 1:02}-{day}T{hour}:{minute}:{second}+00:00")
    if re.fullmatch(r"[0-9]{1,7}", answer.retry_after):
        return now_ms + int(answer.retry_after) * 1000
    try:
        return to_ms(parsedate_to_datetime(answer.retry_after))
    except (ValueError, OverflowError):  # OverflowError: a year of twenty digits
        return None


def _ms(iso: str) -> int | None:
    try:
        return to_ms(datetime.fromisoformat(iso))
    except ValueError:
        return None


def _is_page(answer: Answer) -> bool:
    return answer.kind == "text/html" or answer.body.lstrip()[:1] == b"<"


def _json(text: str | bytes) -> Mapping[str, Any]:
    """The JSON object in a text; empty for anything else."""
    try:
        body = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return body if isinstance(body, Mapping) else {}
