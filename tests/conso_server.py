"""A Conso API on loopback: the documented contract, its limits, its ban and all its faults.

    python -m tests.conso_server --port 8701

serves two years of a synthetic meter to the application, for manual tests: it prints the settings to use.
"""

from __future__ import annotations

import argparse
import base64
import json
import random
import re
import threading
from collections import Counter, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Final
from urllib.parse import parse_qs, urlsplit

import numpy as np

from core.model import Curve, Days, Flow, Meter
from core.paristime import day_of, local, midnight, now_ms, span_of
from tests.api_documents import daily_v2, daily_v5, peaks_v2, peaks_v5, stamps, v2, v5
from tests.loopback import Handler, Loopback, tell_and_wait

BAN_AT: Final = 100
PRM: Final = "99999999999991"
_V2: Final = {
    "courbe_de_charge_consommation": ("curve", Flow.CONSUMPTION),
    "courbe_de_charge_production": ("curve", Flow.PRODUCTION),
    "consommation_quotidienne": ("daily", Flow.CONSUMPTION),
    "production_quotidienne": ("daily", Flow.PRODUCTION),
    "puissance_conso_max_quotidienne": ("peaks", Flow.CONSUMPTION),
}
_V5: Final = {
    "consumption_load_curve": ("curve", Flow.CONSUMPTION),
    "production_load_curve": ("curve", Flow.PRODUCTION),
    "daily_consumption": ("daily", Flow.CONSUMPTION),
    "daily_production": ("daily", Flow.PRODUCTION),
    "consumption_max_power": ("peaks", Flow.CONSUMPTION),
}
_MORE: Final = {
    "puissance_conso_max_quotidienne": {"mesuresPas": ("P1D", "P1M"), "grandeurPhysique": ("PMA", "TOUT")}
}
"""Further parameters that some types need, and the values they accept."""
_DATE: Final = re.compile(r"20[0-9]{2}-[0-9]{2}-[0-9]{2}")
_PAGE: Final = b"<!DOCTYPE html><html><head><title>Attention Required! | Cloudflare</title></head></html>"
PASSING_FAULTS: Final = (
    *("technical", "plain-500", "refresh", "unknown-500", "bad-gateway", "cut", "malformed", "wrong-type"),
    *("throttled-soon", "empty-body"),
)
"""Transient faults, for imports with random errors."""


@dataclass
class Household:
    """A meter as the server knows it. Days without a value: null in v2, absent in v5."""

    meter: Meter
    curve: Curve
    absent: set[date] = field(default_factory=set)
    published: Callable[[date], int] = lambda day: midnight(day + timedelta(days=1)) + 8 * 3_600_000
    """UTC ms from which a day is published; by default 8 o'clock the next morning."""
    activated: date = date(2000, 1, 1)
    collected: bool = True
    """Whether half-hourly collection is active at Enedis."""
    totals: bool = True
    """Whether Enedis has daily energies."""
    peaks: bool = True
    """Whether Enedis has daily maximum powers."""

    def within(self, days: Days, now: int) -> Curve:
        """The readings of these days that are published."""
        curve = self.curve.within(span_of(days))
        if not len(curve):
            return curve
        told, of_reading = np.unique(day_of(curve.start), return_inverse=True)
        known = [day not in self.absent and self.published(day) <= now for day in told.astype(object)]
        return curve.select(np.array(known, dtype=bool)[of_reading])


def household(
    first: date, end: date, prm: str = PRM, seed: int = 7, flow: Flow = Flow.CONSUMPTION
) -> Household:
    """A deterministic meter with half-hourly readings of these days, the same for the same seed."""
    start = np.arange(midnight(first), midnight(end), 30 * 60_000)
    watts = np.random.default_rng(seed).integers(80, 6000, len(start))
    return Household(Meter(prm, flow), Curve.of(start, np.full(len(start), 30), watts))


def peaks_of(curve: Curve) -> dict[str, tuple[str, int | None]]:
    """Maximum powers by ISO date: a tenth above the highest half-hour, 13 minutes and 35 seconds into it."""
    told: dict[str, tuple[str, int | None]] = {}
    for day, at, watts in zip(
        day_of(curve.start).astype(str).tolist(), curve.start.tolist(), curve.watts.tolist(), strict=True
    ):
        va = watts * 11 // 10
        if day not in told or va > (told[day][1] or 0):
            told[day] = (f"{local(at + (13 * 60 + 35) * 1000):%Y-%m-%d %H:%M:%S}", va)
    return told


