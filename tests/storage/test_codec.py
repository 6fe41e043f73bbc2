"""Packed columns are unpacked unchanged, and the day log keeps what is known of each day."""

from __future__ import annotations

from datetime import date

import numpy as np
from hypothesis import given, settings

from core.model import Curve, Days, MaxPower
from core.storage.codec import pack_curve, pack_days, unpack_curve, unpack_days
from core.storage.day_log import UNKNOWN_VA, UNKNOWN_WH, Answer, DayLog
from tests.curves import curves, regular

DAYS = Days(date(2024, 3, 1), date(2024, 3, 4))


@given(curves())
@settings(max_examples=60)
def test_a_curve_unpacks_to_itself(curve: Curve) -> None:
    origin = (np.arange(len(curve)) % 5).astype(np.uint8)
    again, origins = unpack_curve(pack_curve(curve, origin))
    assert again == curve
    assert origins.tolist() == origin.tolist()


def test_two_years_pack_into_a_small_document() -> None:
    curve = regular(days=731)
    assert len(pack_curve(curve, np.zeros(len(curve), np.uint8))) < 100_000


def test_closed_days_and_totals_survive_packing() -> None:
    none = np.array([], dtype="datetime64[D]")
    log = DayLog.empty().asked_about(DAYS, none, 5, closed=True).with_totals({date(2024, 2, 29): 33_495})
    again = unpack_days(pack_days(log))
    assert again.day.astype(str).tolist()[0] == "2024-02-29"
    assert again.official_wh.tolist() == [33_495, UNKNOWN_WH, UNKNOWN_WH, UNKNOWN_WH]
    assert again.answer.tolist() == [Answer.NEVER_ASKED, *[Answer.CLOSED] * 3]


def test_questions_for_totals_are_counted_until_one_comes_and_survive_packing() -> None:
    day = date(2024, 3, 2)
    log = DayLog.empty().asked_for_totals(DAYS, 5).with_totals({day: 7}).asked_for_totals(DAYS, 9)
    again = unpack_days(pack_days(log))
    assert again.totals_attempts.tolist() == [2, 0, 2]
    assert set(again.totals_asked.tolist()) == {9}
    assert set(again.asked.tolist()) == {0}


def test_maximum_powers_survive_packing_and_questions_for_them_are_counted() -> None:
    powers = {date(2024, 3, 2): MaxPower(0, None), date(2024, 3, 3): MaxPower(9_120, 1_709_470_000_000)}
    log = DayLog.empty().asked_for_peaks(DAYS, 5).with_peaks(powers).asked_for_peaks(DAYS, 9)
    again = unpack_days(pack_days(log))
    assert again.peak_va.tolist() == [UNKNOWN_VA, 0, 9_120]
    assert again.peak_at.tolist() == [0, 0, 1_709_470_000_000]
    assert again.peaks_attempts.tolist() == [2, 0, 0]
    assert set(again.peaks_asked.tolist()) == {9}
    assert set(again.totals_asked.tolist()) == {0}


def test_days_packed_before_questions_for_totals_were_noted_are_read() -> None:
    packed = bytes.fromhex("785e63628000775f06060f206638a0736226238266044226a6ff4070bd89810100b4e00b23")
    log = unpack_days(packed)
    assert log.day.astype(str).tolist() == ["2024-03-01", "2024-03-02"]
    assert log.official_wh.tolist() == [UNKNOWN_WH, 33_495]
    assert log.attempts.tolist() == [1, 1]
    assert log.totals_asked.tolist() == log.totals_attempts.tolist() == [0, 0]
    assert log.peak_va.tolist() == [UNKNOWN_VA, UNKNOWN_VA]
    assert log.peaks_asked.tolist() == log.peaks_attempts.tolist() == log.peak_at.tolist() == [0, 0]
