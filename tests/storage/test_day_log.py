"""The day log: noted, counted, and blank for unknown days."""

from __future__ import annotations

from datetime import date

import numpy as np

from core.model import Days
from core.storage.day_log import UNKNOWN_WH, Answer, DayLog

DAYS = Days(date(2024, 3, 1), date(2024, 3, 4))


def test_an_answer_is_noted_day_by_day() -> None:
    gained = np.array(["2024-03-02"], dtype="datetime64[D]")
    log = DayLog.empty().asked_about(DAYS, gained, 1_000)
    assert log.day.astype(str).tolist() == ["2024-03-01", "2024-03-02", "2024-03-03"]
    assert log.answer.tolist() == [Answer.NOTHING, Answer.READINGS, Answer.NOTHING]
    assert log.attempts.tolist() == [1, 0, 1]
    assert set(log.asked.tolist()) == {1_000}


def test_asking_again_in_vain_counts_and_keeps_what_was_there() -> None:
    gained = np.array(["2024-03-02"], dtype="datetime64[D]")
    none = np.array([], dtype="datetime64[D]")
    log = DayLog.empty().asked_about(DAYS, gained, 1_000).asked_about(DAYS, none, 2_000)
    assert log.attempts.tolist() == [2, 1, 2]
    assert log.answer.tolist() == [Answer.NOTHING, Answer.READINGS, Answer.NOTHING]


def test_a_book_about_some_days_is_blank_where_nothing_is_known() -> None:
    days = np.arange("2024-03-02", "2024-03-06", dtype="datetime64[D]")
    log = DayLog.empty().asked_about(DAYS, days[:1], 5).about(days)
    assert log.day.tolist() == days.tolist()
    assert log.asked.tolist() == [5, 5, 0, 0]
    assert log.official_wh.tolist() == [UNKNOWN_WH] * 4
