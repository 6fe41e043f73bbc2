"""Conso API as a source for one meter: plan, budget and client together.

Each query is counted before it is sent, and its answer is delivered before the next. A transient fault is
retried and then paused on; days that the API closes end the plan; answers without readings are recorded, so
that the next plan knows when to query again. Nothing is ever retried after a ban. Daily values are queried
after the curve: see `daily`.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Generator, Iterator, Mapping
from dataclasses import replace
from datetime import date
from functools import partial
from threading import Event
from typing import Final

from pydantic import SecretStr

from core.errors import InputError, SourceError
from core.importing.api import plan
from core.importing.api.budget import Budget
from core.importing.api.calls import TRIES, Caller, Denied, Stopped, Wait
from core.importing.api.daily import Daily
from core.model import Curve, Days, Delivery, Meter, Origin, Preview, Span
from core.paristime import local, now_ms, span_of
from core.settings import Deployment, Settings
from core.sources.conso_api import failures
from core.sources.conso_api.client import CURVE_DAYS, ConsoApi
from core.sources.conso_api.token import read_token
from core.sources.transport import Limits
from core.storage.store import Store

IN_VAIN_IN_A_ROW: Final = 3
"""Consecutive failed weeks after which the service, not the week, is assumed to be down."""
EMPTY_WINDOWS: Final = 2
"""Weeks without readings after which a meter that never had any is not queried further."""
EMPTY_IN_A_ROW: Final = 8
"""The same for a meter with readings: they probably begin here. The rest is queried another day."""


def budget_of(store: Store, settings: Settings, clock: Callable[[], int] = now_ms) -> Budget:
    """The budget for this deployment's API."""
    return Budget(
        store.database,
        settings.api_url,
        daily_calls=settings.api_daily_calls,
        seconds_between=settings.api_seconds_between_calls,
        clock=clock,
    )


