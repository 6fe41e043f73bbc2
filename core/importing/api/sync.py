"""The daily update: brings every meter that comes from the API up to date, within the budget.

Safe to run at any time, repeatedly, and beside the open application, as everything goes through the record.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from threading import Event
from typing import Final

from pydantic import SecretStr

from core.errors import CourbeError, InputError, SourcePaused
from core.importing import inbox
from core.importing.api import plan
from core.importing.api.budget import REFUSALS, WAITS
from core.importing.api.calls import Wait
from core.importing.api.source import ApiSource, usable_token
from core.importing.run import Part, run
from core.jobs import Progress
from core.model import Days, Meter, Origin
from core.paristime import local, now_ms
from core.settings import Settings
from core.sources.conso_api.token import clean_prm, read_token
from core.sources.transport import Limits
from core.storage.store import Store

_FROM_API: Final = frozenset({Origin.API_V2, Origin.API_V5})


class SyncResult(StrEnum):
    """Result of an update. Texts: `sync.<value>`."""

    UP_TO_DATE = "up-to-date"
    NOT_PUBLISHED = "not-published"
    PAUSED = "paused"
    FAILED = "failed"

    @property
    def exit_code(self) -> int:
        """Exit code of the command.

        0 up to date; 3 yesterday is not published yet; 4 more is to come (today's calls are used, Enedis asks
        to wait, or it was stopped); 1 failed. 2 is reserved for invalid arguments.
        """
        return {"up-to-date": 0, "not-published": 3, "paused": 4, "failed": 1}[self.value]


_WORST_FIRST: Final = (
    SyncResult.FAILED,
    SyncResult.PAUSED,
    SyncResult.NOT_PUBLISHED,
    SyncResult.UP_TO_DATE,
)


@dataclass(frozen=True, slots=True)
class MeterSync:
    """Result for one meter: what was (or, in a dry run, would be) queried, and what came."""

    meter: Meter
    result: SyncResult
    windows: tuple[Days, ...]
    part: Part | None = None
    error: CourbeError | None = None


@dataclass(frozen=True, slots=True)
class SyncReport:
    """Result for all meters. `folded`: answers taken from the inbox. `dry_run`: nothing was queried."""

    meters: tuple[MeterSync, ...]
    folded: int
    dry_run: bool
    cancelled: bool = False

    @property
    def result(self) -> SyncResult:
        """The worst result of the meters."""
        results = {one.result for one in self.meters}
        return next((result for result in _WORST_FIRST if result in results), SyncResult.UP_TO_DATE)

    @property
    def resumes_at(self) -> int | None:
        """UTC ms from which more can be fetched, if it paused until a known time."""
        pauses = [one.error.resumes_at for one in self.meters if isinstance(one.error, SourcePaused)]
        return max((pause for pause in pauses if pause is not None), default=None)


def sync(
    store: Store,
    settings: Settings,
    *,
    token: SecretStr | None = None,
    dry_run: bool = False,
    stop: Event | None = None,
    progress: Callable[[Progress], None] = lambda _: None,
    clock: Callable[[], int] = now_ms,
    wait: Wait = Event.wait,
    limits: Limits | None = None,
    chance: Callable[[], float] = random.random,
) -> SyncReport:
    """Bring every known meter of the API up to date.

    A meter that fails does not stop the others; a refusal that applies to all (ban, throttling, no calls
    left) does. Raises InputError (`api-no-token`, `api-token-…`, `api-shared`) and StorageError.
    """
    stop = stop or Event()
    secret = usable_token(settings, None, token, clock())
    known = meters(store, settings, secret)
    folded = 0 if dry_run else inbox.fold(store)
    done: list[MeterSync] = []
    sources: list[tuple[ApiSource, tuple[Days, ...]]] = []
    for meter in known:
        try:
            source = ApiSource(
                store, settings, meter, secret, clock=clock, wait=wait, limits=limits, chance=chance
            )
        except InputError as unusable:
            done.append(MeterSync(meter, SyncResult.FAILED, (), error=unusable))
        else:
            sources.append((source, source.windows()))
    # shortest first: a long history of one meter must not delay yesterday's readings of the others
    for source, windows in sorted(sources, key=lambda one: len(one[1])):
        if stop.is_set() or _is_over(done):
            break
        if dry_run or not windows:
            done.append(MeterSync(source.meter, _state(store, source.meter, clock()), windows))
            continue
        (part,) = run(store, [source], stop=stop, progress=progress).parts
        one = _ended(store, source.meter, windows, part, clock())
        done.append(replace(one, result=SyncResult.PAUSED) if stop.is_set() and not one.error else one)
    return SyncReport(tuple(done), folded, dry_run, stop.is_set())


def meters(store: Store, settings: Settings, token: SecretStr) -> tuple[Meter, ...]:
    """Stored meters that came from the API or that the token opens, and the meter of the settings.

    If there are none, all meters that the token opens. InputError `api-prm`.
    """
    prms = read_token(token).prms
    found = [one.meter for one in store.meters() if _FROM_API & set(one.origins) or one.meter.prm in prms]
    if settings.prm:
        found.append(Meter(clean_prm(settings.prm)))
    return tuple(dict.fromkeys(found)) or tuple(Meter(prm) for prm in prms)


def _is_over(done: list[MeterSync]) -> bool:
    """Whether the other meters would meet the same refusal: ban, throttling, or no calls left."""
    return any(one.error and one.error.code in REFUSALS for one in done)


def _ended(store: Store, meter: Meter, windows: tuple[Days, ...], part: Part, now: int) -> MeterSync:
    error = part.error
    if error is None:
        return MeterSync(meter, _state(store, meter, now), windows, part)
    result = SyncResult.PAUSED if error.code in WAITS else SyncResult.FAILED
    return MeterSync(meter, result, windows, part, error)


def _state(store: Store, meter: Meter, now: int) -> SyncResult:
    """Whether there are readings of yesterday."""
    yesterday = local(now).date() - timedelta(days=1)
    newest = plan.last_day_known(store.record(meter))
    there = newest is not None and newest >= yesterday
    return SyncResult.UP_TO_DATE if there else SyncResult.NOT_PUBLISHED
