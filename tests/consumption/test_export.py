"""Exported readings can be imported again, and contain the PRM only on request."""

from __future__ import annotations

import csv
import io
from datetime import date
from pathlib import Path
from threading import Event

import numpy as np
import pyarrow.parquet as pq  # type: ignore[import-untyped]
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.consumption.export import enedis_csv, history_parquet, table_csv, table_parquet
from core.model import MINUTE_MS, STEPS, Curve, Meter
from core.sources.files import open_files
from core.texts import Language, Words
from tests.consumption.reference import half_hours
from tests.curves import curves, regular

METER = Meter("12345678901234")


def read_back(data: bytes) -> Curve:
    """Read with the project's own reader of such files."""
    (source,) = open_files([("export.csv", data)])
    parts = [delivery.curve for delivery in source.deliveries(Event())]
    return joined(parts)


def joined(parts: list[Curve]) -> Curve:
    return Curve.of(
        np.concatenate([part.start for part in parts]),
        np.concatenate([part.minutes for part in parts]),
        np.concatenate([part.watts for part in parts]),
    )


def test_a_real_curve_comes_back_as_it_was(shared_data: Path) -> None:
    curve = half_hours(shared_data / "enedis_conso_heure_20230809-20240725.csv")
    assert read_back(enedis_csv(METER, curve)) == curve


def test_gaps_hourly_stretches_and_changes_of_clock_come_back() -> None:
    spring, autumn = regular(date(2024, 3, 30), 3), regular(date(2024, 10, 26), 3, step=60)
    both = Curve.of(
        *(np.concatenate([getattr(spring, name), getattr(autumn, name)]) for name in Curve.__slots__)
    )
    kept = np.ones(len(both), dtype=bool)
    kept[[20, 40, 41, 150, 160]] = False
    curve = both.select(kept)
    assert read_back(enedis_csv(METER, curve)) == curve


@settings(max_examples=50)
@given(st.sampled_from(STEPS), st.sets(st.integers(0, 47), max_size=30))
def test_any_gaps_come_back(step: int, lost: set[int]) -> None:
    curve = regular(date(2024, 10, 26), 2, step=step)
    kept = ~np.isin(np.arange(len(curve)), list(lost))
    assert read_back(enedis_csv(METER, curve.select(kept))) == curve.select(kept)


@given(curves().filter(len))
def test_the_energy_of_any_curve_comes_back_whatever_its_steps(curve: Curve) -> None:
    back = read_back(enedis_csv(METER, curve))
    assert back.watt_minutes == curve.watt_minutes
    assert back.gaps == curve.gaps


def test_a_lone_hour_among_half_hours_is_written_as_two_of_the_same_power() -> None:
    before, hour, after = regular(), regular(date(2024, 3, 2), step=60), regular(date(2024, 3, 2))
    curve = joined([before, hour.select(slice(0, 1)), after.select(slice(2, None))])
    back = read_back(enedis_csv(METER, curve))
    assert back == joined(
        [before, Curve.of(after.start[:2], [30, 30], hour.watts[[0, 0]]), after.select(slice(2, None))]
    )


def test_no_file_names_the_meter_unless_asked() -> None:
    curve = regular()
    assert METER.prm.encode() not in enedis_csv(METER, curve)
    assert METER.prm.encode() in enedis_csv(METER, curve, with_prm=True)
    assert METER.prm.encode() not in history_parquet(METER, curve)


def test_parquet_holds_every_reading_in_utc() -> None:
    curve = regular(date(2024, 10, 27))
    table = pq.read_table(io.BytesIO(history_parquet(METER, curve, with_prm=True)))
    assert table.column_names == ["start", "minutes", "watts", "prm", "flow"]
    back = Curve.of(
        table["start"].cast("int64").to_numpy(), table["minutes"].to_numpy(), table["watts"].to_numpy()
    )
    assert back == curve
    assert np.diff(back.start).max() == 30 * MINUTE_MS


def test_a_charts_columns_become_csv_and_parquet_with_nothing_where_nothing_is_known() -> None:
    columns = {"day": np.array(["2024-01-05", "2024-01-06"]), "kWh": np.array([1.5, np.nan])}
    assert table_csv(columns).decode("utf-8-sig") == "day;kWh\r\n2024-01-05;1.5\r\n2024-01-06;\r\n"
    french = table_csv(columns, Words(Language.FRENCH)).decode("utf-8-sig")
    assert french == "day;kWh\r\n2024-01-05;1,5\r\n2024-01-06;\r\n"
    table = pq.read_table(io.BytesIO(table_parquet(columns)))
    assert table.to_pydict() == {"day": ["2024-01-05", "2024-01-06"], "kWh": [1.5, None]}


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n"])
def test_no_text_becomes_a_formula_in_a_spreadsheet(start: str) -> None:
    typed = f'{start}HYPERLINK("http://elsewhere","x")'
    table = table_csv({typed: np.array([typed, "plain"]), "kWh": np.array([-1.5, 2.0])}).decode("utf-8-sig")
    header, first, second = csv.reader(io.StringIO(table, newline=""), delimiter=";")
    assert header == ["'" + typed, "kWh"]
    assert first == ["'" + typed, "-1.5"]
    assert second == ["plain", "2.0"]