def token_for(*prms: str, expires: int = 4_000_000_000) -> str:
    """A token of the documented form, with an invalid signature."""

    def part(value: object) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")

    return f"{part({'alg': 'HS256', 'typ': 'JWT'})}.{part({'sub': list(prms), 'exp': expires})}.bm9ib2R5"


@dataclass(frozen=True)
class Seen:
    """A request as received."""

    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    at: int


class ConsoServer(Loopback):
    """The server; a context manager. `faults`: names of faults for the next requests (None: none)."""

    def __init__(self, *households: Household, clock: Callable[[], int] = now_ms, port: int = 0) -> None:
        self.households = {one.meter: one for one in households}
        self.tokens: dict[str, tuple[str, ...]] = {}
        self.clock = clock
        self.knows_v2 = self.knows_v5 = True
        self.reads_old_names_alone = False
        """Behave like a self-hosted gateway from before v2, which reads only `prm`, `start` and `end`."""
        self.faults: deque[str | None] = deque()
        self.random: tuple[random.Random, float] | None = None
        self.failing: Callable[[Days], str | None] = lambda _: None
        self.elsewhere = "https://example.invalid/api"
        self.seen: list[Seen] = []
        self.calls: Counter[tuple[str, str]] = Counter()
        self.banned: set[str] = set()
        self._lock = threading.Condition()
        handler = type("Bound", (_Handler,), {"conso": self})
        super().__init__(handler, port)

    def noticed(self, count: int) -> int:
        """Number of requests, after waiting for `count` of them: a client may give up before the count."""
        with self._lock:
            self._lock.wait_for(lambda: len(self.seen) >= count, 30)
            return len(self.seen)

    def token(self, *prms: str) -> str:
        """A token that this server accepts for these meters (by default all of its own)."""
        prms = prms or tuple(dict.fromkeys(meter.prm for meter in self.households))
        made = token_for(*prms)
        self.tokens[made] = prms
        return made

    def fail_at_random(self, rate: float, seed: int) -> None:
        """From now on, make this share of the answers a transient fault."""
        self.random = (random.Random(seed), rate)

    def admit(self, address: str, seen: Seen) -> bool:
        """Count a request for the ban; False if the address is banned."""
        with self._lock:
            self.seen.append(seen)
            self._lock.notify_all()
            if address in self.banned:
                return False
            day = datetime.fromtimestamp(self.clock() / 1000, tz=UTC).date().isoformat()
            self.calls[address, day] += 1
            if self.calls[address, day] >= BAN_AT:
                self.banned.add(address)
            return address not in self.banned

    def next_fault(self) -> str | None:
        with self._lock:
            if self.faults:
                return self.faults.popleft()
            if self.random and self.random[0].random() < self.random[1]:
                return self.random[0].choice(PASSING_FAULTS)
        return None


