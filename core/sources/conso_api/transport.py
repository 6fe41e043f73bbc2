"""One HTTP GET, bounded in time and size, that can be trusted with a token.

It follows no redirect (the token would go along), reads no netrc and no proxy settings, and ends at its
deadline even when the other side sends a byte now and then.
"""

from __future__ import annotations

import logging
import ssl
import threading
import time
from collections.abc import Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import HTTPError, MaxRetryError, ReadTimeoutError

from core.errors import InputError, SourceError

CONNECT_SECONDS: Final = 10.0
SILENCE_SECONDS: Final = 20.0
"""How long nothing at all may arrive."""
DEADLINE_SECONDS: Final = 60.0
"""How long a whole answer may take."""
MAX_BYTES: Final = 8_000_000
"""A year of days or a week of ten-minute values is below 0.2 MB."""
_LOOPBACK: Final = ("localhost", "127.0.0.1", "::1")
_PIECE: Final = 65_536
logging.getLogger("urllib3").setLevel(logging.INFO)  # its debug lines hold the address, PRM included


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
    url = f"{_checked(base)}{path}"
    outcome: Future[Answer] = Future()

    def fetch() -> None:
        try:
            outcome.set_result(_fetch(url, query, headers, limits))
        except Exception as error:  # noqa: BLE001 - handed over to the caller, whatever it is
            outcome.set_exception(error)

    # a thread of its own: headers that drip byte by byte keep a socket's time-out from ever firing
    threading.Thread(target=fetch, name="api call", daemon=True).start()
    try:
        return outcome.result(limits.deadline)
    except TimeoutError:
        cause = "api-timeout"
    except _TooLarge:
        cause = "api-garbled"
    except (requests.RequestException, HTTPError) as error:
        cause = _cause(error)
    # outside the handler: the library's exception stays out, with all it knows of the request
    raise SourceError(cause)


class _TooLarge(Exception):
    """More than any real answer."""


class _SystemTrust(HTTPAdapter):
    """Trusts the authorities of this system besides Mozilla's, which requests brings."""

    def init_poolmanager(self, *arguments: Any, **options: Any) -> None:
        super().init_poolmanager(*arguments, ssl_context=ssl.create_default_context(), **options)


def _checked(base: str) -> str:
    """The base address without a final slash. A token goes over TLS only, or to this very machine."""
    try:
        parts = urlsplit(base)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise InputError("api-url") from None
    if host and (parts.scheme == "https" or (parts.scheme == "http" and host in _LOOPBACK)):
        return base.rstrip("/")
    raise InputError("api-url")


def _fetch(url: str, query: Mapping[str, str], headers: Mapping[str, str], limits: Limits) -> Answer:
    ends = time.monotonic() + limits.deadline
    with requests.Session() as session:
        session.trust_env = False
        session.mount("https://", _SystemTrust())
        with session.get(
            url,
            params=query,
            headers=headers,
            timeout=(limits.connect, limits.silence),
            allow_redirects=False,
            stream=True,
        ) as response:
            body = bytearray()
            while piece := response.raw.read1(_PIECE, decode_content=True):
                body += piece
                if len(body) > limits.size:
                    raise _TooLarge
                if time.monotonic() > ends:
                    raise TimeoutError
            kind = response.headers.get("Content-Type", "").split(";")[0].strip().lower()
            return Answer(response.status_code, kind, response.headers.get("Retry-After", ""), bytes(body))


def _cause(error: requests.RequestException | HTTPError) -> str:
    """No connection at all, silence on one, or one that broke."""
    if isinstance(error, requests.exceptions.ConnectTimeout | requests.exceptions.SSLError):
        return "api-unreachable"
    if isinstance(error, requests.Timeout | ReadTimeoutError):
        return "api-timeout"
    never_connected = isinstance(error, requests.ConnectionError) and isinstance(
        error.args[0] if error.args else None, MaxRetryError
    )
    return "api-unreachable" if never_connected else "api-cut"
