"""What a trial works with."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from pymongo.database import Database

from core.lab.fleet.forecast import READINGS_A_DAY
from core.lab.fleet.synthetic import LAST_DAY, households
from core.lab.layouts.catalogue import ORDINARY, TS_HOURS
from core.model import Curve, Meter
from core.spark import connector
from core.spark.target import Target
from core.storage import bson_columns

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

METERS: Final = 4
DAYS: Final = 200
"""Some MB of documents: more than the partitions of PARTITION_MB asked for."""
FEW_DAYS: Final = 20
"""What is written in a trial: the last of them."""
GENERATION: Final = 1


@dataclass(frozen=True, slots=True)
class Bench:
    """What a trial works with.

    The same readings of METERS meters in a time series (`filled`) and in an ordinary collection (`plain`),
    how many readings a trial writes, and names for more collections.
    """

    spark: SparkSession
    database: Database[Any]
    target: Target
    filled: str
    plain: str
    few_readings: int
    new_name: Callable[[str], str]

    def read(
        self, more: Mapping[str, str] | None = None, *, schema: bool = True, name: str = ""
    ) -> DataFrame:
        """Read a collection through the connector."""
        given = connector.options(self.target, name or self.filled, more or {})
        reader = self.spark.read.format(connector.FORMAT)
        return (reader.schema(connector.READINGS) if schema else reader).options(**given).load()

    def few(self) -> DataFrame:
        """What a trial writes."""
        since = LAST_DAY - timedelta(days=FEW_DAYS)
        return self.read().filter(f"start >= '{since} 22:00:00'")

    def empty(self) -> str:
        """A new time series collection."""
        name = self.new_name("trial")
        TS_HOURS.create(self.database, name)
        return name

    def write(self, frame: DataFrame, name: str, mode: str = "append", **more: str) -> None:
        """Write a frame through the connector."""
        given = connector.options(self.target, name, more)
        frame.write.format(connector.FORMAT).mode(mode).options(**given).save()

    def count(self, name: str) -> int:
        """Count the readings of a collection."""
        return sum(row["n"] for row in self.database[name].aggregate([{"$count": "n"}]))

    def kind(self, name: str) -> str:
        """Return `timeseries`, `collection`, or `none` where there is none of that name."""
        found = list(self.database.list_collections(filter={"name": name}))
        return str(found[0]["type"]) if found else "none"


Outcome = tuple[str, dict[str, int]]
Trial = Callable[[Bench], Outcome]
"""What a trial found: the outcome's code, and its values."""


def prepared(
    spark: SparkSession, database: Database[Any], target: Target, new_name: Callable[[str], str]
) -> Bench:
    """Fill both collections."""
    series, plain = (layout.create(database, new_name("lesson")) for layout in (TS_HOURS, ORDINARY))
    for one, curve in curves():
        bson_columns.insert(series, bson_columns.payload(one, curve, GENERATION))
        bson_columns.insert(plain, bson_columns.payload(one, curve))
    return Bench(
        spark, database, target, series.name, plain.name, METERS * FEW_DAYS * READINGS_A_DAY, new_name
    )


def curves() -> Iterator[tuple[Meter, Curve]]:
    """What the filled collection holds."""
    return households(METERS, DAYS)


def failure(action: Callable[[], Any]) -> str | None:
    """The message of the error that Spark raises, None without one. It may hold a URI: never show it."""
    from py4j.protocol import Py4JJavaError  # type: ignore[import-untyped]
    from pyspark.errors import PySparkException

    try:
        action()
    except (Py4JJavaError, PySparkException) as error:
        return str(error)
    return None
