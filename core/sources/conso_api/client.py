"""Client of Conso API: one request function, and the queries we send.

v2 is queried first; the legacy path only if the server shows that it does not know the new one. `permit` is
called before each call and decides when it may be sent.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import date
from enum import Enum
from typing import Any, Final, TypeVar

from pydantic import SecretStr

from core.errors import InputError, SourceError
from core.model import Days, Delivery, Flow, MaxPower, Meter
from core.paristime import now_ms
from core.sources.conso_api.answers import read_daily, read_load_curve, read_peaks
from core.sources.conso_api.failures import UNKNOWN_PATH, failure
from core.sources.conso_api.token import bearer
from core.sources.transport import Answer, Cause, Limits, NoAnswer, UnusableAddress, get, user_agent

T = TypeVar("T")
_NOTHING: Final[Mapping[str, str]] = {}
CURVE_DAYS: Final = 7
"""Days a load-curve call may cover."""
DAILY_DAYS: Final = 365
"""Days a call for daily energies or maximum powers may cover."""


_NO_ANSWER: Final = {
    Cause.UNREACHABLE: "api-unreachable",
    Cause.TIMEOUT: "api-timeout",
    Cause.CUT: "api-cut",
    Cause.TOO_LARGE: "api-garbled",  # larger than any real one
}


class _Question(Enum):
    """Kinds of queries, with their v2 and legacy names by flow."""

    CURVE = (
        {
            Flow.CONSUMPTION: "courbe_de_charge_consommation",
            Flow.PRODUCTION: "courbe_de_charge_production",
        },
        {Flow.CONSUMPTION: "consumption_load_curve", Flow.PRODUCTION: "production_load_curve"},
    )
    TOTALS = (
        {Flow.CONSUMPTION: "consommation_quotidienne", Flow.PRODUCTION: "production_quotidienne"},
        {Flow.CONSUMPTION: "daily_consumption", Flow.PRODUCTION: "daily_production"},
    )
    PEAKS = (
        {Flow.CONSUMPTION: "puissance_conso_max_quotidienne"},
        {Flow.CONSUMPTION: "consumption_max_power"},
    )


_MORE: Final = {_Question.PEAKS: {"mesuresPas": "P1D", "grandeurPhysique": "PMA"}}
"""Additional v2 parameters: one value a day, of the maximum apparent power."""


class ConsoApi:
    """Client for one token. `contact` (site or address) and our name identify us to the API.

    Every method raises InputError `api-token-unreadable`, `api-url` and SourceError, see `failures`.
    """

    def __init__(
        self,
        url: str,
        token: SecretStr,
        *,
        contact: str,
        permit: Callable[[], None],
        limits: Limits | None = None,
        clock: Callable[[], int] = now_ms,
    ) -> None:
        self._url, self._token, self._permit = url, token, permit
        self._agent = user_agent(contact)
        self._limits, self._clock = limits or Limits(), clock
        self._legacy: set[_Question] = set()

    def load_curve(self, meter: Meter, days: Days) -> Delivery:
        """The readings of at most 7 Paris days; days without readings are absent."""
        document = self._ask(_Question.CURVE, meter, days)
        delivery = _understood(lambda: read_load_curve(document, flow=meter.flow, live=True))
        if delivery.meter != meter:
            raise SourceError("api-garbled")
        return Delivery(delivery.meter, delivery.origin, delivery.curve, delivery.refused, days)

    def daily_totals(self, meter: Meter, days: Days) -> dict[date, int]:
        """The distributor's energy (Wh) of at most 365 Paris days; days without one are left out."""
        document = self._ask(_Question.TOTALS, meter, days)
        return _understood(lambda: read_daily(document))

    def daily_peaks(self, meter: Meter, days: Days) -> dict[date, MaxPower]:
        """The maximum power (VA) of at most 365 days of consumption; days without one are left out."""
        document = self._ask(_Question.PEAKS, meter, days)
        return _understood(lambda: read_peaks(document))

    def _ask(self, question: _Question, meter: Meter, days: Days) -> Mapping[str, Any]:
        modern, legacy = question.value
        if question not in self._legacy:
            try:
                return self._request(
                    modern[meter.flow], meter, days, modern=True, more=_MORE.get(question, {})
                )
            except SourceError as error:
                if error.code != UNKNOWN_PATH:
                    raise
            self._legacy.add(question)
        return self._request(legacy[meter.flow], meter, days, modern=False)

    def _request(
        self, path: str, meter: Meter, days: Days, *, modern: bool, more: Mapping[str, str] = _NOTHING
    ) -> Mapping[str, Any]:
        """Send one call; nothing else does. The token is sent in its header and nowhere else."""
        names = ("pointId", "dateDebut", "dateFin") if modern else ("prm", "start", "end")
        told = (meter.prm, days.first.isoformat(), days.end.isoformat())
        query = {**dict(zip(names, told, strict=True)), **more}
        headers = {
            "Authorization": f"Bearer {bearer(self._token)}",
            "User-Agent": self._agent,
            "Accept": "application/json",
        }
        self._permit()
        answer = _answer(f"{self._url.rstrip('/')}/api/{path}", query, headers, self._limits)
        if answer.status != 200:
            raise failure(answer, self._clock())
        if answer.kind != "application/json":
            raise SourceError("api-garbled")
        document = _document(answer.body)
        if document is None:
            raise SourceError("api-garbled")
        return document


def _document(body: bytes) -> Mapping[str, Any] | None:
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return document if isinstance(document, Mapping) else None


def _understood(read: Callable[[], T]) -> T:
    """The answer as read; `api-garbled` if it is unreadable, as the gateway, not a file, is at fault."""
    try:
        return read()
    except SourceError as unreadable:
        if not unreadable.code.startswith("api-answer-"):
            raise
    raise SourceError("api-garbled")


def _answer(url: str, query: Mapping[str, str], headers: Mapping[str, str], limits: Limits) -> Answer:
    """The answer to a GET; InputError or SourceError if there is none."""
    try:
        return get(url, query, headers, limits)
    except UnusableAddress:
        raise InputError("api-url") from None
    except NoAnswer as fault:
        raise SourceError(_NO_ANSWER[fault.cause]) from None
