"""A household with a store, a server and a clock that moves only while somebody waits."""

from __future__ import annotations

from datetime import UTC, date, datetime
from threading import Event
from typing import Any

import numpy as np
from pydantic import SecretStr

from core.importing.api import plan
from core.importing.api.source import ApiSource
from core.importing.run import Report, run
from core.model import Curve, Days, Delivery, MaxPower, Meter, Origin
from core.paristime import HOUR_MS, local, midnight, span_of
from core.settings import Settings
from core.sources.transport import Limits
from core.storage.store import Store
from tests.conso_server import PRM, ConsoServer

METER = Meter(PRM)
TODAY = date(2026, 10, 20)
PATIENT = Limits(connect=30, silence=30, deadline=60, size=500_000)


class Clock:
    """UTC ms that move only when somebody waits, and then at once."""

    def __init__(self, today: date = TODAY, hour: float = 9) -> None:
        self.now = midnight(today) + round(hour * HOUR_MS)
        self.waits: list[float] = []

    def __call__(self) -> int:
        return self.now

    def wait(self, stop: Event, seconds: float) -> bool:
        self.waits.append(seconds)
        self.now += round(seconds * 1000)
        return stop.is_set()

    @property
    def day(self) -> str:
        return datetime.fromtimestamp(self.now / 1000, tz=UTC).date().isoformat()


class Home:
    """Everything that an import from the API needs."""

    def __init__(self, store: Store, server: ConsoServer, clock: Clock, **settings: Any) -> None:
        self.store, self.server, self.clock = store, server, clock
        self.settings = Settings(
            _env_file=None,
            api_url=server.url,
            api_token=SecretStr(server.token()),
            **settings,
        )

    def source(self, **options: Any) -> ApiSource:
        given: dict[str, Any] = {"clock": self.clock, "wait": self.clock.wait}
        given |= {"limits": PATIENT, "chance": lambda: 0.5} | options
        return ApiSource(self.store, self.settings, METER, **given)

    def run(self, **options: Any) -> Report:
        return run(self.store, [self.source(**options)])

    def curve(self) -> Curve:
        return self.store.read(METER)

    def fill(self, *, totals: bool = True, peaks: bool = True) -> None:
        """Store all available readings in one step, as if imported just now.

        `totals`, `peaks`: also daily totals and maximum powers.
        """
        allowed = plan.horizon(local(self.clock.now).date())
        curve = self.available()
        days = np.arange(np.datetime64(allowed.first), np.datetime64(allowed.end)).astype(object)
        told = dict.fromkeys(days.tolist(), 1) if totals else {}
        powers = dict.fromkeys(days.tolist(), MaxPower(1, None)) if peaks else {}
        self.store.merge(Delivery(METER, Origin.API_V2, curve, asked=allowed, totals=told, peaks=powers))
        self.store.project(METER)

    def available(self) -> Curve:
        """Everything that the API has now."""
        today = local(self.clock.now).date()
        return self.server.households[METER].within(plan.horizon(today), self.clock.now)

    def is_exact(self) -> bool:
        """Whether all that the API has is stored, and nothing it never had (it drops the oldest days)."""
        curve, truth = self.curve(), self.server.households[METER].curve
        told = truth.select(np.isin(truth.start, curve.start))
        allowed = plan.horizon(local(self.clock.now).date())
        return curve == told and curve.within(span_of(allowed)) == self.available()

    def published(self, days: Days) -> Curve:
        return self.server.households[METER].curve.within(span_of(days))
