"""A client that queries the tests' server for a week."""

from __future__ import annotations

from datetime import date

import pytest
from pydantic import SecretStr

from core.errors import CourbeError
from core.model import Days, Meter
from core.paristime import midnight
from core.sources.conso_api.client import ConsoApi
from core.sources.transport import Limits
from tests.conso_server import PRM, ConsoServer

METER = Meter(PRM)
NOW = midnight(date(2026, 10, 20)) + 15 * 3_600_000
WEEK = Days(date(2026, 10, 12), date(2026, 10, 19))
PATIENT = Limits(connect=30, silence=30, deadline=60, size=500_000)


class Client(ConsoApi):
    """A client that counts how often it asked for permission to call."""

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


def outcome(client: ConsoApi, meter: Meter = METER, days: Days = WEEK) -> str:
    return raised(client, meter, days).code


def raised(client: ConsoApi, meter: Meter = METER, days: Days = WEEK) -> CourbeError:
    with pytest.raises(CourbeError) as caught:
        client.load_curve(meter, days)
    return caught.value
