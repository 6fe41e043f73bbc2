"""Sends API calls within the budget; retries transient faults, never after a ban."""

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
"""Calls spent on one query while faults are transient."""
BACK_OFF_SECONDS: Final = 4.0
"""Wait before the second try; doubled before the third, and varied at random."""
DOWN_MINUTES: Final = 30
"""Pause while a service is down; up to twice that, at random."""
IN_PLACE_SECONDS: Final = 60
"""Waits up to this are waited out; longer ones pause the import."""
Wait = Callable[[Event, float], bool]
T = TypeVar("T")


class Stopped(Exception):
    """A stop was requested before a call was sent."""


class Denied(Exception):
    """The budget allows no call now; `refusal` says why and until when."""

    def __init__(self, refusal: SourceError) -> None:
        super().__init__(refusal.code)
        self.refusal = refusal


class Caller:
    """Sends queries within a budget. `wait(stop, seconds)` waits and returns whether it was stopped."""

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
        """Called with the time (UTC ms) until which it waits after a fault, and the fault's code."""
        self._budget, self._clock, self._wait, self._chance = budget, clock, wait, chance
        self._faults: list[str] = []

    def permit(self) -> None:
        """Count a call and wait for its time. Raises Stopped, Denied."""
        if self.stop.is_set():
            raise Stopped
        try:
            moment = self._budget.take()
        except SourceError as refusal:
            raise Denied(refusal) from None
        self._pause((moment - self._clock()) / 1000)

    def patiently(self, ask: Callable[[], T], tries: int = TRIES) -> T | None:
        """The answer; None if transient faults persist.

        A short throttling is waited out, a longer one raises Denied. All other errors are raised; a ban is
        remembered first.
        """
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
        """Codes of the faults of the last query."""
        return tuple(self._faults)

    def down(self, code: str | None = None) -> SourcePaused:
        """A pause for a fault: `code`, or else the last one."""
        pause = DOWN_MINUTES * 60_000 * (1 + self._chance())
        return SourcePaused(code or self._faults[-1], resumes_at=self._clock() + round(pause))

    def _hold(self, pause: SourcePaused, *, again: bool) -> None:
        """Stop all calls until the time the API named; wait for it if it is near and `again`, else Denied."""
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
