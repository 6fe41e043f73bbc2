"""Both formats of the API are read back to the watt, in any order and with all their quirks."""

from __future__ import annotations

import json
import random
from datetime import date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import SourceError
from core.model import Curve, Flow, MaxPower, Meter, Origin, RefusalReason
from core.paristime import is_ambiguous, local, midnight, to_ms, to_wall
from core.sources.conso_api.answers import read_daily, read_load_curve, read_peaks
from tests.api_documents import daily_v2, daily_v5, peaks_v2, peaks_v5, v2, v5
from tests.curves import METER_PRM, curves, regular

METER = Meter(METER_PRM)
FORMATS = pytest.mark.parametrize("write", [v2, v5])
AUTUMN, SPRING = date(2024, 10, 27), date(2024, 3, 31)


def load(path: Path) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return document


def rows(document: dict[str, Any]) -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = (
        document["grandeur"][0]["points"] if "grandeur" in document else document["interval_reading"]
    )
    return listed


def test_the_recorded_answers_of_both_formats_are_the_same_curve(shared_data: Path) -> None:
    new = read_load_curve(load(shared_data / "api_v2_courbe_de_charge_2026-09-29.json"))
    old = read_load_curve(load(shared_data / "api_v5_consumption_load_curve_2026-09-29.json"))
    assert (new.origin, old.origin) == (Origin.JSON_V2, Origin.JSON_V5)
    assert new.meter == old.meter == Meter("99999999999991")
    assert new.curve == old.curve
    assert len(new.curve) == 96
    assert new.refused == old.refused == ()


def test_the_curve_agrees_with_the_daily_totals_to_the_watt_hour(shared_data: Path) -> None:
    curve = read_load_curve(load(shared_data / "api_v2_courbe_de_charge_2026-09-29.json")).curve
    totals = read_daily(load(shared_data / "api_v2_consommation_quotidienne_2026-09-29.json"))
    assert totals == {date(2026, 9, 29): 33_495, date(2026, 9, 30): 38_022}
    half = len(curve) // 2
    assert [curve.select(slice(None, half)).wh, curve.select(slice(half, None)).wh] == [33_495, 38_022]


def outcome(reader: Any, document: Any) -> str:
    """`ok` or the code of our error; anything else fails the test."""
    try:
        reader(document)
    except SourceError as error:
        return error.code
    return "ok"


def test_every_recorded_legacy_answer_is_read_or_refused(shared_data: Path) -> None:
    recorded = json.loads((shared_data / "conso_api_v5_recorded_responses.json").read_text(encoding="utf-8"))
    outcomes = [(one["status"], outcome(read_load_curve, one["body"])) for one in recorded]
    assert {(status, code) for status, code in outcomes if status != 200} == {
        (400, "api-answer-unknown"),
        (401, "api-answer-unknown"),
    }
    assert [code for status, code in outcomes if status == 200].count("ok") == 2
    assert {code for status, code in outcomes if status == 200} == {"ok", "api-answer-other"}


def test_maximal_powers_are_no_load_curve(shared_data: Path) -> None:
    document = load(shared_data / "api_v2_puissance_max_2026-09-29.json")
    for reader in (read_load_curve, read_daily):
        with pytest.raises(SourceError) as caught:
            reader(document)
        assert caught.value.code == "api-answer-other"


@FORMATS
@settings(max_examples=60)
@given(curve=curves(origin_ms=midnight(date(2024, 10, 26)) + 20 * 3_600_000))
def test_any_curve_comes_back(write: Any, curve: Curve) -> None:
    # the repeated hour can only be resolved if both halves are there
    twice = is_ambiguous(to_wall(curve.end)) | is_ambiguous(to_wall(curve.start))
    told = curve.select(~twice)
    assert read_load_curve(write(METER, told)).curve == told


@FORMATS
@pytest.mark.parametrize("step", [10, 15, 30, 60])
@pytest.mark.parametrize(("day", "hours"), [(AUTUMN, 25), (SPRING, 23)])
@pytest.mark.parametrize("order", ["listed", "reversed", "twice"])
def test_the_days_the_clock_changes(write: Any, step: int, day: date, hours: int, order: str) -> None:
    curve = regular(date.fromordinal(day.toordinal() - 1), days=3, step=step)
    assert len(curve) * step == (48 + hours) * 60
    document = write(METER, curve)
    listed = rows(document)
    listed[:] = {"listed": listed, "reversed": listed[::-1], "twice": listed + listed}[order]
    delivery = read_load_curve(document)
    assert delivery.curve == curve
    assert not delivery.refused


