"""Load profile and figures of N meters together, read through the connector.

The sum of each half-hour is computed on the server, the Paris clock in Spark. All energy is exact, in
watt-minutes. Half-hours are those of the clock: an hourly reading counts half in each of its two, shorter
ones are added up.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from threading import Event
from typing import TYPE_CHECKING, Any, Final

from bson.int64 import Int64

from core.consumption.cost.market import on_file
from core.errors import InputError
from core.model import Flow
from core.spark import connector, manifest, results
from core.spark.cluster.running import run
from core.spark.manifest import Published
from core.spark.target import Target
from core.storage.mongo_errors import explained

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

SEASONS: Final = ("winter", "spring", "summer", "autumn")
"""Seasons that begin in December, March, June and September."""
DECILES: Final = tuple(range(10, 100, 10))
NIGHT_ENDS: Final = 12
"""Slot of 06:00, at which the night ends; it begins at midnight."""
PEAK: Final = (12, 44)
"""Slots of 06:00 and 22:00; the rest is off-peak, as in Tempo and in most contracts."""
COHORTS_KWH: Final = (0, 2_000, 4_000, 6_000, 10_000, 15_000)
"""Lower bounds of the cohorts by annual energy, in kWh."""
TEMPO: Final = ("blue", "white", "red", "unknown")
FIGURES: Final = (
    *("fleet", "profile", "peak-half-hour", "peak-day", "coincidence", "hphc", "tempo", "night", "cohort"),
)
_BY_START: Final[list[Mapping[str, Any]]] = [
    {"$group": {"_id": {"start": "$start", "step": "$meter.step"}, "watts": {"$sum": "$watts"}}},
    {"$project": {"_id": 0, "start": "$_id.start", "step": "$_id.step", "watts": {"$toLong": "$watts"}}},
]
_BY_METER: Final[list[Mapping[str, Any]]] = [
    {
        "$group": {
            "_id": {"prm": "$meter.prm", "step": "$meter.step"},
            "watts": {"$sum": "$watts"},
            "peak": {"$max": "$watts"},
            "readings": {"$sum": 1},
        }
    },
    {
        "$project": {
            "_id": 0,
            "prm": "$_id.prm",
            "step": "$_id.step",
            "watts": {"$toLong": "$watts"},
            "peak": {"$toLong": "$peak"},
            "readings": {"$toLong": "$readings"},
        }
    },
]
_START_ROWS: Final = "start timestamp, step int, watts long"
_METER_ROWS: Final = "prm string, step int, watts long, peak long, readings long"


@dataclass(frozen=True, slots=True)
class Analysis:
    """Figures of a fleet as stored, see `core.spark.results`.

    `changed`: number of documents that differ from the last analysis.
    """

    documents: tuple[results.Document, ...]
    changed: int

    def one(self, figure: str) -> results.Document:
        """The document of a figure that has only one."""
        return next(one for one in self.documents if one["_id"]["figure"] == figure)

    def all(self, figure: str) -> list[results.Document]:
        """The documents of a figure."""
        return [one for one in self.documents if one["_id"]["figure"] == figure]


def analyse(
    spark: SparkSession, target: Target, meters: int, parts: int, stop: Event | None = None
) -> Analysis:
    """Profile, peaks, registers and cohorts of the first `meters` meters, stored as ordinary documents.

    Raises InputError `spark-nothing` if no meter is published, Stopped, StorageError, SparkError.
    """
    with target.open() as fleet, explained():
        every = [one for one in manifest.published(fleet).values() if one.meter.flow is Flow.CONSUMPTION]
        chosen = every[:meters]
        if not chosen:
            raise InputError("spark-nothing")
        found = run(spark, lambda: _found(spark, target, chosen, parts), stop or Event(), lambda _: None)
        made = [
            {"_id": {"fleet": target.fleet, "figure": figure, **key}, **values}
            for figure, key, values in found
        ]
        changed = results.replace(results.results(fleet.database), target.fleet, FIGURES, made)
    return Analysis(tuple(made), changed)


_Row = tuple[str, dict[str, Any], dict[str, Any]]


def _found(spark: SparkSession, target: Target, chosen: list[Published], parts: int) -> list[_Row]:
    halves = half_hours(connector.read(spark, target, chosen, parts, _BY_START, _START_ROWS))
    halves = _coloured(spark, halves).persist()
    try:
        whole = _whole(halves)
        days = whole["days"]
        rows = [*_profile(halves), *_sums(whole), _peak_day(halves)]
    finally:
        halves.unpersist()
    meters = connector.read(spark, target, chosen, parts, _BY_METER, _METER_ROWS)
    rows += _by_meter(meters, days, whole["peak"].watt_minutes)
    return rows


def half_hours(sums: DataFrame) -> DataFrame:
    """Columns `half` (UTC), `watt_minutes`; by the Paris clock `wall`, `day`, `slot` (0 to 47), `season`."""
    from pyspark.sql import functions as f

    seconds = f.unix_seconds("start")
    part = f.explode(f.sequence(f.lit(0), f.greatest(f.floor(f.col("step") / 30) - 1, f.lit(0)).cast("int")))
    pieces = sums.select("watts", "step", seconds.alias("s"), part.alias("part")).select(
        (f.floor(f.col("s") / 1800) * 1800 + f.col("part") * 1800).alias("s"),
        (f.col("watts") * f.least(f.col("step"), f.lit(30))).alias("watt_minutes"),
    )
    wall = f.from_utc_timestamp(f.timestamp_seconds("s"), "Europe/Paris")
    summed = pieces.groupBy("s").agg(f.sum("watt_minutes").alias("watt_minutes"))
    return summed.select(
        f.timestamp_seconds("s").alias("half"),
        "watt_minutes",
        wall.alias("wall"),
        f.to_date(wall).alias("day"),
    ).withColumns(
        {
            "slot": (f.hour("wall") * 2 + f.floor(f.minute("wall") / 30)).cast("int"),
            "season": f.floor(f.month("wall") % 12 / 3).cast("int"),
        }
    )


def _coloured(spark: SparkSession, halves: DataFrame) -> DataFrame:
    """Adds the colour of the Tempo day, which begins at 06:00; 3 if unknown."""
    from pyspark.sql import functions as f

    special = on_file().tempo
    days = [(day, 2) for day in special.red] + [(day, 1) for day in special.white]
    coloured = spark.createDataFrame(days, "tempo_day date, colour int")
    tempo_day = f.to_date(f.col("wall") - f.expr("INTERVAL 6 HOURS"))
    known = f.lit(False)
    for first, end in special.known:
        known = known | ((f.col("tempo_day") >= f.lit(first)) & (f.col("tempo_day") < f.lit(end)))
    joined = halves.withColumn("tempo_day", tempo_day).join(f.broadcast(coloured), "tempo_day", "left")
    colour = f.when(~known, f.lit(3)).otherwise(f.coalesce("colour", f.lit(0)))
    return joined.withColumn("colour", colour)


def _profile(halves: DataFrame) -> list[_Row]:
    """By season and half-hour: sum over all days, and deciles of the fleet's energy in one half-hour."""
    from pyspark.sql import functions as f

    deciles = [
        f.expr(f"percentile_disc({decile / 100}) WITHIN GROUP (ORDER BY watt_minutes)").alias(f"d{decile}")
        for decile in DECILES
    ]
    count, total = f.count("*").alias("n"), f.sum("watt_minutes").alias("watt_minutes")
    rows = halves.groupBy("season", "slot").agg(count, total, *deciles).orderBy("season", "slot").collect()
    return [
        (
            "profile",
            {"season": SEASONS[row.season], "slot": row.slot},
            {
                "half_hours": row.n,
                "watt_minutes": Int64(row.watt_minutes),
                "deciles": [Int64(row[f"d{decile}"]) for decile in DECILES],
            },
        )
        for row in rows
    ]


