"""Refused rows, and what all readers share: limits, and Enedis's names of steps and flows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.model import MINUTE_MS, STEPS, Flow, Refusal, RefusalReason
from core.paristime import local

MAX_WATTS: Final = 1_000_000
"""A Linky meter serves up to 36 kVA; a value far beyond is an error."""
STEPS_BY_NAME: Final = {f"PT{step}M": step for step in STEPS} | {"PT1H": 60}
"""Minutes by ISO duration, from the distributor's specification."""
FLOWS_BY_NAME: Final = {"CONS": Flow.CONSUMPTION, "PROD": Flow.PRODUCTION}
"""Flows by `grandeurMetier` of the distributor's formats."""


@dataclass(slots=True)
class Refusals:
    """Number of refused rows by reason, each with its first row as an example."""

    counts: dict[RefusalReason, int] = field(default_factory=dict)
    examples: dict[RefusalReason, str] = field(default_factory=dict)

    def add(self, why: RefusalReason, count: int, example: str = "") -> None:
        """Count refused rows; the first example of a reason is kept."""
        if count:
            self.counts[why] = self.counts.get(why, 0) + count
            self.examples.setdefault(why, example)

    def add_moments(self, why: RefusalReason, moments: NDArray[np.integer]) -> None:
        """Count readings at these times (minutes since 1970, UTC), if their rows are not at hand."""
        if len(moments):
            self.add(why, len(moments), f"{local(int(moments[0]) * MINUTE_MS):%Y-%m-%d %H:%M}")

    def without(
        self,
        rows: NDArray[np.intp],
        unfit: NDArray[np.bool_],
        why: RefusalReason,
        example: Callable[[int], str],
    ) -> NDArray[np.intp]:
        """The rows without the unfit ones, which are counted. `example`: gives a row as written."""
        refused = rows[unfit[rows]]
        if len(refused):
            self.add(why, len(refused), example(int(refused[0])))
        return rows[~unfit[rows]]

    def all(self) -> tuple[Refusal, ...]:
        """One refusal for each reason."""
        return tuple(Refusal(why, count, self.examples[why]) for why, count in self.counts.items())