@FORMATS
@settings(max_examples=40)
@given(seed=st.integers(0, 10_000))
def test_order_does_not_matter_but_within_the_hour_told_twice(write: Any, seed: int) -> None:
    curve = regular(AUTUMN, days=2)
    document = write(METER, curve)
    listed = rows(document)
    key = "d" if "grandeur" in document else "date"
    twice = [row for row in listed if row[key].startswith("2024-10-27 02:")]
    places = sorted(random.Random(seed).sample(range(len(listed)), len(twice)))
    rest = [row for row in listed if row not in twice]
    random.Random(seed).shuffle(rest)
    for place, row in zip(places, twice, strict=True):
        rest.insert(place, row)
    listed[:] = rest
    assert read_load_curve(document).curve == curve


def test_null_is_no_reading_neither_zero_nor_refused() -> None:
    curve = regular(days=1)
    document = v2(METER, curve, nulls=("2024-03-02 00:30:00", "2024-03-02 01:00:00"))
    delivery = read_load_curve(document, live=True)
    assert delivery.curve == curve
    assert delivery.refused == ()


def test_null_in_a_file_is_told_for_nobody_asks_again() -> None:
    document = v2(METER, regular(days=1), nulls=("2024-03-02 00:30:00", "2024-03-02 01:00:00"))
    (told,) = read_load_curve(document).refused
    assert (told.reason, told.count) == (RefusalReason.NO_VALUE, 2)


@FORMATS
def test_one_interval_told_many_times_takes_no_long_time(write: Any) -> None:
    """100,000 rows; comparing each with all before it would take minutes."""
    document = write(METER, regular(days=1))
    rows(document)[:] = rows(document)[:1] * 100_000
    delivery = read_load_curve(document)
    assert len(delivery.curve) == 1
    assert not delivery.refused


@FORMATS
@pytest.mark.parametrize(("day", "why"), [
    (date(2090, 3, 1), RefusalReason.NOT_ENDED), (date(1995, 3, 1), RefusalReason.BAD_STAMP),
])  # fmt: skip
def test_a_reading_of_the_future_or_of_before_there_was_a_linky(
    write: Any, day: date, why: RefusalReason
) -> None:
    delivery = read_load_curve(write(METER, regular(day)))
    assert not len(delivery.curve)
    assert [(one.reason, one.count) for one in delivery.refused] == [(why, 48)]


@FORMATS
def test_zero_is_a_reading(write: Any) -> None:
    curve = regular(days=1, watts=0)
    assert read_load_curve(write(METER, curve)).curve == curve


@FORMATS
@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        (0, "2,5", RefusalReason.NOT_A_NUMBER),
        (0, "1.5", RefusalReason.NOT_A_NUMBER),
        (0, [1], RefusalReason.NOT_A_NUMBER),
        (0, True, RefusalReason.NOT_A_NUMBER),
        (0, "Infinity", RefusalReason.NOT_A_NUMBER),
        (0, "-5", RefusalReason.NEGATIVE),
        (0, "99999999", RefusalReason.TOO_LARGE),
        (0, "1e300", RefusalReason.TOO_LARGE),
        (0, "-1e300", RefusalReason.NEGATIVE),
        (1, "yesterday", RefusalReason.BAD_STAMP),
        (1, 12, RefusalReason.BAD_STAMP),
        (1, "2024-03-31 02:30:00", RefusalReason.BAD_STAMP),
        (1, "2024-03-01 00:30:07", RefusalReason.OFF_GRID),
        (2, "PT20M", RefusalReason.UNKNOWN_STEP),
        (2, {"a": 1}, RefusalReason.UNKNOWN_STEP),
    ],
)
def test_one_bad_row_is_refused_with_its_reason(
    write: Any, field: int, value: object, reason: RefusalReason
) -> None:
    curve = regular(days=1)
    document = write(METER, curve)
    names = ("v", "d", "p") if "grandeur" in document else ("value", "date", "interval_length")
    rows(document)[0][names[field]] = value
    delivery = read_load_curve(document)
    assert delivery.curve == curve.select(slice(1, None))
    assert [(one.reason, one.count) for one in delivery.refused] == [(reason, 1)]


def test_of_two_rows_that_contradict_the_first_stays() -> None:
    curve = regular(days=1)
    document = v2(METER, curve)
    rows(document).append(rows(document)[5] | {"v": "1"})
    delivery = read_load_curve(document)
    assert delivery.curve == curve
    assert [(one.reason, one.count) for one in delivery.refused] == [(RefusalReason.CONTRADICTION, 1)]


def test_hours_and_half_hours_mix_without_counting_energy_twice() -> None:
    half, hour = regular(days=1), regular(days=1, step=60)
    mixed = Curve.of(
        np.concatenate([half.start[:20], hour.start[10:]]),
        np.concatenate([half.minutes[:20], hour.minutes[10:]]),
        np.concatenate([half.watts[:20], hour.watts[10:]]),
    )
    assert read_load_curve(v5(METER, mixed)).curve == mixed
    document = v5(METER, half)
    rows(document).append({"value": "5", "date": "2024-03-01 12:00:00", "interval_length": "PT60M"})
    delivery = read_load_curve(document)
    assert delivery.curve == half
    assert [(one.reason, one.count) for one in delivery.refused] == [(RefusalReason.OVERLAP, 1)]


