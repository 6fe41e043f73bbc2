"""Sources of a fleet: synthetic meters, or Parquet files as `export --parquet` writes them.

A source gives Spark a frame with one partition per task, and a function that turns the rows of a task into
curves, one whole meter after another. Both are sent to the workers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol

import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]

from core.errors import InputError
from core.lab.fleet.synthetic import Calendar, households, meter
from core.lab.footprint import Tally
from core.model import UNKNOWN_PRM, Curve, Flow, Meter
from core.paristime import DAY_MS
from core.spark.errors import TaskError

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

Curves = Callable[[Iterator[Any]], Iterator[tuple[Meter, Curve]]]
"""Turns the Arrow record batches of one task into whole meters."""


@dataclass(frozen=True, slots=True)
class Census:
    """The meters of a source, ascending, and their number of days.

    `tallies`: expected count and sum of each, if known before reading; without them a published meter counts
    as unchanged.
    """

    meters: tuple[Meter, ...]
    days: int
    readings: int
    tallies: dict[Meter, Tally] | None = None


class Source(Protocol):
    """A fleet to load."""

    @property
    def fleet(self) -> str:
        """The part of the collections' names that identifies the fleet."""

    def census(self, spark: SparkSession) -> Census:
        """The meters of the source. Raises InputError."""

    def portions(self, spark: SparkSession, units: Sequence[Sequence[Meter]]) -> tuple[DataFrame, Curves]:
        """A frame with one partition per unit, and the function by which a task reads its own."""


@dataclass(frozen=True, slots=True)
class Synthetic:
    """`meters` synthetic meters, see core.lab.fleet.synthetic, numbered from 0."""

    meters: int
    days: int

    @property
    def fleet(self) -> str:
        """The name by the number of days, as a fleet of more meters continues a smaller one."""
        return f"d{self.days}"

    def census(self, spark: SparkSession) -> Census:  # noqa: ARG002 - nothing to ask
        """All meters, without tallies."""
        each = len(Calendar.of(self.days).start)
        return Census(tuple(meter(number) for number in range(self.meters)), self.days, each * self.meters)

    def portions(self, spark: SparkSession, units: Sequence[Sequence[Meter]]) -> tuple[DataFrame, Curves]:
        """A frame of unit numbers, and the function that makes the meters of each."""
        numbers = [[int(one.prm) for one in unit] for unit in units]
        days = self.days

        def curves(batches: Iterator[Any]) -> Iterator[tuple[Meter, Curve]]:
            for batch in batches:
                for unit in batch.column(0).to_pylist():
                    for number in numbers[unit]:
                        yield from households(1, days, first=number)

        return spark.range(0, len(units), 1, len(units)), curves


_COLUMNS: Final = {"start": "timestamp", "minutes": "int", "watts": "int"}
_WIDER: Final = {"minutes": {"tinyint", "smallint", "int", "bigint"}, "watts": {"smallint", "int", "bigint"}}


@dataclass(frozen=True, slots=True)
class Parquet:
    """Files with columns `start` (UTC), `minutes`, `watts`, and optionally `prm` and `flow`.

    `meters`: at most so many, in ascending order.
    """

    path: str
    meters: int | None = None

    @property
    def fleet(self) -> str:
        """The name by a hash of the path."""
        where = self.path if "://" in self.path else str(Path(self.path).resolve())
        return f"p{blake2b(where.encode(), digest_size=5).hexdigest()}"

    def census(self, spark: SparkSession) -> Census:
        """All meters with their counts and sums. InputError `spark-parquet-none`, `spark-parquet-prm`."""
        from pyspark.sql import functions as f

        energy = f.sum(f.col("watts").cast("long") * f.col("minutes").cast("long"))
        rows = (
            self._frame(spark)
            .groupBy("prm", "flow")
            .agg(f.count("*").alias("n"), energy.alias("wm"), *self._ends(f))
            .orderBy("prm", "flow")
            .limit(self.meters or 1 << 30)
            .collect()
        )
        if not rows:
            raise InputError("spark-parquet-none")
        try:
            tallies = {Meter(row.prm, Flow(row.flow)): Tally(row.n, row.wm) for row in rows}
        except (ValueError, TypeError):
            raise InputError("spark-parquet-prm") from None
        days = (max(row.last for row in rows) - min(row.first for row in rows)) // DAY_MS + 1
        return Census(tuple(tallies), int(days), sum(one.readings for one in tallies.values()), tallies)

    @staticmethod
    def _ends(f: Any) -> tuple[Any, Any]:
        ms = f.unix_millis(f.col("start"))
        return f.min(ms).alias("first"), f.max(ms).alias("last")

    def portions(self, spark: SparkSession, units: Sequence[Sequence[Meter]]) -> tuple[DataFrame, Curves]:
        """A frame of the units' rows by meter and time, and the function that joins them to curves."""
        from pyspark.sql import functions as f

        wanted = [(one.prm, one.flow.value, at) for at, unit in enumerate(units) for one in unit]
        chosen = spark.createDataFrame(wanted, "prm string, flow string, unit int")
        frame = (
            self._frame(spark)
            .join(f.broadcast(chosen), ["prm", "flow"])
            .repartitionByRange(len(units), "unit")
            .sortWithinPartitions("prm", "flow", "start")
            .select("prm", "flow", f.unix_millis("start").alias("start"), "minutes", "watts")
        )
        return frame, _whole

    def _frame(self, spark: SparkSession) -> DataFrame:
        """The files with all five columns. InputError `spark-parquet-columns`."""
        from pyspark.sql import functions as f

        frame = spark.read.parquet(self.path)
        types = {field.name: field.dataType.simpleString() for field in frame.schema.fields}
        wrong = [
            name
            for name, kind in _COLUMNS.items()
            if types.get(name) != kind and types.get(name) not in _WIDER.get(name, ())
        ]
        if wrong or ("prm" in types) != ("flow" in types):
            raise InputError("spark-parquet-columns", names=", ".join(wrong or ["prm", "flow"]))
        if "prm" not in types:
            frame = frame.withColumns({"prm": f.lit(UNKNOWN_PRM), "flow": f.lit(Flow.CONSUMPTION.value)})
        return frame


def _whole(batches: Iterator[Any]) -> Iterator[tuple[Meter, Curve]]:
    """Rows ordered by meter and time, joined to one curve per meter."""
    held: list[Any] = []
    for batch in batches:
        table = pa.table(batch)
        names = pa.compute.binary_join_element_wise(table["prm"], table["flow"], ":")
        keys = np.asarray(names.to_pandas())
        edges = [0, *(np.nonzero(keys[1:] != keys[:-1])[0] + 1).tolist(), len(keys)]
        for first, end in pairwise(edges):
            if held and held[-1][0] != keys[first]:
                yield _curve(held)
                held = []
            held.append((keys[first], table.slice(first, end - first)))
    if held:
        yield _curve(held)


def _curve(held: list[tuple[str, Any]]) -> tuple[Meter, Curve]:
    prm, flow = held[0][0].split(":")
    table = pa.concat_tables([one for _, one in held])
    try:
        curve = Curve.of(*(table[name].to_numpy() for name in ("start", "minutes", "watts")))
    except ValueError:
        raise TaskError("courbe-stopped:spark-parquet-overlap:") from None
    return Meter(prm, Flow(flow)), curve
