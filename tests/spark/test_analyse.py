"""A fleet's load profile and figures, equal to NumPy's to the watt-minute."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.parquet as pq  # type: ignore[import-untyped]
import pytest
from pydantic import SecretStr
from pymongo.database import Database

from core.consumption.export import history_parquet
from core.errors import CourbeError, InputError
from core.lab.fleet.synthetic import households
from core.model import Curve, Flow, Meter
from core.paristime import midnight
from core.spark import results
from core.spark.analyse import COHORTS_KWH, Analysis, analyse
from core.spark.load import Options, load
from core.spark.sources import Parquet, Synthetic
from core.spark.target import Target
from tests.spark import held, reference

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

Fleet = Callable[[int, int], dict[Meter, Curve]]
SMALL = Options(unit=2)


def told(analysis: Analysis) -> dict[str, Any]:
    """An analysis in the format of the reference."""
    one = analysis.one
    return {
        "fleet": tuple(one("fleet")[name] for name in ("meters", "readings", "watt_minutes", "days")),
        "profile": {
            (row["_id"]["season"], row["_id"]["slot"]): (
                *(row["half_hours"], row["watt_minutes"], row["deciles"]),
            )
            for row in analysis.all("profile")
        },
        "peak-half-hour": (one("peak-half-hour")["start_ms"], one("peak-half-hour")["watt_minutes"]),
        "peak-day": (one("peak-day")["day"], one("peak-day")["watt_minutes"]),
        "coincidence": (one("coincidence")["watt_minutes"], one("coincidence")["watts_of_peaks"]),
        "hphc": (one("hphc")["peak"], one("hphc")["off_peak"]),
        "night": one("night")["watt_minutes"],
        "tempo": {name: wm for name, wm in one("tempo").items() if name != "_id"},
        "cohort": {
            row["_id"]["from_kwh"]: (row["meters"], row["watt_minutes"]) for row in analysis.all("cohort")
        },
    }


def test_a_year_s_figures_are_those_of_numpy_and_a_repeat_changes_nothing(
    spark: SparkSession, mongo_uri: str, database: Database[dict[str, Any]], fleet: Fleet
) -> None:
    target = Target(SecretStr(mongo_uri), database.name, "d300")
    load(spark, target, Synthetic(5, 300), SMALL)  # both changes of the clock, Tempo days known and not
    found = analyse(spark, target, 4, 2)
    expected = reference.figures(dict(list(fleet(5, 300).items())[:4]), COHORTS_KWH)
    assert told(found) == expected
    assert found.changed == len(found.documents)
    assert analyse(spark, target, 4, 3).changed == 0
    assert results.figures(database, "d300", "peak-day") == [found.one("peak-day")]


def test_files_of_several_steps_load_and_add_up(
    spark: SparkSession, mongo_uri: str, database: Database[dict[str, Any]], tmp_path: Path
) -> None:
    """Files of `export --parquet --show-prm`, one of them of production, which is no consumption."""
    begins = midnight(date(2025, 10, 25))
    meters = {}
    for number, step in enumerate((10, 15, 30, 60)):
        count = 3 * 1_500 // step  # three days, one of them of 25 hours
        start = begins + np.arange(count) * step * 60_000
        watts = np.random.default_rng(number).integers(0, 9_000, count)
        meters[Meter(f"{number + 7:014d}")] = Curve.of(start, np.full(count, step), watts)
    producer = Meter(f"{7:014d}", Flow.PRODUCTION)
    everything = meters | {producer: next(iter(meters.values()))}
    for at, (meter, curve) in enumerate(everything.items()):
        (tmp_path / f"{at}.parquet").write_bytes(history_parquet(meter, curve, with_prm=True))
    source = Parquet(str(tmp_path))
    target = Target(SecretStr(mongo_uri), database.name, source.fleet)
    load(spark, target, source, SMALL)
    with target.open() as there:
        assert held.exact(there, everything)
    assert told(analyse(spark, target, 100, 2)) == reference.figures(meters, COHORTS_KWH)


def test_a_corrected_file_replaces_only_its_meter(
    spark: SparkSession, mongo_uri: str, database: Database[dict[str, Any]], tmp_path: Path
) -> None:
    known = dict(households(3, 10))
    for meter, curve in known.items():
        (tmp_path / f"{meter.prm}.parquet").write_bytes(history_parquet(meter, curve, with_prm=True))
    source = Parquet(str(tmp_path))
    target = Target(SecretStr(mongo_uri), database.name, source.fleet)
    load(spark, target, source, SMALL)
    meter, curve = list(known.items())[1]
    corrected = Curve.of(curve.start, curve.minutes, curve.watts + 1)
    (tmp_path / f"{meter.prm}.parquet").write_bytes(history_parquet(meter, corrected, with_prm=True))
    again = load(spark, target, source, SMALL)
    assert again.written == len(curve)
    with target.open() as there:
        assert held.exact(there, known | {meter: corrected})


@pytest.mark.parametrize(
    ("columns", "code"),
    [
        ({"start": "ts", "minutes": [30], "prm": ["1"], "flow": ["consumption"]}, "spark-parquet-columns"),
        ({"start": [1], "minutes": [30], "watts": [1]}, "spark-parquet-columns"),
        ({"start": "ts", "minutes": [30], "watts": [1], "prm": ["1"]}, "spark-parquet-columns"),
        (
            {"start": "ts", "minutes": [30], "watts": [1], "prm": ["1"], "flow": ["consumption"]},
            "spark-parquet-prm",
        ),
        ({"start": "twice", "minutes": [30, 30], "watts": [1, 2]}, "spark-parquet-overlap"),
        (None, "spark-parquet-none"),
    ],
)
def test_files_that_cannot_be_used_are_told_in_a_sentence(
    spark: SparkSession, target: Target, tmp_path: Path, columns: dict[str, Any] | None, code: str
) -> None:
    if columns is not None:
        stamps = {"ts": [1_750_000_000_000], "twice": [1_750_000_000_000] * 2}
        utc = pa.timestamp("ms", tz="UTC")
        made = {
            name: pa.array(stamps[values], utc) if isinstance(values, str) else values
            for name, values in columns.items()
        }
        pq.write_table(pa.table(made), tmp_path / "one.parquet")
    with pytest.raises(CourbeError) as caught:
        load(spark, target, Parquet(str(tmp_path)), SMALL)
    assert caught.value.code == code


def test_nothing_loaded_is_nothing_to_analyse(spark: SparkSession, target: Target) -> None:
    with pytest.raises(InputError) as caught:
        analyse(spark, target, 10, 2)
    assert caught.value.code == "spark-nothing"
