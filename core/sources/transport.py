"""One HTTP GET with limits on time and size, safe with a token; used by all sources.

It follows no redirect (the token would be sent along), reads no netrc and no proxy settings, and ends at its
deadline even if the server sends a byte now and then.
"""

from __future__ import annotations

import logging
import ssl
import threading
import time
from collections.abc import Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import HTTPError, MaxRetryError, ReadTimeoutError

from core import VERSION

CONNECT_SECONDS: Final = 10.0
SILENCE_SECONDS: Final = 20.0
"""Longest time without any data."""
DEADLINE_SECONDS: Final = 60.0
"""Longest time for a whole answer."""
MAX_BYTES: Final = 8_000_000
"""A year of days or a week of ten-minute values is below 0.2 MB."""
_LOOPBACK: Final = ("localhost", "127.0.0.1", "::1")
_PIECE: Final = 65_536
logging.getLogger("urllib3").setLevel(logging.INFO)  # its debug lines contain the URL, PRM included


@dataclass(frozen=True, slots=True)
class Answer:
    """Answer to a GET.

    `kind`: content type (lower case, without parameters). `retry_after`: the Retry-After header. `location`:
    the target of a redirect.
    """

    status: int
    kind: str
    retry_after: str
    body: bytes
    location: str = ""


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits of a call, in seconds and bytes."""

    connect: float = CONNECT_SECONDS
    silence: float = SILENCE_SECONDS
    deadline: float = DEADLINE_SECONDS
    size: int = MAX_BYTES


class Cause(StrEnum):
    """Why there is no complete answer."""

    UNREACHABLE = "unreachable"
    TIMEOUT = "timeout"
    CUT = "cut"
    TOO_LARGE = "too-large"


class NoAnswer(Exception):
    """There is no complete answer, for this `cause`; contains nothing of the request."""

    def __init__(self, cause: Cause) -> None:
        super().__init__(cause.value)
        self.cause = cause


class UnusableAddress(Exception):
    """The URL is neither https nor this very machine."""


def user_agent(contact: str) -> str:
    """The User-Agent header: our name and version, and the site or address to contact."""
    told = f"Courbe/{VERSION} (+{contact})"
    return "".join(character for character in told if " " <= character <= "~")


def get(url: str, query: Mapping[str, str], headers: Mapping[str, str], limits: Limits) -> Answer:
    """The answer to a GET, whatever its status. Raises NoAnswer, UnusableAddress."""
    _check(url)
    outcome: Future[Answer] = Future()

    def fetch() -> None:
        try:
            outcome.set_result(_fetch(url, query, headers, limits))
        except Exception as error:  # noqa: BLE001 - handed over to the caller, whatever it is
            outcome.set_exception(error)

    # in a thread: with headers that arrive byte by byte, the timeout of a socket never fires
    threading.Thread(target=fetch, name="http get", daemon=True).start()
    try:
        return outcome.result(limits.deadline)
    except TimeoutError:
        cause = Cause.TIMEOUT
    except _TooLarge:
        cause = Cause.TOO_LARGE
    except (requests.RequestException, HTTPError) as error:
        cause = _cause(error)
    # outside the handler: the library's exception, which contains the request, is not chained
    raise NoAnswer(cause)


class _TooLarge(Exception):
    """Larger than any real answer."""


class _SystemTrust(HTTPAdapter):
    """Trusts the system's certificate authorities besides Mozilla's, which requests brings."""

    def init_poolmanager(self, *arguments: Any, **options: Any) -> None:
        super().init_poolmanager(*arguments, ssl_context=ssl.create_default_context(), **options)


def _check(url: str) -> None:
    """UnusableAddress unless the URL is https, or this very machine."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise UnusableAddress from None
    if not host or not (parts.scheme == "https" or (parts.scheme == "http" and host in _LOOPBACK)):
        raise UnusableAddress


def _fetch(url: str, query: Mapping[str, str], headers: Mapping[str, str], limits: Limits) -> Answer:
    ends = time.monotonic() + limits.deadline
    with requests.Session() as session:
        session.trust_env = False
        if urlsplit(url).scheme == "https":  # else for nothing, and it takes 40 ms
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
            told = response.headers
            kind = told.get("Content-Type", "").split(";")[0].strip().lower()
            more = (told.get("Retry-After", ""), bytes(body), told.get("Location", ""))
            return Answer(response.status_code, kind, *more)


def _cause(error: requests.RequestException | HTTPError) -> Cause:
    """No connection at all, silence on one, or one that broke."""
    if isinstance(error, requests.exceptions.ConnectTimeout | requests.exceptions.SSLError):
        return Cause.UNREACHABLE
    if isinstance(error, requests.Timeout | ReadTimeoutError):
        return Cause.TIMEOUT
    never_connected = isinstance(error, requests.ConnectionError) and isinstance(
        error.args[0] if error.args else None, MaxRetryError
    )
    return Cause.UNREACHABLE if never_connected else Cause.CUT
