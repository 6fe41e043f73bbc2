"""An import keeps what was committed, however it ends, and reports exactly what happened."""

from __future__ import annotations

from datetime import date

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import SourceError, SourcePaused
from core.importing.run import Part, Report, import_work, run, share_of, together
from core.jobs import Jobs, Phase, Progress, State
from core.model import Delivery, Flow, Meter, Origin, Preview, Refusal, RefusalReason, Span
from core.paristime import DAY_MS, midnight, now_ms
from core.sources.files import FileSource
from core.storage.store import Store
from tests.curves import METER_PRM, regular
from tests.importing.sources import METER, Steps, days
from tests.sources.files import writers
from tests.stored import ordinary_curve


class Known(Steps):
    """A source that knows in advance how many readings it delivers."""

    def preview(self) -> Preview:
        return Preview("known", Origin.API_V2, METER, None, sum(len(curve) for curve in self._curves))


def test_a_report_counts_every_reading(store: Store) -> None:
    told: list[Progress] = []
    first = run(store, [Steps(*days(3))], progress=told.append)
    (part,) = first.parts
    assert (part.new, part.changed, part.unchanged) == (144, 0, 0)
    assert part.refused == (Refusal(RefusalReason.NO_VALUE, 6, "2024-03-01 00:30"),)
    assert part.brought == {METER: regular(days=3)}
    assert first.meters == (METER,)
    assert (told[-1].step, told[-1].steps, told[-1].readings) == (3, 3, 144)
    (again,) = run(store, [Steps(*days(3))]).parts
    assert (again.new, again.unchanged) == (0, 144)


