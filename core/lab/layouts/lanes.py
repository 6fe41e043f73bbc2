"""Inserting side by side: the server takes the readings of one meter while it packs those of another."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import Final, Self

SIDE_BY_SIDE: Final = 2
"""Lanes for a time series collection: 1.4 to 1.6 times as fast as one on two cores; more brought nothing."""


class Lanes:
    """Work for different series goes on at once, that of one series in its order.

    Leaving the block waits for all of it and raises the first error there was.
    """

    def __init__(self, count: int = SIDE_BY_SIDE) -> None:
        self._pools = [ThreadPoolExecutor(1, "insert") for _ in range(count)]
        self._last: list[Future[int] | None] = [None] * count

    def put(self, series: int, work: Callable[[], int]) -> None:
        """Hand over the next work of a series. Waits for what is before it in its lane, so that little is
        held in memory, and raises the error of that."""
        lane = series % len(self._pools)
        self._finish(lane)
        self._last[lane] = self._pools[lane].submit(work)

    def wait(self) -> None:
        """Until all that was handed over is done."""
        for lane in range(len(self._pools)):
            self._finish(lane)

    def _finish(self, lane: int) -> None:
        last, self._last[lane] = self._last[lane], None
        if last is not None:
            last.result()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                self.wait()
        finally:
            for pool in self._pools:
                pool.shutdown()
