"""How calls are sent: counted first, at their moment; patient with faults that pass, never with a ban."""

from __future__ import annotations

import random
from collections.abc import Callable
from threading import Event
from typing import Final, TypeVar

from core.errors import SourceError, SourcePaused
from core.importing.api.budget import Budget
from core.paristime import now_ms
from core.sources.conso_api import failures

TRIES: Final = 3
"""Calls spent on one question while faults pass."""
BACK_OFF_SECONDS: Final = 4.0
"""Before the second try; doubled before the third, and spread by chance."""
DOWN_MINUTES: Final = 30
"""How long to leave a service alone that is down; up to twice that, by chance."""
IN_PLACE_SECONDS: Final = 60
"""A wait this short is waited out rather than paused on."""
Wait = Callable[[Event, float], bool]
T = TypeVar("T")


class Stopped(Exception):
    """Somebody asked to stop while a call waited for its moment."""


class Denied(Exception):
    """The budget allows no call now; `refusal` says why and until when."""

    def __init__(self, refusal: SourceError) -> None:
        super().__init__(refusal.code)
        self.refusal = refusal


class Caller:
    """Sends questions within a budget. `wait(stop, seconds)` waits and says whether it was stopped."""

    def __init__(
        self,
        budget: Budget,
        *,
        clock: Callable[[], int] = now_ms,
        wait: Wait = Event.wait,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self.stop = Event()
        self.tell: Callable[[int, str], None] = lambda _until, _code: None
        """Called with the moment (UTC ms) it waits for after a fault, and the fault's code."""
        self._budget, self._clock, self._wait, self._chance = budget, clock, wait, chance
        self._faults: list[str] = []

    def permit(self) -> None:
        """Count a call, and wait for its moment. Stopped, Denied."""
        if self.stop.is_set():
            raise Stopped
        try:
            moment = self._budget.take()
        except SourceError as refusal:
            raise Denied(refusal) from None
        self._pause((moment - self._clock()) / 1000)

    def patiently(self, ask: Callable[[], T], tries: int = TRIES) -> T | None:
        """The answer; None where faults that pass did not pass. A short throttling is waited out, a longer
        one is Denied; all other errors are raised, and a ban is remembered first."""
        self._faults = []
        for left in reversed(range(tries)):
            try:
                answer = ask()
            except SourcePaused as pause:
                self._faults.append(pause.code)
                self._hold(pause, again=left > 0)
            except SourceError as error:
                if error.code == failures.BANNED:
                    self._budget.ban()
                if error.code == failures.UNREACHED:
                    self._budget.give_back()
                if error.code not in failures.PASSING:
                    raise
                self._faults.append(error.code)
                if left:
                    self._back_off(BACK_OFF_SECONDS * 2 ** (tries - 1 - left) * (0.5 + self._chance()))
            else:
                self._budget.answered()
                return answer
        return None

    @property
    def faults(self) -> tuple[str, ...]:
        """The codes of the faults the last question met."""
        return tuple(self._faults)

    def down(self, code: str | None = None) -> SourcePaused:
        """A fault (the last one, unless it is named), as a pause."""
        pause = DOWN_MINUTES * 60_000 * (1 + self._chance())
        return SourcePaused(code or self._faults[-1], resumes_at=self._clock() + round(pause))

    def _hold(self, pause: SourcePaused, *, again: bool) -> None:
        """Nobody calls before the moment the API named: wait for it where it is near and we ask again."""
        until = self._budget.hold(pause.resumes_at)
        seconds = (until - self._clock()) / 1000
        if seconds > IN_PLACE_SECONDS or not again:
            raise Denied(SourcePaused(pause.code, resumes_at=until)) from None
        self._back_off(seconds)

    def _back_off(self, seconds: float) -> None:
        self.tell(self._clock() + round(seconds * 1000), self._faults[-1])
        self._pause(seconds)

    def _pause(self, seconds: float) -> None:
        if seconds > 0 and self._wait(self.stop, seconds):
            raise Stopped
