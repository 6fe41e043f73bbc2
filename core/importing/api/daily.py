"""Daily energies and maximum powers from Enedis, queried after the load curve.

The curve does not need them, so no import waits for them or ends because of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any, Final

from core.errors import SourceError, SourcePaused
from core.importing.api import plan
from core.importing.api.calls import Caller, Denied
from core.model import Curve, Days, Delivery, Flow, Meter, Origin
from core.paristime import local
from core.sources.conso_api import failures
from core.sources.conso_api.client import DAILY_DAYS, ConsoApi
from core.storage.store import Store

_SILENT: Final = failures.CLOSED | {failures.NO_DATA, failures.UNKNOWN_PATH}
"""Errors that mean that there is no such value for these days: not a fault, and rarely queried again."""


@dataclass(frozen=True, slots=True)
class _Kind:
    """A kind of daily query: which windows are due, how to ask, and the answer as a delivery."""

    due: Callable[[plan.Known | None, date, int, int], tuple[Days, ...]]
    ask: Callable[[Meter, Days], Mapping[date, Any]]
    delivery: Callable[[Days, Mapping[date, Any]], Delivery]


class Daily:
    """The daily queries about one meter: its energies and, for consumption, its maximum powers."""

    def __init__(
        self, store: Store, meter: Meter, client: ConsoApi, calls: Caller, clock: Callable[[], int]
    ) -> None:
        self._store, self._meter, self._calls, self._clock = store, meter, calls, clock
        self._kinds = [_Kind(plan.totals_windows, client.daily_totals, self._totals)]
        if meter.flow is Flow.CONSUMPTION:
            self._kinds.append(_Kind(plan.peaks_windows, client.daily_peaks, self._peaks))

    def windows(self) -> tuple[Days, ...]:
        """The windows due now, in the order of the queries."""
        return tuple(window for kind in self._kinds for window in self._due(kind))

    def deliveries(self, curve_answered: Callable[[], bool]) -> Iterator[Delivery]:
        """One delivery per query, newest first, as far as they need no wait for another day or hour.

        What is not asked now stays due. An answer without values is recorded, and so is a failure of Enedis
        for these values while the curve is answered. Raises SourceError for what only a person can resolve,
        such as a ban.
        """
        for kind in self._kinds:
            for window in self._due(kind):  # after the curve, the first day with readings is known
                try:
                    told = self._calls.patiently(partial(kind.ask, self._meter, window))
                except SourceError as error:
                    if error.code not in _SILENT:
                        raise
                    told = {}
                except Denied as denied:
                    if isinstance(denied.refusal, SourcePaused):
                        return
                    raise
                if told is not None:
                    yield kind.delivery(window, told)
                    continue
                if not (curve_answered() and failures.of_enedis(self._calls.faults)):
                    return
                yield kind.delivery(window, {})
                break

    def _due(self, kind: _Kind) -> tuple[Days, ...]:
        now = self._clock()
        return kind.due(self._store.record(self._meter), local(now).date(), now, DAILY_DAYS)

    def _totals(self, window: Days, told: Mapping[date, Any]) -> Delivery:
        return Delivery(self._meter, Origin.API_V2, Curve.empty(), totals=told, totals_asked=window)

    def _peaks(self, window: Days, told: Mapping[date, Any]) -> Delivery:
        return Delivery(self._meter, Origin.API_V2, Curve.empty(), peaks=told, peaks_asked=window)
