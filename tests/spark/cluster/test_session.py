"""A Spark session: one in a process at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from core.spark.cluster.session import local_master, session

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


def test_a_second_session_is_refused_and_the_first_goes_on(spark: SparkSession) -> None:
    with pytest.raises(RuntimeError), session(local_master(1)):
        pass
    assert spark.range(3).count() == 3
