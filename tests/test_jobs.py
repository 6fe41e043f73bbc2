"""Background jobs: one per key, found again, paused by the clock, cancelled."""

from __future__ import annotations

from collections.abc import Callable
from threading import Event

import pytest

from core import jobs
from core.errors import InputError, SourcePaused
from core.importing.run import import_work
from core.jobs import Job, Jobs, Line, Phase, State
from core.paristime import now_ms
from core.storage.store import Store
from tests.curves import regular
from tests.importing.sources import METER, Steps, days


def test_a_pausing_job_can_be_cancelled(store: Store) -> None:
    pause = SourcePaused("unexpected", resumes_at=now_ms() + 3_600_000, kind="budget")
    job = Jobs().start("workspace", import_work(store, lambda: [Steps(*days(1), end=pause)]))
    while job.state is not State.PAUSED:
        assert not job.wait(0.01)
    job.cancel()
    assert job.wait(120)
    assert str(job.state) == State.CANCELLED
    assert store.read(METER) == regular()


def test_a_pause_follows_the_clock_and_not_a_timer(monkeypatch: pytest.MonkeyPatch) -> None:
    now, hour = now_ms(), 3_600_000
    moments = [now, now]
    monkeypatch.setattr(jobs, "now_ms", lambda: moments.pop() if moments else now + 2 * hour)
    monkeypatch.setattr(jobs, "_LOOK_SECONDS", 0.01)
    job = Jobs().start("workspace", lambda job: job.pause(now + hour))  # the machine slept meanwhile
    assert job.wait(120)
    assert job.result is True


def test_a_bug_in_a_job_is_told_without_its_words() -> None:
    def work(_: Job[None]) -> None:
        raise RuntimeError("a secret")

    job = Jobs().start("workspace", work)
    assert job.wait(120)
    assert job.state is State.FAILED
    assert job.error is not None
    assert "secret" not in str(job.error)
    assert "RuntimeError" in str(job.error)


def test_one_job_a_key_and_none_for_another() -> None:
    registry, go = Jobs(), Event()
    first = registry.start("mine", lambda _: go.wait(120))
    with pytest.raises(InputError) as refused:
        registry.start("mine", lambda _: True)
    go.set()
    assert refused.value.code == "job-running"
    assert first.wait(120)
    assert registry.find("yours") is None
    assert registry.start("mine", lambda _: True).wait(120)


def test_work_in_a_line_is_done_one_after_the_other_and_tells_its_place() -> None:
    jobs, line, done = Jobs(), Line(), [Event(), Event(), Event()]
    began: list[int] = []

    def work(number: int) -> Callable[[Job[int | None]], int | None]:
        def wait(_: Job[int | None]) -> int | None:
            began.append(number)
            assert done[number].wait(120)
            return number

        return line.queued(wait)

    def comes_to(job: Job[int | None], place: int) -> None:
        while (job.progress.phase, job.progress.step) != (Phase.QUEUED, place):
            assert not job.wait(0.01)

    first = jobs.start("one", work(0))
    while not began:
        assert not first.wait(0.01)
    second = jobs.start("two", work(1))
    comes_to(second, 1)
    third = jobs.start("three", work(2))
    comes_to(third, 2)
    second.cancel()
    assert second.wait(120)
    assert (second.state, second.result) == (State.CANCELLED, None)
    comes_to(third, 1)
    assert began == [0]
    done[0].set()
    done[2].set()
    assert first.wait(120)
    assert third.wait(120)
    assert (first.result, third.result, began) == (0, 2, [0, 2])