class _Handler(Handler):
    """One request, checked in the documented order."""

    conso: ConsoServer

    def do_GET(self) -> None:  # noqa: N802 - the library's name
        parts = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        seen = Seen(parts.path, query, dict(self.headers), self.conso.clock())
        if not self.conso.admit(self.client_address[0], seen):
            self.send(403, _PAGE, "text/html; charset=UTF-8")
            return
        fault = self.conso.next_fault()
        if fault is not None:
            FAULTS[fault](self)
            return
        self._answer(parts.path, query)

    def do_POST(self) -> None:  # noqa: N802 - the library's name
        self.json(405, {"status": 405, "message": "Seule la méthode GET est autorisée"})

    def _answer(self, path: str, query: dict[str, str]) -> None:
        kind = path.removeprefix("/api/")
        if self.conso.reads_old_names_alone and self._misses_old_names(kind, query):
            return
        known = (_V2 if self.conso.knows_v2 else {}) | (_V5 if self.conso.knows_v5 else {})
        prm = query.get("pointId") or query.get("prm", "")
        first, end = (
            query.get(a) or query.get(b, "") for a, b in (("dateDebut", "start"), ("dateFin", "end"))
        )
        wrong = [
            name
            for name, right in (
                ("type", kind in known),
                ("pointId", len(prm) == 14),
                ("dateDebut", bool(_DATE.fullmatch(first))),
                ("dateFin", bool(_DATE.fullmatch(end))),
                *((name, query.get(name) in allowed) for name, allowed in _MORE.get(kind, {}).items()),
            )
            if not right
        ]
        if not path.startswith("/api/"):
            self.send(404, b"<html>Not found</html>", "text/html")
        elif wrong:
            details = {"issues": [{"code": "invalid", "path": [name]} for name in wrong], "name": "ZodError"}
            self.json(400, {"status": 400, "message": "Paramètres invalides", "error": details})
        elif self._has_access(prm):
            self._enedis(
                known[kind], kind in _V2, prm, Days(date.fromisoformat(first), date.fromisoformat(end))
            )

    def _misses_old_names(self, kind: str, query: dict[str, str]) -> bool:
        missing = ["type"] * (kind not in _V5) + [
            name for name in ("prm", "start", "end") if name not in query
        ]
        if missing:
            issues = [{"code": "invalid_type", "path": [name], "message": "Required"} for name in missing]
            self.json(400, {"status": 400, "message": "Paramètres invalides", "error": {"issues": issues}})
        return bool(missing)

    def _has_access(self, prm: str) -> bool:
        words = self.headers.get("Authorization", "").split(" ")
        if len(words) != 2:
            self.json(400, {"status": 400, "message": "Le header 'Authorization' est manquant ou invalide"})
            return False
        if prm not in self.conso.tokens.get(words[1], ()):
            message = "Votre token est invalide ou ne permet pas d'accéder à ce PRM"
            self.json(401, {"status": 401, "message": message})
            return False
        return True

    def _enedis(self, question: tuple[str, Flow], modern: bool, prm: str, days: Days) -> None:
        now = self.conso.clock()
        what, flow = question
        found = self.conso.households.get(Meter(prm, flow))
        if fault := self.conso.failing(days):
            FAULTS[fault](self)
            return
        if refused := self._outside(days, modern, 7 if what == "curve" else 365, local(now).date()):
            self.enedis(*refused)
        elif found is None:
            self.enedis(
                403, "ADAM-DC-0008", "No consent can be found for this customer and this usage point."
            )
        elif days.first < found.activated:
            self.enedis(400, "ADAM-ERR0123", "The requested period is anterior to the last activation date.")
        elif what == "curve":
            self._curve(found, days, modern, now)
        elif what == "peaks":
            self._peaks(found, days, modern, now)
        else:
            self._daily(found, days, modern, now)

    def _outside(self, days: Days, modern: bool, longest: int, today: date) -> tuple[int, str, str] | None:
        """Enedis's limits: v2 answers 500 to anything outside its specification."""
        back = today.replace(year=today.year - 2, day=min(today.day, 28)) - timedelta(days=15)
        oldest = back if longest == 7 else back.replace(year=back.year - 1, day=min(back.day, 28))
        if days.first >= days.end:
            told = (400, "Invalid_request", "Start date should be before end date.")
        elif days.end > today or len(days) > longest:
            told = (400, "ADAM-DC-0015", "The requested period is too long.")
        elif days.first < oldest - timedelta(days=4):  # months differ in length
            told = (400, "ADAM-ERR0125", "The requested period is too old.")
        else:
            return None
        return (500, "technical_error", "Technical error. Please try later.") if modern else told

    def _curve(self, found: Household, days: Days, modern: bool, now: int) -> None:
        told = found.within(days, now)
        if not found.collected or not len(told):
            self.enedis(404, "no_data_found", "no measure found for this usage point")
            return
        names = (days.first.isoformat(), days.end.isoformat())
        if not modern:
            self.json(200, v5(found.meter, told, *names))
            return
        silent = [day for day in found.absent if days.first <= day < days.end]
        nulls = tuple(
            stamp
            for day in sorted(silent)
            for stamp in stamps(found.curve.within(span_of(Days(day, day + timedelta(days=1)))))
        )
        self.json(200, v2(found.meter, told, *names, nulls))

    def _daily(self, found: Household, days: Days, modern: bool, now: int) -> None:
        curve = found.within(days, now)
        if not found.totals or not len(curve):
            self.enedis(404, "no_data_found", "no measure found for this usage point")
            return
        told, rows = np.unique(day_of(curve.start), return_inverse=True)
        wh = np.bincount(rows, weights=curve.watts.astype(np.int64) * curve.minutes) / 60
        totals: dict[str, int | None] = {
            str(day): round(one) for day, one in zip(told.astype(str).tolist(), wh.tolist(), strict=True)
        }
        names = (days.first.isoformat(), days.end.isoformat())
        self.json(200, (daily_v2 if modern else daily_v5)(found.meter, totals, *names))

    def _peaks(self, found: Household, days: Days, modern: bool, now: int) -> None:
        told = peaks_of(found.within(days, now)) if found.peaks else {}
        if not told:
            self.enedis(404, "no_data_found", "no measure found for this usage point")
            return
        names = (days.first.isoformat(), days.end.isoformat())
        self.json(200, (peaks_v2 if modern else peaks_v5)(found.meter, told, *names))

    def enedis(self, status: int, code: str, description: str) -> None:
        """Answer with an error of Enedis, passed on."""
        error = {"error": code, "error_description": description}
        self.json(status, {"status": status, "message": "The Enedis API returned an error", "error": error})

    def json(self, status: int, document: object) -> None:
        self.send(status, json.dumps(document, ensure_ascii=False).encode(), "application/json")


