"""The budget of calls: never over the limit, whatever runs in parallel, and a ban is not forgotten."""

from __future__ import annotations

import multiprocessing
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any

import pytest
from pymongo import MongoClient
from pymongo.database import Database

from core.errors import SourceError, SourcePaused, StorageError
from core.importing.api.budget import MARGIN_MS, Allowance, Budget
from core.paristime import DAY_MS, midnight

URL = "https://conso.example"
NOON = (midnight(date(2026, 10, 20)) // DAY_MS + 1) * DAY_MS + DAY_MS // 2


class Clock:
    """A clock that moves only when told to."""

    def __init__(self, now: int = NOON) -> None:
        self.now = now

    def __call__(self) -> int:
        return self.now


def budget(
    database: Database[Any], clock: Clock, calls: int = 5, apart: float = 1.0, url: str = URL
) -> Budget:
    return Budget(database, url, daily_calls=calls, seconds_between=apart, clock=clock)


def refusal(one: Budget) -> SourceError:
    with pytest.raises(SourceError) as caught:
        one.take()
    return caught.value


def test_calls_are_a_second_apart(database: Database[Any]) -> None:
    clock = Clock()
    one = budget(database, clock)
    assert [one.take() - NOON for _ in range(3)] == [0, 1000, 2000]
    clock.now += 10_000
    assert one.take() == clock.now


def test_a_used_budget_says_when_it_resumes_and_does(database: Database[Any]) -> None:
    clock = Clock()
    one = budget(database, clock, calls=2)
    one.take()
    one.take()
    error = refusal(one)
    assert isinstance(error, SourcePaused)
    assert error.code == "api-budget-used"
    assert error.resumes_at == NOON + DAY_MS // 2 + MARGIN_MS
    assert one.allowance().left == 0
    assert one.allowance().resumes_at == error.resumes_at
    clock.now = error.resumes_at
    assert one.allowance().left == 2
    assert one.take() == clock.now


def test_a_refused_call_is_not_counted(database: Database[Any]) -> None:
    clock = Clock()
    small = budget(database, clock, calls=1)
    small.take()
    for _ in range(5):
        refusal(small)
    assert small.allowance().calls == 1


def test_a_call_that_never_left_is_given_back_but_not_below_none(database: Database[Any]) -> None:
    clock = Clock()
    one = budget(database, clock, calls=2)
    one.take()
    one.take()
    one.give_back()
    assert one.allowance().calls == 1
    clock.now += DAY_MS
    one.give_back()
    assert one.allowance().left == 2
    one.take()
    one.give_back()
    one.give_back()
    assert one.allowance().calls == 0


def test_it_is_remembered_across_restarts_and_apart_for_each_api(database: Database[Any]) -> None:
    clock = Clock()
    budget(database, clock, calls=2).take()
    assert budget(database, clock, calls=2).allowance().calls == 1
    assert budget(database, clock, calls=2, url="https://other.example").allowance().calls == 0
    assert budget(database, clock, calls=2, url="https://CONSO.example/").allowance().calls == 1


def test_a_clock_set_back_opens_no_new_day(database: Database[Any]) -> None:
    clock = Clock()
    one = budget(database, clock, calls=1)
    one.take()
    clock.now -= DAY_MS
    assert refusal(one).code == "api-budget-used"


def test_a_clock_that_was_years_ahead_does_not_block_for_years(database: Database[Any]) -> None:
    clock = Clock(NOON + 900 * DAY_MS)
    one = budget(database, clock, calls=1)
    one.take()
    clock.now = NOON
    assert one.take() == NOON


def test_many_threads_stay_within_the_limit_and_apart(database: Database[Any]) -> None:
    clock = Clock()

    def tries(_: int) -> list[int]:
        mine, granted = budget(database, clock, calls=20), []
        for _ in range(5):
            try:
                granted.append(mine.take())
            except SourcePaused:
                break
        return granted

    with ThreadPoolExecutor(8) as pool:
        slots = sorted(slot for granted in pool.map(tries, range(8)) for slot in granted)
    assert slots == [NOON + second * 1000 for second in range(20)]


def _take_in_a_process(address: str, name: str, granted: Any) -> None:
    with MongoClient[dict[str, Any]](address) as client:
        mine = budget(client[name], Clock(), calls=12)
        for _ in range(8):
            try:
                granted.put(mine.take())
            except SourcePaused:
                return


def test_many_processes_stay_within_the_limit(database: Database[Any]) -> None:
    host, port = next(iter(database.client.nodes))
    address = f"mongodb://{host.replace('/', '%2F')}" if port is None else f"mongodb://{host}:{port}"
    context = multiprocessing.get_context("spawn")
    granted = context.SimpleQueue()
    workers = [
        context.Process(target=_take_in_a_process, args=(address, database.name, granted)) for _ in range(3)
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
        assert worker.exitcode == 0
    slots = []
    while not granted.empty():
        slots.append(granted.get())
    assert sorted(slots) == [NOON + second * 1000 for second in range(12)]


def test_a_ban_is_remembered_until_a_person_lifts_it(database: Database[Any]) -> None:
    clock = Clock()
    one = budget(database, clock)
    one.take()
    one.ban()
    clock.now += 60 * DAY_MS
    again = budget(database, clock)
    error = refusal(again)
    assert error.code == "api-banned"
    assert not isinstance(error, SourcePaused)
    assert again.allowance().banned_at == NOON
    again.lift_ban()
    assert again.take() == clock.now


def test_a_ban_before_any_call_counts_too(database: Database[Any]) -> None:
    one = budget(database, Clock())
    one.ban()
    assert refusal(one).code == "api-banned"


def test_a_named_wait_holds_everybody(database: Database[Any]) -> None:
    clock = Clock()
    one, other = budget(database, clock), budget(database, clock)
    until = NOON + 3 * 3_600_000
    assert one.hold(until) == until
    error = refusal(other)
    assert isinstance(error, SourcePaused)
    assert (error.code, error.resumes_at) == ("api-throttled", until)
    assert other.allowance().resumes_at == until
    clock.now = until
    assert other.take() == until


def test_a_shorter_wait_does_not_shorten_a_longer_one(database: Database[Any]) -> None:
    one = budget(database, Clock())
    longer = one.hold(NOON + 3_600_000)
    assert one.hold(NOON + 60_000) == longer


def test_an_absurd_wait_is_bounded(database: Database[Any]) -> None:
    assert budget(database, Clock()).hold(NOON + 10_000 * DAY_MS) == NOON + 2 * DAY_MS


def test_unnamed_waits_double_until_it_answers_again(database: Database[Any]) -> None:
    clock = Clock()
    one = budget(database, clock)
    waits = []
    for _ in range(7):
        until = one.hold(None)
        waits.append((until - clock.now) // 60_000)
        clock.now = until
    assert waits == [5, 10, 20, 40, 80, 160, 160]
    one.answered()
    assert one.hold(clock.now - 5) - clock.now == MARGIN_MS


def test_a_server_that_is_gone_is_a_storage_error() -> None:
    with MongoClient[dict[str, Any]]("mongodb://127.0.0.1:9", serverSelectionTimeoutMS=1) as client:
        one = budget(client["none"], Clock())
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("core.storage.mongo_errors.PATIENCE_SECONDS", 0)
            patch.setattr("core.importing.api.budget.patiently", lambda action: action())
            with pytest.raises(StorageError) as caught:
                one.take()
    assert caught.value.code == "storage-unreachable"


@pytest.mark.parametrize(
    ("used", "calls", "days"), [(0, 0, 0), (0, 5, 1), (0, 6, 2), (2, 3, 1), (2, 4, 2), (5, 5, 1), (5, 11, 3)]
)
def test_the_days_an_import_takes(used: int, calls: int, days: int) -> None:
    assert Allowance(used, 5, None, None).days_for(calls) == days