def _whole(halves: DataFrame) -> Any:
    from pyspark.sql import functions as f

    energy, slot = f.col("watt_minutes"), f.col("slot")
    peak = (slot >= PEAK[0]) & (slot < PEAK[1])

    def total(condition: Any, name: str) -> Any:
        return f.coalesce(f.sum(f.when(condition, energy)), f.lit(0)).cast("long").alias(name)

    tempo = [
        total((f.col("colour") == at) & hours, f"{colour}_{name}")
        for at, colour in enumerate(TEMPO)
        for name, hours in (("peak", peak), ("off_peak", ~peak))
    ]
    highest = f.max(f.struct("watt_minutes", (-f.unix_seconds("half")).alias("s"))).alias("peak")
    return halves.agg(
        f.count_distinct("day").alias("days"),
        f.sum(energy).alias("watt_minutes"),
        highest,
        total(peak, "hp"),
        total(~peak, "hc"),
        total(slot < NIGHT_ENDS, "night"),
        *tempo,
    ).first()


def _sums(whole: Any) -> list[_Row]:
    highest = whole["peak"]
    colours = {
        f"{colour}_{name}": Int64(whole[f"{colour}_{name}"])
        for colour in TEMPO
        for name in ("peak", "off_peak")
    }
    at = Int64(-highest.s * 1000)
    return [
        ("peak-half-hour", {}, {"start_ms": at, "watt_minutes": Int64(highest.watt_minutes)}),
        ("hphc", {}, {"peak": Int64(whole["hp"]), "off_peak": Int64(whole["hc"])}),
        ("night", {}, {"watt_minutes": Int64(whole["night"]), "of": Int64(whole["watt_minutes"])}),
        ("tempo", {}, colours),
    ]