def _passed_on(status: int, error: object) -> Callable[[_Handler], None]:
    body = {"status": status, "message": "The Enedis API returned an error", "error": error}
    return lambda handler: handler.json(status, body)


def _enedis(status: int, code: str, description: str) -> Callable[[_Handler], None]:
    return _passed_on(status, {"error": code, "error_description": description})


def _bare(status: int, code: str, message: str) -> Callable[[_Handler], None]:
    """An error of Enedis's gateway without any `error` field."""
    return lambda handler: handler.json(status, {"code": code, "message": message})


def _own(status: int, message: str) -> Callable[[_Handler], None]:
    return lambda handler: handler.json(status, {"status": status, "message": message})


def _page(status: int, **headers: str) -> Callable[[_Handler], None]:
    return lambda handler: handler.send(status, _PAGE, "text/html; charset=UTF-8", **headers)


def _raw(status: int, body: bytes, kind: str = "application/json") -> Callable[[_Handler], None]:
    return lambda handler: handler.send(status, body, kind)


def _throttled(seconds: int) -> Callable[[_Handler], None]:
    def answer(handler: _Handler) -> None:
        moment = datetime.fromtimestamp(handler.conso.clock() / 1000 + seconds, tz=UTC)
        named = moment.strftime("%Y-%b-%d %H:%M:%S+0000 UTC")
        inner = {
            "code": "900804",
            "message": "Message throttled out",
            "description": f"You have exceeded your quota .You can access API after {named}",
            "nextAccessTime": named,
        }
        _passed_on(429, inner)(handler)

    return answer


def _redirect(handler: _Handler) -> None:
    handler.send(307, b"", "text/html", Location=handler.conso.elsewhere)


def _endless(piece: bytes, seconds: float) -> Callable[[_Handler], None]:
    """Send an answer without an end, fast or slowly."""

    def answer(handler: _Handler) -> None:
        handler.begin(200, "application/json")
        handler.forever(piece, handler.conso, seconds)

    return answer


def _drip_headers(handler: _Handler) -> None:
    """Send the headers byte by byte, without an end."""
    handler.wfile.write(b"HTTP/1.0 200 OK\r\nX-Slow: ")
    handler.forever(b"a", handler.conso, 0.02)


def _silent(handler: _Handler) -> None:
    """Send nothing until the client gives up."""
    handler.connection.settimeout(20)
    try:
        handler.connection.recv(1)
    except OSError:
        return


