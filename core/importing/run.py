"""Runs an import: commits each delivery before the next is requested, then updates both collections.

However it ends (the end, a cancel, a pause, a fault), what was committed stays and is projected.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from threading import Event
from typing import Final, Protocol, runtime_checkable

import numpy as np

from core.errors import CourbeError, SourceError, SourcePaused, StorageError
from core.importing.api.budget import REFUSALS
from core.importing.shifted import is_shifted
from core.jobs import Job, Phase, Progress
from core.model import Curve, Delivery, Meter, Origin, Preview, Refusal, Span, summed
from core.paristime import now_ms
from core.sources.source import Source
from core.storage import merging
from core.storage.store import Merged, Store

PROJECT_EVERY_SECONDS: Final = 15.0
"""Interval at which a long import shows its readings; rewriting two years takes 0.25 s."""


_COMMITTING: Final = 0.1
"""Share of an import's time that it takes to commit; the rest writes both collections. Measured: 26 years."""


def share_of(progress: Progress) -> float:
    """The share of an import that is done, 0 to 1: of its readings; of its calls if they are unknown."""
    if progress.expected:
        done = _COMMITTING * progress.readings + (1 - _COMMITTING) * progress.written
        return min(done / progress.expected, 1.0)
    return min(progress.step / progress.steps, 1.0) if progress.steps else 0.0


@runtime_checkable
class Waits(Protocol):
    """A source that may wait before it continues."""

    def tell_waits(self, tell: Callable[[int, str], None]) -> None:
        """From now on call `tell` with the time (UTC ms) it waits for and the reason's code."""


@dataclass(frozen=True, slots=True)
class Part:
    """Result of one source.

    `brought`: merged curve per meter; a later delivery wins. `error`: why it ended early, if it did. `tails`:
    missing time after the last reading.
    """

    name: str
    brought: Mapping[Meter, Curve] = field(default_factory=dict)
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    refused: tuple[Refusal, ...] = ()
    error: CourbeError | None = None
    tails: Mapping[Meter, Span] = field(default_factory=dict)

    def gaps(self, meter: Meter) -> tuple[Span, ...]:
        """Times that no reading of a meter covers, including the missing time after the last one."""
        curve, tail = self.brought[meter], self.tails.get(meter)
        return (*curve.gaps, tail) if tail and curve.span and tail.start == curve.span.end else curve.gaps

    @property
    def meters(self) -> tuple[Meter, ...]:
        """The meters that the source delivered."""
        return tuple(self.brought)

    @property
    def delivered(self) -> int:
        """Accepted readings of the source: new, changed or known already."""
        return self.new + self.changed + self.unchanged

    @property
    def is_empty(self) -> bool:
        """Whether it ended without an error and brought nothing: nothing was due, or no readings exist."""
        return not (self.delivered or self.refused or self.error)


@dataclass(frozen=True, slots=True)
class Report:
    """Result of an import, source by source; times in UTC ms."""

    parts: tuple[Part, ...]
    started_ms: int
    ended_ms: int
    cancelled: bool = False

    @property
    def meters(self) -> tuple[Meter, ...]:
        """All meters that were delivered, each once."""
        return tuple(dict.fromkeys(meter for part in self.parts for meter in part.meters))

    @property
    def errors(self) -> tuple[CourbeError, ...]:
        """The errors of the sources that ended early."""
        return tuple(part.error for part in self.parts if part.error)

    @property
    def paused(self) -> SourcePaused | None:
        """The pause that ends last, if a source asked for one."""
        pauses = [error for error in self.errors if isinstance(error, SourcePaused)]
        return max(pauses, key=lambda pause: pause.resumes_at or 0, default=None)


def together(earlier: Report | None, later: Report) -> Report:
    """One report of an import that paused and continued; the parts of a source are joined."""
    if earlier is None:
        return later
    parts = {part.name: part for part in earlier.parts}
    for part in later.parts:
        parts[part.name] = _joined(parts[part.name], part) if part.name in parts else part
    return Report(tuple(parts.values()), earlier.started_ms, later.ended_ms, later.cancelled)


def _joined(one: Part, two: Part) -> Part:
    """What a source brought in two rounds, with the error of the second."""
    brought = dict(one.brought)
    for meter, curve in two.brought.items():
        brought[meter] = _over(brought.get(meter), curve)
    return Part(
        one.name,
        brought,
        one.new + two.new,
        one.changed + two.changed,
        one.unchanged + two.unchanged,
        summed(one.refused + two.refused),
        two.error,
        {**one.tails, **two.tails},
    )


def _over(earlier: Curve | None, later: Curve) -> Curve:
    """Two deliveries of a meter merged, by the rules of the record."""
    if earlier is None or not len(earlier):
        return later
    of_one_rank = np.zeros(len(earlier), np.uint8)
    return merging.merge(earlier, of_one_rank, of_one_rank, later, 0, 0).curve


@dataclass(slots=True)
class _Tally:
    """A part being built."""

    name: str
    brought: dict[Meter, Curve] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)
    refused: list[Refusal] = field(default_factory=list)
    tails: dict[Meter, Span] = field(default_factory=dict)

    def add(self, delivery: Delivery, merged: Merged) -> None:
        self.brought[delivery.meter] = _over(self.brought.get(delivery.meter), delivery.curve)
        self.counts.update(new=merged.new, changed=merged.changed, unchanged=merged.unchanged)
        self.refused += merged.refused
        if delivery.tail:
            self.tails[delivery.meter] = delivery.tail

    def part(self, error: CourbeError | None) -> Part:
        return Part(
            self.name,
            self.brought,
            self.counts["new"],
            self.counts["changed"],
            self.counts["unchanged"],
            summed(self.refused),
            error,
            self.tails,
        )


