"""One HTTP GET, bounded in time and size, that can be trusted with a token.

It follows no redirect (the token would go along), uses no cookies, no netrc and no proxy, and ends at its
deadline even when the other side sends a byte now and then.
"""

from __future__ import annotations

import http.client
import socket
import ssl
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from typing import Final
from urllib.parse import urlencode, urlsplit

import certifi

from core.errors import InputError, SourceError

CONNECT_SECONDS: Final = 10.0
SILENCE_SECONDS: Final = 20.0
"""How long nothing at all may arrive."""
DEADLINE_SECONDS: Final = 60.0
"""How long a whole answer may take."""
MAX_BYTES: Final = 8_000_000
"""A year of days or a week of ten-minute values is below 0.2 MB."""
_LOOPBACK: Final = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True, slots=True)
class Answer:
    """Status, content type (lower case, without parameters), the Retry-After header, and the body."""

    status: int
    kind: str
    retry_after: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of a call, in seconds and bytes."""

    connect: float = CONNECT_SECONDS
    silence: float = SILENCE_SECONDS
    deadline: float = DEADLINE_SECONDS
    size: int = MAX_BYTES


def get(base: str, path: str, query: Mapping[str, str], headers: Mapping[str, str], limits: Limits) -> Answer:
    """The answer to a GET. InputError `api-url`; SourceError `api-unreachable`, `api-timeout`, `api-cut`,
    `api-garbled` (an answer larger than any real one)."""
    connection, prefix = _connection(base, limits)
    guard = _Guard(limits.deadline)
    cause = "api-unreachable"
    try:
        connection.connect()
        cause = "api-cut"
        guard.watch(connection.sock)
        connection.sock.settimeout(limits.silence)
        connection.request("GET", f"{prefix}{path}?{urlencode(query)}", headers=dict(headers))
        answer = _read(connection.getresponse(), limits.size)
        if not guard.expired:  # a socket shut at the deadline may look like the end of the answer
            return answer
        cause = "api-timeout"
    except TimeoutError:
        cause = "api-timeout"
    except _TooLarge:
        cause = "api-garbled"
    except (http.client.HTTPException, OSError):
        # or like any other cut
        cause = "api-timeout" if guard.expired else cause
    finally:
        guard.end()
        connection.close()
    # outside the handler: the library's exception stays out, with all it knows of the request
    raise SourceError(cause)


class _TooLarge(Exception):
    """More than any real answer."""


def _read(response: http.client.HTTPResponse, size: int) -> Answer:
    body = bytearray()
    while piece := response.read1(65_536):
        body += piece
        if len(body) > size:
            raise _TooLarge
    declared = response.getheader("Content-Length", "")
    if declared.isdigit() and len(body) < int(declared):
        raise http.client.IncompleteRead(bytes(body))
    kind = response.getheader("Content-Type", "").split(";")[0].strip().lower()
    return Answer(response.status, kind, response.getheader("Retry-After", ""), bytes(body))


class _Guard:
    """Shuts a socket when its time is up, which wakes whoever waits for it."""

    def __init__(self, seconds: float) -> None:
        self.expired = False
        self._wire: socket.socket | None = None
        self._timer = threading.Timer(seconds, self._shut)
        self._timer.daemon = True
        self._timer.start()

    def watch(self, wire: socket.socket) -> None:
        self._wire = wire

    def end(self) -> None:
        self._timer.cancel()

    def _shut(self) -> None:
        self.expired = True
        if self._wire is not None:
            with suppress(OSError):  # it may have ended by itself
                self._wire.shutdown(socket.SHUT_RDWR)


def _connection(base: str, limits: Limits) -> tuple[http.client.HTTPConnection, str]:
    """A connection, not yet open, and the path the base address carries. A token goes over TLS only, or to
    this very machine."""
    try:
        parts = urlsplit(base)
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port, parts = None, None, urlsplit("")
    if host and parts.scheme == "https":
        return (
            http.client.HTTPSConnection(host, port, timeout=limits.connect, context=_tls()),
            parts.path.rstrip("/"),
        )
    if host in _LOOPBACK and parts.scheme == "http":
        return http.client.HTTPConnection(host, port, timeout=limits.connect), parts.path.rstrip("/")
    raise InputError("api-url")


@cache
def _tls() -> ssl.SSLContext:
    """The authorities this system trusts, and Mozilla's, which some systems lack."""
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    return context