def test_a_gap_between_two_deliveries_is_told_and_progress_never_passes_what_is_expected(
    store: Store,
) -> None:
    told: list[Progress] = []
    first, _, third = days(3)
    report = run(store, [Known(third, first), Known(first)], progress=told.append)
    gaps = [part.brought[METER].gaps for part in report.parts]
    assert [[(gap.end - gap.start) // 3_600_000 for gap in found] for found in gaps] == [[24], []]
    assert all(one.expected is not None and one.readings <= one.expected for one in told)
    assert told[-1].expected == 144


def test_what_is_written_to_the_collections_is_told_and_ends_with_all_of_it(store: Store) -> None:
    told: list[Progress] = []
    long = regular(date(2020, 1, 1), days=900)
    two = [FileSource("a", writers.enedis_csv(long)), FileSource("b", writers.enedis_csv(regular(days=2)))]
    run(store, two, progress=told.append)
    shares = [share_of(one) for one in told]
    assert shares == sorted(shares)
    assert shares[-1] == 1
    writing = [one for one in told if one.phase is Phase.WRITING]
    assert any(0.2 < share_of(one) < 0.8 for one in writing)
    assert told[-1].written == told[-1].readings == told[-1].expected == len(long) + 96


def test_what_lacks_at_the_end_of_a_file_is_a_gap_of_the_report(store: Store) -> None:
    week = regular(date(2025, 5, 1), days=7)
    short = week.select(slice(0, len(week) - 1))
    sources = [FileSource("a", writers.enedis_xlsx(short)), FileSource("b", writers.enedis_csv(short))]
    with_tail, without = run(store, sources).parts
    assert with_tail.gaps(METER) == (week.select(slice(len(week) - 1, None)).span,)
    assert without.gaps(METER) == ()


def test_a_failing_source_keeps_what_it_gave_and_the_next_goes_on(store: Store) -> None:
    failing = Steps(*days(2), end=SourceError("unexpected", kind="X"))
    report = run(store, [failing, Steps(*days(4))])
    assert [error.code for error in report.errors] == ["unexpected"]
    assert report.parts[0].new == 96
    assert report.parts[1].new == 96
    assert store.read(METER) == ordinary_curve(store, METER) == regular(days=4)


def test_a_cancelled_import_keeps_whole_deliveries(store: Store) -> None:
    report = run(store, [Steps(*days(5), cancel_after=3), Steps(*days(9))])
    assert report.cancelled
    assert len(report.parts) == 1
    assert store.read(METER) == ordinary_curve(store, METER) == regular(days=3)


def test_a_job_goes_on_after_a_pause_by_itself(store: Store) -> None:
    attempts = [
        Steps(*days(1), end=SourcePaused("unexpected", resumes_at=now_ms(), kind="budget")),
        Steps(*days(2)),
    ]
    job = Jobs().start("workspace", import_work(store, lambda: [attempts.pop(0)]))
    assert job.wait(120)
    assert job.state is State.DONE
    assert not attempts
    assert store.read(METER) == regular(days=2)
    assert job.result is not None
    (part,) = job.result.parts
    assert (part.new, part.unchanged, part.refused[0].count, part.error) == (96, 48, 6, None)
    assert part.brought == {METER: regular(days=2)}


def test_the_report_of_several_rounds_tells_of_all_they_delivered_together(store: Store) -> None:
    """The rounds deliver the newest days first.

    The second round fills a gap of the first and leaves a gap between them; the third delivers the newest day
    again, with values corrected meanwhile.
    """
    day, corrected = days(9), regular(date(2024, 3, 9), seed=2)
    pause = SourcePaused("unexpected", resumes_at=now_ms(), kind="budget")
    rounds = [
        Steps(day[8], day[6], end=pause),
        Steps(day[7], day[4], end=pause),
        Steps(corrected, day[3], day[1]),
    ]
    job = Jobs().start("workspace", import_work(store, lambda: [rounds.pop(0)]))
    assert job.wait(120)
    assert job.result is not None
    (part,) = job.result.parts
    brought = part.brought[METER]
    assert brought.gaps == (day[2].span, day[5].span)
    assert brought.span == Span(midnight(date(2024, 3, 2)), midnight(date(2024, 3, 10)))
    assert (part.new, part.changed, part.unchanged) == (6 * 48, 48, 0)
    assert brought == store.read(METER)


@given(st.lists(st.sets(st.integers(0, 12)), min_size=1, max_size=5))
@settings(max_examples=60)
def test_days_without_readings_are_those_that_no_round_delivered(rounds: list[set[int]]) -> None:
    whole = regular(days=13)
    joined: Report | None = None
    for numbers in rounds:
        chosen = np.isin(np.arange(len(whole)) // 48, list(numbers))
        joined = together(joined, Report((Part("steps", {METER: whole.select(chosen)}),), 0, 0))
    assert joined is not None
    brought = joined.parts[0].brought[METER]
    told = set().union(*rounds)
    missing = {day for day in range(13) if told and min(told) < day < max(told)} - told
    assert sum(gap.end - gap.start for gap in brought.gaps) == len(missing) * DAY_MS
    assert brought.watt_minutes == sum(days(13)[day].watt_minutes for day in told)
    assert (brought.span is None) is (not told)


def test_what_was_taken_and_what_was_given_are_told_apart(store: Store) -> None:
    """Consumption and production must not be added, and a gap of one is not a gap of the other."""
    first, _, third = days(3)
    both, given_back = Steps(first, third), regular(days=3, seed=2)
    both.others = [Delivery(Meter(METER_PRM, Flow.PRODUCTION), Origin.API_V2, given_back)]
    (part,) = run(store, [both]).parts
    taken = part.brought[METER]
    assert taken.gaps == (Span(int(first.end[-1]), int(third.start[0])),)
    assert taken.watt_minutes == first.watt_minutes + third.watt_minutes
    assert part.brought[Meter(METER_PRM, Flow.PRODUCTION)] == given_back
    assert part.meters == (METER, Meter(METER_PRM, Flow.PRODUCTION))


def test_a_refusal_that_meets_all_meters_ends_the_import(store: Store) -> None:
    banned = Steps(*days(1), end=SourceError("api-banned"))
    report = run(store, [banned, Steps(*days(2))])
    assert [error.code for error in report.errors] == ["api-banned"]
    assert len(report.parts) == 1
    assert store.read(METER) == regular(days=1)


def test_after_a_pause_progress_counts_anew_and_says_what_it_waited_for(store: Store) -> None:
    pause = SourcePaused("api-throttled", resumes_at=now_ms() + 3_600_000)
    job = Jobs().start("workspace", import_work(store, lambda: [Steps(*days(2), end=pause)]))
    while job.state is not State.PAUSED:
        assert not job.wait(0.01)
    told = job.progress
    job.cancel()
    assert job.wait(120)
    assert (told.step, told.steps, told.waiting_for) == (2, 2, "api-throttled")
    assert told.waiting_until == pause.resumes_at
    assert job.started_ms <= told.began_ms <= now_ms()
