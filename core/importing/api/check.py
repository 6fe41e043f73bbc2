"""Preflight of Conso API for the Connect page: one call shows whether an import can work."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from threading import Event
from typing import Final

from pydantic import SecretStr

from core.errors import CourbeError, InputError, SourceError
from core.importing.api.calls import Caller, Denied, Stopped, Wait
from core.importing.api.source import budget_of, usable_token
from core.model import Check, Days, Meter
from core.paristime import local, now_ms
from core.settings import Settings
from core.sources.conso_api import failures
from core.sources.conso_api.client import CURVE_DAYS, ConsoApi
from core.sources.conso_api.token import read_token
from core.sources.transport import Limits
from core.storage.store import Store

_UNREACHED: Final = frozenset(
    {
        "api-unreachable",
        "api-timeout",
        "api-gateway-down",
        "api-redirect",
        "api-cut",
        "api-garbled",
        "api-path-gone",
    }
)
"""Errors that mean that not even Conso API itself was reached."""
_REFUSED: Final = frozenset({"api-token-refused", "api-consent", "api-not-holder"})


def check_api(
    store: Store,
    settings: Settings,
    meter: Meter | None = None,
    token: SecretStr | None = None,
    *,
    stop: Event | None = None,
    clock: Callable[[], int] = now_ms,
    wait: Wait = Event.wait,
    limits: Limits | None = None,
) -> list[Check]:
    """Check token, API, access and half-hourly collection, in this order, for one meter.

    `meter`: the token's first unless given. At most one query is sent, counted in the day's budget. `passed`
    is None for what could not be checked, and for an absent token, as nobody needs one. The detail `error` is
    the code of the error that explains a check. Raises StorageError.
    """
    now = clock()
    try:
        secret = usable_token(settings, meter, token, now)
    except InputError as unusable:
        rest = [Check(code, None) for code in ("api-reachable", "api-access", "api-collection")]
        found = None if unusable.code == "api-no-token" else False
        return [Check("api-token", found, _why(unusable)), *rest]
    told = read_token(secret)
    days = told.days_left(now)
    first = Check("api-token", True, {"days": "?" if days is None else days, "meters": len(told.prms)})
    calls = Caller(budget_of(store, settings, clock), clock=clock, wait=wait)
    calls.stop = stop or calls.stop
    client = ConsoApi(
        settings.api_url,
        secret,
        contact=settings.contact,
        permit=calls.permit,
        limits=limits,
        clock=clock,
    )
    return [first, *_asked(calls, client, meter or Meter(told.prms[0]), now)]


def _asked(calls: Caller, client: ConsoApi, meter: Meter, now: int) -> list[Check]:
    end = local(now).date() - timedelta(days=1)  # yesterday may not be published yet
    window = Days(end - timedelta(days=CURVE_DAYS), end)
    try:
        delivery = calls.patiently(lambda: client.load_curve(meter, window), tries=1)
    except (SourceError, InputError) as error:
        return _failed(error)
    except Denied as denied:
        return _failed(denied.refusal)
    except Stopped:
        return []
    if delivery is None:
        return _failed(calls.down())
    reached, access = Check("api-reachable", True), Check("api-access", True)
    readings = len(delivery.curve)
    if not readings:
        return [reached, access, Check("api-collection", False, {"error": failures.NO_DATA})]
    return [reached, access, Check("api-collection", True, {"readings": readings})]


def _failed(error: CourbeError) -> list[Check]:
    """What an error shows about each check, and no more than that."""
    code, why = error.code, _why(error)
    if code in _UNREACHED or code in ("api-url", failures.BANNED):
        return [Check("api-reachable", False, why), Check("api-access", None), Check("api-collection", None)]
    if code in ("api-budget-used", failures.THROTTLED):
        return [Check("api-reachable", None, why), Check("api-access", None), Check("api-collection", None)]
    if code in _REFUSED:
        return [Check("api-reachable", True), Check("api-access", False, why), Check("api-collection", None)]
    if code == failures.NO_DATA:
        return [Check("api-reachable", True), Check("api-access", True), Check("api-collection", False, why)]
    return [Check("api-reachable", True), Check("api-access", None, why), Check("api-collection", None)]


def _why(error: CourbeError) -> dict[str, str | int | Days]:
    return {"error": error.code, **error.details}