class ApiSource:
    """One meter of Conso API as a source.

    `days`: chosen by a person; else the days that the record lacks. `daily`: also fetch daily energies and
    maximum powers (one call a year each).

    `clock` gives UTC ms; `wait(stop, seconds)` waits and returns whether it was stopped; both are for tests.
    Raises InputError `api-shared`, `api-no-token`, `api-token-…`.
    """

    def __init__(
        self,
        store: Store,
        settings: Settings,
        meter: Meter,
        token: SecretStr | None = None,
        *,
        days: Days | None = None,
        daily: bool = True,
        clock: Callable[[], int] = now_ms,
        wait: Wait = Event.wait,
        limits: Limits | None = None,
        chance: Callable[[], float] = random.random,
    ) -> None:
        secret = usable_token(settings, meter, token, clock())
        self.meter = meter
        self.name = f"Conso API {meter.masked}"
        self._store, self._days = store, days
        self._clock = clock
        self._calls = Caller(budget_of(store, settings, clock), clock=clock, wait=wait, chance=chance)
        self._client = ConsoApi(
            settings.api_url,
            secret,
            contact=settings.contact,
            permit=self._calls.permit,
            limits=limits,
            clock=clock,
        )
        asked = daily and days is None
        self._daily = Daily(store, meter, self._client, self._calls, clock) if asked else None
        self._worked: Days | None = None

    def tell_waits(self, tell: Callable[[int, str], None]) -> None:
        """From now on call `tell` with the time (UTC ms) it waits for and the reason's code."""
        self._calls.tell = tell

    def preview(self) -> Preview:
        """The period to query and the number of calls; sends no call."""
        days = self.windows()
        span = Span.around(span_of(window) for window in days)
        return Preview(self.name, Origin.API_V2, self.meter, span, None, calls=len(days))

    def windows(self) -> tuple[Days, ...]:
        """The windows due now, in the order of the queries."""
        return (*self._curve_windows(), *(self._daily.windows() if self._daily else ()))

    def deliveries(self, stop: Event) -> Iterator[Delivery]:
        """One delivery per query, newest days first, then the daily values."""
        self._calls.stop = stop
        try:
            yield from self._curves(self._curve_windows())
            if self._daily:
                yield from self._daily.deliveries(lambda: self._worked is not None)
        except Denied as denied:
            refusal = denied.refusal
        except Stopped:
            return
        else:
            return
        raise refusal

    def _curve_windows(self) -> tuple[Days, ...]:
        now = self._clock()
        today = local(now).date()
        if self._days is not None:
            return plan.asked_for(self._days, today, CURVE_DAYS)
        return plan.curve_windows(self._store.record(self.meter), today, now, CURVE_DAYS)

    def _curves(self, windows: tuple[Days, ...]) -> Iterator[Delivery]:
        had_any = plan.last_day_known(self._store.record(self.meter)) is not None
        put_off: dict[Days, tuple[str, ...]] = {}
        beyond: tuple[Days, ...] = ()
        in_vain = barren = 0
        for asked, window in enumerate(windows, start=1):
            try:
                delivery = self._calls.patiently(partial(self._ask, window))
            except SourceError as error:
                if error.code not in failures.CLOSED:
                    raise
                yield from self._closed(window, error)
                break
            if delivery is None:
                put_off[window] = self._calls.faults
                in_vain += 1
                if set(self._calls.faults) == {failures.UNREACHED}:
                    raise self._calls.down()  # no other week can be asked either
                if in_vain == IN_VAIN_IN_A_ROW:
                    self._blame(put_off[window])
                    beyond = windows[asked:]
                    break
                continue  # the next one shows whether the week or the service fails
            in_vain, barren = 0, 0 if len(delivery.curve) else barren + 1
            had_any = had_any or len(delivery.curve) > 0
            yield delivery
            if not had_any and barren >= EMPTY_WINDOWS:
                raise SourceError(failures.NO_DATA)
            if barren >= EMPTY_IN_A_ROW:
                break
        yield from self._once_more(put_off, beyond)
        if windows and plan.last_day_known(self._store.record(self.meter)) is None:
            raise SourceError(failures.NO_DATA)

    def _blame(self, faults: tuple[str, ...]) -> None:
        """Raise a pause after several failed weeks, unless Enedis fails for these days only.

        That is so if it still answers a query that it answered before.
        """
        proof = self._worked
        if proof is None or not failures.of_enedis(faults):
            raise self._calls.down(faults[-1])
        if self._ask_once(proof) is None:
            raise self._calls.down()

    def _once_more(
        self, put_off: Mapping[Days, tuple[str, ...]], beyond: tuple[Days, ...]
    ) -> Iterator[Delivery]:
        """Query the failed weeks again, and those `beyond` them.

        If Enedis itself fails for a week each time and not for others, the week is recorded as without
        readings for now. Any other fault says nothing about days and pauses the import.
        """
        refused: list[Days] = []
        for window, faults in put_off.items():
            if self._worked is None:
                raise self._calls.down(faults[-1])
            delivery = self._calls.patiently(
                partial(self._ask, window), tries=1 if failures.of_enedis(faults) else TRIES
            )
            if delivery is None:
                if not failures.of_enedis(faults + self._calls.faults):
                    raise self._calls.down()
                refused.append(window)
            yield delivery or self._silence(window)
        if not refused:
            return
        if beyond and len(refused) == len(put_off):
            refused += yield from self._further_back(beyond)
        end = yield from self._first_allowed(refused[0], self._ask_once)
        raise SourceError("api-days-refused", days=Days(refused[-1].first, end))

    def _further_back(self, beyond: tuple[Days, ...]) -> Generator[Delivery, None, tuple[Days, ...]]:
        """Query the weeks before several for which Enedis fails; returns those that are refused.

        If it also fails for the one in the middle, the meter's days probably begin later, and all are
        recorded as without readings.
        """
        if delivery := self._ask_once(beyond[len(beyond) // 2]):
            yield delivery
            return ()
        if not failures.of_enedis(self._calls.faults):
            raise self._calls.down()
        yield from map(self._silence, beyond)
        return beyond

    def _closed(self, window: Days, error: SourceError) -> Iterator[Delivery]:
        """Record the days before the first allowed one as closed for good.

        `window` was refused because it begins too early; its first allowed day is searched.
        """

        def ask(days: Days) -> Delivery | None:
            try:
                part = self._calls.patiently(partial(self._ask, days))
            except SourceError as again:
                if again.code not in failures.CLOSED:
                    raise
                return None
            if part is None:
                raise self._calls.down()
            return part

        end = yield from self._first_allowed(window, ask)
        today = local(self._clock()).date()
        if end == today:
            raise error  # not even yesterday: nothing tells where the meter's days begin
        yield replace(self._silence(Days(min(plan.horizon(today).first, window.first), end)), closed=True)

    def _first_allowed(
        self, window: Days, ask: Callable[[Days], Delivery | None]
    ) -> Generator[Delivery, None, date]:
        """Bisect a refused window; returns the day from which on it is not refused.

        `ask` returns the readings of days, or None if they are refused.
        """
        refused, end = window.first, window.end
        while (end - refused).days > 1:
            middle = refused + (end - refused) // 2
            if part := ask(Days(middle, end)):
                yield part
                end = middle
            else:
                refused = middle
        return end

    def _ask(self, window: Days) -> Delivery:
        try:
            delivery = self._client.load_curve(self.meter, window)
        except SourceError as error:
            if error.code != failures.NO_DATA:
                raise
            delivery = self._silence(window)
        self._worked = self._worked or window
        return delivery

    def _ask_once(self, window: Days) -> Delivery | None:
        """The same with a single try; None if a fault came instead."""
        return self._calls.patiently(partial(self._ask, window), tries=1)

    def _silence(self, window: Days) -> Delivery:
        return Delivery(self.meter, Origin.API_V2, Curve.empty(), asked=window)


def usable_token(settings: Settings, meter: Meter | None, token: SecretStr | None, now: int) -> SecretStr:
    """The token to use, checked before any call is spent on it.

    InputError `api-shared`, `api-no-token`, `api-token-unreadable`, `api-token-no-prm`, `api-token-expired`,
    `api-token-other-meter`.
    """
    if settings.deployment is Deployment.SHARED:
        raise InputError("api-shared")
    secret = token or settings.api_token
    if secret is None or not secret.get_secret_value().strip():
        raise InputError("api-no-token")
    told = read_token(secret)
    if told.expires is not None and told.expires <= now:
        raise InputError("api-token-expired")
    if meter is not None and meter.prm not in told.prms:
        raise InputError("api-token-other-meter", prm=meter.prm[-4:])
    return secret
