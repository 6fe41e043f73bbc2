"""Spark's workers import from folders, as archives would be read again before every task."""

from __future__ import annotations

import sys
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.spark.cluster.daemon import without_archives

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


def test_a_worker_imports_from_no_archive(spark: SparkSession, tmp_path: Path) -> None:
    seen = tmp_path / "seen"

    def look(batches: Iterable[Any]) -> Iterator[Any]:
        import zipimport

        archives = [one for one in sys.path_importer_cache.values() if isinstance(one, zipimport.zipimporter)]
        seen.write_text(str(len(archives)), encoding="utf-8")
        yield from ()

    spark.range(1).mapInArrow(look, "nothing long").collect()
    assert seen.read_text(encoding="utf-8") == "0"


def test_archives_stay_where_pyspark_is_in_no_folder(tmp_path: Path) -> None:
    archive = tmp_path / "pyspark.zip"
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("pyspark/__init__.py", "")
    assert without_archives([str(archive), str(tmp_path)]) == [str(archive), str(tmp_path)]