def _peak_day(halves: DataFrame) -> _Row:
    """The day with the most energy; the earliest of equal ones."""
    from pyspark.sql import functions as f

    sums = halves.groupBy("day").agg(f.sum("watt_minutes").alias("watt_minutes"))
    row = sums.orderBy(f.desc("watt_minutes"), f.asc("day")).first()
    assert row is not None
    return ("peak-day", {}, {"day": row.day.isoformat(), "watt_minutes": Int64(row.watt_minutes)})


def _by_meter(rows: DataFrame, days: int, peak: int) -> list[_Row]:
    """Cohorts by annual energy (of 365 days), and the fleet's peak with the sum of the meters' own peaks."""
    from pyspark.sql import functions as f

    energy = f.sum(f.col("watts") * f.col("step")).alias("watt_minutes")
    meters = rows.groupBy("prm").agg(energy, f.max("peak").alias("peak"), f.sum("readings").alias("readings"))
    cohort = f.lit(0)
    for bound in COHORTS_KWH[1:]:
        cohort = cohort + f.when(f.col("watt_minutes") * 365 >= bound * 60_000 * days, 1).otherwise(0)
    grouped = meters.groupBy(cohort.alias("cohort")).agg(
        f.count("*").alias("meters"),
        *(f.sum(name).alias(name) for name in ("watt_minutes", "peak", "readings")),
    )
    found = grouped.orderBy("cohort").collect()
    every = {name: sum(row[name] for row in found) for name in ("meters", "watt_minutes", "peak", "readings")}
    whole = {name: Int64(every[name]) for name in ("meters", "readings", "watt_minutes")} | {"days": days}
    return [
        ("fleet", {}, whole),
        ("coincidence", {}, {"watt_minutes": Int64(peak), "watts_of_peaks": Int64(every["peak"])}),
        *(
            (
                "cohort",
                {"from_kwh": COHORTS_KWH[row.cohort]},
                {"meters": row.meters, "watt_minutes": Int64(row.watt_minutes)},
            )
            for row in found
        ),
    ]
