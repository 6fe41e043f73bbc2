"""Sources that deliver, fail and pause as told by the test."""

from __future__ import annotations

from collections.abc import Iterator
from threading import Event

from core.errors import SourceError
from core.model import Curve, Delivery, Meter, Origin, Preview, Refusal, RefusalReason
from tests.curves import METER_PRM, regular

METER = Meter(METER_PRM)
REFUSED = Refusal(RefusalReason.NO_VALUE, 2, "2024-03-01 00:30")


class Steps:
    """A source that delivers curves one by one and may then fail, pause or be cancelled."""

    name = "steps"

    def __init__(
        self, *curves: Curve, end: SourceError | None = None, cancel_after: int | None = None
    ) -> None:
        self._curves, self._end, self._cancel_after = curves, end, cancel_after
        self.others: list[Delivery] = []

    def preview(self) -> Preview:
        return Preview("steps", Origin.API_V2, METER, None, None, calls=len(self._curves))

    def deliveries(self, stop: Event) -> Iterator[Delivery]:
        for number, curve in enumerate(self._curves, start=1):
            if number == self._cancel_after:
                stop.set()
            yield Delivery(METER, Origin.API_V2, curve, (REFUSED,))
        yield from self.others
        if self._end:
            raise self._end


def days(count: int) -> list[Curve]:
    whole = regular(days=count)
    return [whole.select(slice(at, at + 48)) for at in range(0, len(whole), 48)]
