"""Fetches small public files from their publisher: under our name, over TLS, with limits on time and size.

A redirect is followed on the same host only: what another host sends was not published by the one asked.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final, TypeVar
from urllib.parse import urljoin, urlsplit

from core.errors import SourceError
from core.sources.transport import Answer, Cause, Limits, NoAnswer, UnusableAddress, get, user_agent

T = TypeVar("T")
LIMITS: Final = Limits(connect=8, silence=10, deadline=20, size=1_000_000)
"""A season of colours is below 20 kB, twenty years of prices are below 100 kB."""
MOST_REDIRECTS: Final = 3
_NO_ANSWER: Final = {
    Cause.UNREACHABLE: "public-unreachable",
    Cause.TIMEOUT: "public-timeout",
    Cause.CUT: "public-cut",
    Cause.TOO_LARGE: "public-large",
}


@dataclass(frozen=True, slots=True)
class Publisher:
    """A publisher of public files.

    `name`: as shown to users. `url`: the base address. `contact`: that of whoever runs this deployment.
    `limits`: for one call.
    """

    name: str
    url: str
    contact: str
    limits: Limits = field(default=LIMITS)

    def fetch(self, path: str, query: Mapping[str, str] | None = None) -> bytes:
        """The content of a file.

        SourceError `public-unreachable`, `public-timeout`, `public-cut`, `public-large`, `public-redirect`,
        `public-status`, `public-address`.
        """
        url = f"{self.url.rstrip('/')}/{path}"
        answer = self._get(url, query or {})
        for _ in range(MOST_REDIRECTS):
            if not answer.location or not 300 <= answer.status < 400:
                break
            target = urljoin(url, answer.location)
            if _origin(target) != _origin(url):
                raise SourceError("public-redirect", source=self.name)
            url, answer = target, self._get(target, {})
        if answer.status != 200:
            raise SourceError("public-status", source=self.name, code=answer.status)
        return answer.body

    def understood(self, read: Callable[[], T]) -> T:
        """The result of `read`. SourceError `public-garbled` if it raises ValueError."""
        try:
            return read()
        except ValueError:
            raise SourceError("public-garbled", source=self.name) from None

    def _get(self, url: str, query: Mapping[str, str]) -> Answer:
        headers = {"User-Agent": user_agent(self.contact), "Accept": "application/json, text/csv, */*"}
        try:
            return get(url, query, headers, self.limits)
        except UnusableAddress:
            raise SourceError("public-address", source=self.name) from None
        except NoAnswer as fault:
            raise SourceError(_NO_ANSWER[fault.cause], source=self.name) from None


def _origin(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.scheme, parts.netloc.lower()