FAULTS: Final[Mapping[str, Callable[[_Handler], None]]] = {
    "bad-request": _own(400, "Paramètres invalides"),
    "token": _own(401, "Votre token est invalide ou ne permet pas d'accéder à ce PRM"),
    "no-header": _own(400, "Le header 'Authorization' est manquant ou invalide"),
    "refresh": _own(500, "Impossible de rafraîchir le token. Réessayez plus tard"),
    "unknown-500": _own(500, "Erreur inconnue. Réessayez plus tard"),
    "bad-gateway": _page(502),
    "banned": _page(403),
    "technical": _enedis(500, "technical_error", "Technical error. Please try later."),
    "plain-500": _passed_on(500, "500 Internal Server Error"),
    "plain-403": _passed_on(
        403, {"error": "forbidden", "error_description": "Client pas titulaire du point"}
    ),
    "no-data": _enedis(404, "no_data_found", "no measure found for this usage point"),
    "before-activation": _enedis(400, "ADAM-ERR0123", "Period anterior to the last activation date."),
    "too-old": _enedis(400, "ADAM-ERR0125", "The requested period is too old."),
    "not-holder": _enedis(400, "ADAM-DC-0007", "Le client n'est pas titulaire du point demandé."),
    "consent": _enedis(
        403, "ADAM-DC-0008", "No consent can be found for this customer and this usage point."
    ),
    "before-consent": _enedis(403, "ADAM-DC-0009", "The requested period is anterior to the consent."),
    "window": _enedis(400, "ADAM-DC-0015", "The requested period is too long."),
    "days-order": _enedis(400, "ADAM-ERR0002", "La date de fin doit suivre la date de début."),
    "days-not-open": _enedis(403, "ADAM-ERR0191", "Aucun service d'accès souscrit pour la période."),
    "bare-before-activation": _bare(400, "ADAM-ERR0123", "Period anterior to the last activation date."),
    "bare-not-allowed": _bare(403, "403", "Le client n'est pas autorisé"),
    "wrapped-not-allowed": _passed_on(403, {"code": "403", "message": "Le client n'est pas autorise"}),
    "not-subscribed": _passed_on(403, {"code": "900908", "message": "Resource forbidden"}),
    "gateway-token": _bare(401, "900901", "Invalid Credentials"),
    "path-gone": _passed_on(404, {"fault": {"code": 900906, "message": "No matching resource found"}}),
    "no-series": _raw(200, b'{"idPrm": "99999999999991", "periode": {}}'),
    "no-points": _raw(
        200,
        b'{"idPrm": "99999999999991", "grandeur": [{"grandeurMetier": "CONS", "grandeurPhysique": "PA", '
        b'"unite": "W"}]}',
    ),
    "strange-enedis": _enedis(418, "teapot", "short and stout"),
    "throttled": _passed_on(429, {"fault": {"code": 900807, "message": "Message throttled out"}}),
    "throttled-named": _throttled(6 * 3600),
    "throttled-soon": _throttled(30),
    "throttled-page": _page(429, Retry_After="120"),
    "redirect": _redirect,
    "malformed": _raw(200, b'{"idPrm": '),
    "empty-body": _raw(200, b""),
    "not-an-object": _raw(200, b"[1, 2]"),
    "other-shape": _raw(200, b'{"hello": "world"}'),
    "wrong-type": _raw(200, _PAGE, "text/html"),
    "gone": _raw(410, b'{"status": 410, "message": "Gone"}'),
    "cut": lambda handler: handler.cut(b'{"idPrm": "9999', "application/json"),
    "drip": _endless(b" ", 0.02),
    "drip-headers": _drip_headers,
    "silent": _silent,
    "huge": _endless(b" " * 65_536, 0),
}


def main() -> None:
    """Run the server for manual tests until interrupted."""
    parser = argparse.ArgumentParser(description="A Conso API to try the application against.")
    parser.add_argument("--port", type=int, default=8701)
    parser.add_argument("--errors", type=float, default=0, help="share of random errors, 0 to 1")
    parser.add_argument("--legacy", action="store_true", help="know the legacy paths only")
    parser.add_argument("--old-names", action="store_true", help="read prm, start and end only")
    arguments = parser.parse_args()
    today = local(now_ms()).date()
    house = household(today - timedelta(days=900), today)
    house.absent = {today - timedelta(days=age) for age in (12, 100, 101)}
    with ConsoServer(house, port=arguments.port) as server:
        server.knows_v2 = not arguments.legacy
        server.reads_old_names_alone = arguments.old_names
        server.fail_at_random(arguments.errors, seed=1)
        lines = [f"COURBE_API_URL={server.url}", f"COURBE_API_TOKEN={server.token()}", f"COURBE_PRM={PRM}"]
        tell_and_wait(lines)


if __name__ == "__main__":
    main()