def test_production_is_read_as_production() -> None:
    solar = Meter(METER_PRM, Flow.PRODUCTION)
    curve = regular(days=1)
    assert read_load_curve(v2(solar, curve)).meter == solar
    assert read_load_curve(v5(solar, curve), flow=Flow.PRODUCTION).meter == solar
    both = v2(METER, curve)
    both["grandeur"] += v2(solar, regular(days=1, seed=2))["grandeur"]
    assert read_load_curve(both, flow=Flow.PRODUCTION).curve == regular(days=1, seed=2)
    assert read_load_curve(both).curve == curve


def test_a_wrapped_legacy_answer_and_a_step_told_once_are_read() -> None:
    curve = regular(days=1)
    document = v5(METER, curve)
    for row in rows(document):
        del row["interval_length"]
    document["reading_type"]["interval_length"] = "PT30M"
    assert read_load_curve({"meter_reading": document}).curve == curve


def test_daily_energies_of_both_formats() -> None:
    totals: dict[str, int | None] = {"2024-03-01": 12_000, "2024-03-02": None, "2024-03-03": 0}
    known = {date(2024, 3, 1): 12_000, date(2024, 3, 3): 0}
    assert read_daily(daily_v2(METER, totals)) == known
    assert read_daily(daily_v5(METER, totals)) == known
    for write in (daily_v2, daily_v5):
        with pytest.raises(SourceError) as caught:
            read_load_curve(write(METER, totals))
        assert caught.value.code == "api-answer-other"


def test_maximum_powers_of_both_formats_with_their_moments() -> None:
    peaks: dict[str, tuple[str, int | None]] = {
        "2024-03-01": ("2024-03-01 13:03:35", 4680),
        "2024-03-02": ("2024-03-02", None),
        "2024-03-03": ("2024-03-03", 0),
        "2024-03-31": ("2024-03-31 02:30:00", 9120),  # does not exist: the day counts, its time does not
        "2024-10-27": ("2024-10-27 02:30:00", 6510),  # in the repeated hour: the first is assumed
    }
    utc = {
        day: to_ms(datetime.fromisoformat(stamp))
        for day, stamp in (("2024-03-01", "2024-03-01 12:03:35Z"), ("2024-10-27", "2024-10-27 00:30:00Z"))
    }
    known = {
        date.fromisoformat(day): MaxPower(va, utc.get(day))
        for day, (_, va) in peaks.items()
        if va is not None
    }
    assert read_peaks(peaks_v2(METER, peaks)) == known
    assert read_peaks(peaks_v5(METER, peaks)) == known
    for write in (peaks_v2, peaks_v5):
        for read in (read_load_curve, read_daily):
            with pytest.raises(SourceError) as caught:
                read(write(METER, peaks))
            assert caught.value.code == "api-answer-other"


def test_the_maximum_powers_of_a_real_answer(shared_data: Path) -> None:
    document = json.loads((shared_data / "api_v2_puissance_max_2026-09-29.json").read_text())
    found = read_peaks(document)
    assert {day: one.va for day, one in found.items()} == {date(2026, 9, 29): 4680, date(2026, 9, 30): 6510}
    assert [f"{local(one.at or 0):%H:%M:%S}" for one in found.values()] == ["13:03:35", "12:50:25"]


def test_of_two_maxima_of_a_day_the_higher_counts_and_nonsense_is_left_out() -> None:
    document = peaks_v2(
        METER,
        {
            "a": ("2024-03-01 01:00:00", 10),
            "b": ("2024-03-01 02:00:00", 30),
            "c": ("2024-03-01 03:00:00", 20),
            "d": ("2024-03-02 03:00:00", -1),
            "e": ("yesterday", 5),
            "f": ("2024-03-03 00:00:00", 2_000_000),
        },
    )
    assert {day: one.va for day, one in read_peaks(document).items()} == {date(2024, 3, 1): 30}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    *("grandeur", "points", "idPrm", "unite", "grandeurMetier", "grandeurPhysique", "v", "d"),
                    *("interval_reading", "reading_type", "unit", "value", "date", "usage_point_id"),
                ]
            ),
            inner | st.sampled_from(["W", "VA", "PA", "CONS", METER_PRM, "2024-03-01 00:30:00"]),
            max_size=6,
        )
    ),
    max_leaves=20,
)


@settings(max_examples=100)
@given(document=JSON)
def test_any_json_is_read_or_refused(document: Any) -> None:
    for reader in (read_load_curve, read_daily, read_peaks):
        assert outcome(reader, document) in ("ok", "api-answer-unknown", "api-answer-other", "api-no-data")
