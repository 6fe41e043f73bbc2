"""Updates prices and colours from their public sources, on request.

Colours come from the calendar of the transmission operator and, if that fails or lags behind, from a second
source; prices from the open data of the regulator. An answer that is refused or cannot be fetched changes
nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from threading import Event
from typing import Any, Final

from pymongo.database import Database

from core.consumption.cost import kept_market
from core.consumption.cost.contracts import Option, Special
from core.consumption.cost.market import REGULATED, Market, Source, next_change
from core.consumption.cost.rules import check_colours, check_prices
from core.errors import InputError, SourceError
from core.paristime import local, now_ms
from core.settings import Deployment, Settings
from core.sources.open_data.fetch import LIMITS, Publisher
from core.sources.open_data.regulated import from_cre
from core.sources.open_data.tempo import Colours, Season, from_rte, from_second
from core.sources.transport import Limits

_FIRST_SEASON: Final = Season(2014)
_SETTLED: Final = timedelta(days=60)
"""A list still in force so long after a usual change was not changed then; earlier, the file may be late."""
_UNREACHED: Final = "public-unreachable"


class Outcome(StrEnum):
    """Outcome of a step. Texts: `cost.refresh.<value>`."""

    NEW = "new"
    SAME = "same"
    STALE = "stale"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Step:
    """One file asked for: colours of a `season`, or prices of an `option`.

    `added`: days or price lists that were not known; `differing`: prices that differ a little from known
    ones, which are kept; `newest`: the last day with a colour, or the first day of the newest list, in the
    answer.
    """

    source: Source
    season: str | None
    option: Option | None
    outcome: Outcome
    added: int = 0
    differing: int = 0
    newest: date | None = None
    error: SourceError | None = None

    @property
    def about(self) -> str:
        """The season or the option that was asked for."""
        return self.season or (self.option.value if self.option else "")


@dataclass(frozen=True, slots=True)
class Report:
    """A refresh: its steps in order, and the moment (UTC ms)."""

    steps: tuple[Step, ...]
    at_ms: int
    cancelled: bool = False

    @property
    def offline(self) -> bool:
        """Whether no source could be reached."""
        return bool(self.steps) and all(one.error and one.error.code == _UNREACHED for one in self.steps)

    @property
    def failed(self) -> tuple[Step, ...]:
        """Failed steps whose data no other source gave."""
        made_up = {one.about for one in self.steps if one.outcome is not Outcome.FAILED}
        return tuple(one for one in self.steps if one.outcome is Outcome.FAILED and one.about not in made_up)

    @property
    def behind(self) -> bool:
        """Whether a source lags behind, and no other gave what it lacks."""
        whole = {one.about for one in self.steps if one.outcome in (Outcome.NEW, Outcome.SAME)}
        return any(one.outcome is Outcome.STALE and one.about not in whole for one in self.steps)

    @property
    def added(self) -> int:
        """Days and price lists that were not known."""
        return sum(one.added for one in self.steps)


def refresh(
    database: Database[Any],
    settings: Settings,
    first: date | None,
    *,
    stop: Event | None = None,
    progress: Callable[[int, int], None] = lambda _done, _of: None,
    clock: Callable[[], int] = now_ms,
    limits: Limits = LIMITS,
) -> Report:
    """Ask the sources for what readings from a day on need; None means there are no readings.

    Each answer is checked and stored before the next is asked for. InputError `public-shared`; StorageError.
    """
    if settings.deployment is Deployment.SHARED:
        raise InputError("public-shared")
    work = _Refresh(database, settings, clock, limits)
    stop, steps = stop or Event(), list[Step]()
    parts = work.parts(first)
    for done, part in enumerate(parts):
        if stop.is_set():
            break
        progress(done, len(parts))
        steps += part()
    report = Report(tuple(steps), clock(), stop.is_set())
    kept_market.keep_refresh(database, report.at_ms, [as_document(one) for one in steps])
    return report


def is_due(database: Database[Any], clock: Callable[[], int] = now_ms) -> bool:
    """Whether no source has answered today (Paris). Raises StorageError."""
    last = kept_market.last_refresh(database)
    if last is None or local(last[0]).date() < local(clock()).date():
        return True
    return all(step["error"] == _UNREACHED for step in last[1])


def as_document(step: Step) -> dict[str, Any]:
    """A step as it is stored and exported; the error by its code."""
    return {
        "source": step.source.value,
        "about": step.about,
        "outcome": step.outcome.value,
        "added": step.added,
        "differing": step.differing,
        "newest": step.newest.isoformat() if step.newest else None,
        "error": step.error.code if step.error else None,
    }


def seasons(first: date | None, today: date, known: Special) -> tuple[Season, ...]:
    """The current season and those of readings from a day on, newest first, without those fully known."""
    now = Season.of(today)
    oldest = max(_FIRST_SEASON.year, Season.of(first or today).year)
    older = (Season(year) for year in range(now.year - 1, oldest - 1, -1))
    return (now, *(one for one in older if not _is_whole(one, known)))


def _is_whole(season: Season, known: Special) -> bool:
    return any(first <= season.first and season.end <= end for first, end in known.known)


class _Refresh:
    """The steps of one refresh."""

    def __init__(
        self, database: Database[Any], settings: Settings, clock: Callable[[], int], limits: Limits
    ) -> None:
        self._database, self._clock = database, clock
        self._calendars = (
            (Source.RTE, Publisher("RTE", settings.tempo_url, settings.contact, limits), from_rte),
            (
                Source.API_COULEUR,
                Publisher("api-couleur-tempo.fr", settings.tempo_second_url, settings.contact, limits),
                from_second,
            ),
        )
        self._prices = Publisher("CRE", settings.prices_url, settings.contact, limits)

    def parts(self, first: date | None) -> list[Callable[[], Iterator[Step]]]:
        """One function for each question to a source."""
        wanted = seasons(first, self._today, self._market.tempo)
        colours = [lambda season=season: self._season(season) for season in wanted]
        return [*colours, *(lambda option=option: self._option(option) for option in REGULATED)]

    @property
    def _today(self) -> date:
        return local(self._clock()).date()

    @property
    def _market(self) -> Market:
        return kept_market.load_market(self._database)

    def _season(self, season: Season) -> Iterator[Step]:
        """Ask one source after the other until an answer is valid and up to date."""
        for source, publisher, ask in self._calendars:
            step = self._colours(season, source, publisher, ask)
            yield step
            if step.outcome in (Outcome.NEW, Outcome.SAME):
                return

    def _colours(
        self,
        season: Season,
        source: Source,
        publisher: Publisher,
        ask: Callable[[Publisher, Season], Colours],
    ) -> Step:
        known = self._market.tempo
        try:
            told = ask(publisher, season)
            check_colours(told, season, known, self._today, publisher.name)
        except SourceError as error:
            return Step(source, str(season), None, Outcome.FAILED, error=error)
        new = {day: colour for day, colour in told.items() if not known.knows(day)}
        if new:
            kept_market.keep_colours(self._database, str(season), new, source, self._clock())
        newest = max(told, default=None)
        expected = min(self._today, season.end - timedelta(days=1))
        late = newest is None or newest < expected
        outcome = Outcome.STALE if late else Outcome.NEW if new else Outcome.SAME
        return Step(source, str(season), None, outcome, len(new), newest=newest)

    def _option(self, option: Option) -> Iterator[Step]:
        known = {kva: lists for (one, kva), lists in self._market.prices.items() if one is option}
        try:
            rows = from_cre(self._prices, option.value)
            found = check_prices(rows, known, self._today, self._prices.name)
        except SourceError as error:
            yield Step(Source.CRE, None, option, Outcome.FAILED, error=error)
            return
        newest = max(row.first for row in rows)
        mine = max(lists[-1].since for lists in known.values())
        in_force = any(row.first == newest and row.last is None for row in rows)
        until = next_change(self._today - _SETTLED) if in_force and newest >= mine else None
        kept_market.keep_prices(self._database, option, found.rows, until, Source.CRE, self._clock())
        outcome = Outcome.STALE if newest < mine else Outcome.NEW if found.rows else Outcome.SAME
        yield Step(Source.CRE, None, option, outcome, len(found.rows), found.differing, newest)
