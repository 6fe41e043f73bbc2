"""`export`: the history of one meter, complete or not at all."""

from __future__ import annotations

import io
from datetime import date
from pathlib import Path

import pyarrow.parquet as pq  # type: ignore[import-untyped]
import pytest

from tests.cli.home import Home, one_line
from tests.curves import regular
from tests.sources.files import writers

CURVE = regular(date(2024, 5, 1), days=2)


@pytest.fixture
def filled(home: Home, tmp_path: Path) -> Home:
    (tmp_path / "curve.csv").write_bytes(writers.enedis_csv(CURVE))
    assert home.run("import", "--file", tmp_path / "curve.csv").code == 0
    return home


def test_parquet_holds_every_reading_and_names_no_meter(filled: Home, tmp_path: Path) -> None:
    path = tmp_path / "curve.parquet"
    assert filled.run("export", "--parquet", path).code == 0
    table = pq.read_table(io.BytesIO(path.read_bytes()))
    assert table["watts"].to_pylist() == CURVE.watts.tolist()
    assert writers.PRM.encode() not in path.read_bytes()


def test_a_file_that_cannot_be_written_is_told_and_the_one_before_stays(filled: Home, tmp_path: Path) -> None:
    there = tmp_path / "there.csv"
    there.write_text("before")
    (tmp_path / ".there.csv.part").mkdir()  # is at the path of the draft
    failed = filled.run("export", "--csv", there)
    assert failed.code == 1
    assert str(there) in one_line(failed)
    assert there.read_text() == "before"


def test_of_several_meters_one_has_to_be_named(filled: Home, tmp_path: Path) -> None:
    assert filled.run("import", "--demo").code == 0
    refused = filled.run("export", "--csv", tmp_path / "curve.csv.new")
    assert refused.code == 2
    assert "--prm" in one_line(refused)
    assert not (tmp_path / "curve.csv.new").exists()
    assert filled.run("export", "--prm", "0000", "--csv", tmp_path / "demo.csv").code == 0
    assert filled.run("export", "--production", "--prm", "0000", "--csv", tmp_path / "no.csv").code == 2