def run(
    store: Store,
    sources: Sequence[Source],
    *,
    stop: Event | None = None,
    progress: Callable[[Progress], None] = lambda _: None,
) -> Report:
    """Import all sources in turn.

    A source that fails ends with its error in the report, and the next one follows. An error that the others
    would meet too (StorageError, a ban, no calls left) ends the import, also in the report. Safe to repeat at
    any time.
    """
    stop = stop or Event()
    started = now_ms()
    parts: list[Part] = []
    expected = _expected(sources)
    for source in sources:
        if stop.is_set():
            break
        done = sum(part.delivered for part in parts)
        before = Progress(done, expected, written=done, began_ms=started)
        parts.append(_Import(store, source, stop, progress, before).run())
        error = parts[-1].error
        if isinstance(error, StorageError) or (error and error.code in REFUSALS):
            break
    return Report(tuple(parts), started, now_ms(), stop.is_set())


def _expected(sources: Sequence[Source]) -> int | None:
    """The readings of all sources; None if one does not know how many it has."""
    total = 0
    for source in sources:
        try:
            readings = source.preview().readings
        except SourceError:  # reported where the source is imported
            continue
        if readings is None:
            return None
        total += readings
    return total


def import_work(store: Store, sources: Callable[[], Sequence[Source]]) -> Callable[[Job[Report]], Report]:
    """The work of an import job.

    If a source pauses until a known time, it waits and then requests the sources again, so that what was
    imported meanwhile is not queried twice.
    """

    def work(job: Job[Report]) -> Report:
        def tell(progress: Progress) -> None:
            job.progress = progress

        report: Report | None = None
        while True:
            report = together(report, run(store.patient(), sources(), stop=job.stop, progress=tell))
            job.result = report
            pause = report.paused
            if pause is None or pause.resumes_at is None or job.stop.is_set():
                return report
            tell(replace(job.progress, waiting_until=pause.resumes_at, waiting_for=pause.code))
            if not job.pause(pause.resumes_at):
                return report

    return work


class _Import:
    """One source's share of an import."""

    def __init__(
        self,
        store: Store,
        source: Source,
        stop: Event,
        progress: Callable[[Progress], None],
        before: Progress,
    ) -> None:
        self._store, self._source, self._stop = store, source, stop
        self._progress, self._before, self._told = progress, before, before
        self._projected = time.monotonic()
        self._dirty: dict[Meter, None] = {}

    def run(self) -> Part:
        try:
            preview = self._source.preview()
        except SourceError as unreadable:
            return Part(getattr(self._source, "name", ""), error=unreadable)
        tally = _Tally(preview.name)
        ended: CourbeError | None = None
        try:
            self._take_all(preview, tally)
        except (SourceError, StorageError) as fault:
            ended = fault
        try:
            self._project()
        except StorageError as fault:
            ended = ended or fault
        return tally.part(ended)

    def _take_all(self, preview: Preview, tally: _Tally) -> None:
        self._tell(preview, 0, 0)
        if isinstance(self._source, Waits):
            self._source.tell_waits(self._tell_wait)
        for step, delivery in enumerate(self._source.deliveries(self._stop), start=1):
            self._check_not_shifted(delivery)
            merged = self._store.merge(delivery)
            tally.add(delivery, merged)
            if merged.new or merged.changed:
                self._dirty[delivery.meter] = None
            self._tell(preview, step, tally.counts.total())
            if time.monotonic() - self._projected > PROJECT_EVERY_SECONDS:
                self._project()
            if self._stop.is_set():
                break

    def _check_not_shifted(self, delivery: Delivery) -> None:
        """SourceError `file-shifted`; for files only, as the meaning of the API's stamps is known."""
        if delivery.asked is not None or not len(delivery.curve) or delivery.origin is Origin.DEMO:
            return
        known = self._store.record(delivery.meter)
        if known is not None and is_shifted(known.curve, delivery.curve):
            raise SourceError("file-shifted")

    def _project(self) -> None:
        before, dirty = self._told, list(self._dirty)
        for place, meter in enumerate(dirty):
            self._store.project(meter, partial(self._tell_written, before, place, len(dirty)))
            del self._dirty[meter]
        self._tell_written(before, 0, 1, 1.0)
        self._projected = time.monotonic()

    def _tell_written(self, before: Progress, place: int, meters: int, share: float) -> None:
        """Report a share of the readings of a meter as written, after those of `place` of the `meters`."""
        more = (before.readings - before.written) * (place + share) / meters
        self._told = replace(before, phase=Phase.WRITING, written=before.written + round(more))
        self._progress(self._told)

    def _tell(self, preview: Preview, step: int, readings: int) -> None:
        self._told = replace(
            self._told,
            phase=Phase.WORKING,
            readings=self._before.readings + readings,
            step=step,
            steps=preview.calls or None,
            source=preview.name,
        )
        self._progress(self._told)

    def _tell_wait(self, until: int, code: str) -> None:
        """Report a wait, until the next delivery or the end."""
        self._progress(replace(self._told, waiting_until=until, waiting_for=code))
