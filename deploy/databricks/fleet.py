# Databricks notebook source
# MAGIC %md
# MAGIC # A fleet of Linky meters: MongoDB twice, from Spark
# MAGIC Load curves go into an ordinary and into a time series collection through the official connector, are
# MAGIC read back in parallel, give the fleet's load profile, and show what each collection costs.
# MAGIC
# MAGIC Widgets: `source` is `synthetic` (made here), `parquet` (files of `python -m core export --parquet`
# MAGIC in a volume) or `mongodb` (a fleet that is loaded already). Without a secret for the address only the
# MAGIC profile of `synthetic` or `parquet` is made: so it is on compute that cannot reach MongoDB. README.md
# MAGIC beside this file says which compute, which library and which rights are needed.

# COMMAND ----------

# MAGIC %pip install --quiet pymongo==4.20.0

# COMMAND ----------

import json
from datetime import UTC, datetime
from functools import reduce

import numpy as np
import pyarrow as pa
from pymongo import MongoClient, WriteConcern
from pymongo.read_concern import ReadConcern
from pyspark.sql import functions as f

dbutils.widgets.dropdown("source", "synthetic", ["synthetic", "parquet", "mongodb"])
dbutils.widgets.text("meters", "20")
dbutils.widgets.text("days", "365")
dbutils.widgets.text("path", "/Volumes/main/default/courbe")
dbutils.widgets.text("secret_scope", "courbe")
dbutils.widgets.text("secret_key", "mongodb_uri")
dbutils.widgets.text("database", "courbe")
dbutils.widgets.text("fleet", "notebook")

SOURCE = dbutils.widgets.get("source")
METERS, DAYS = int(dbutils.widgets.get("meters")), int(dbutils.widgets.get("days"))
PATH, DATABASE = dbutils.widgets.get("path"), dbutils.widgets.get("database")
FLEET = dbutils.widgets.get("fleet")
ORDINARY, SERIES, MANIFEST = f"spark_{FLEET}", f"spark_{FLEET}_ts", f"spark_{FLEET}_manifest"
PARTS = 4  # readers at a time
spark.conf.set("spark.sql.session.timeZone", "UTC")

# COMMAND ----------

# MAGIC %md
# MAGIC ## 1. Connect
# MAGIC The address is a secret and never part of the notebook. The Java driver waits 30 s for a server that
# MAGIC does not answer, and a read concern can be set in the address only: both options are added to it.

# COMMAND ----------


def secret():
    """The address of MongoDB; None without such a secret."""
    scope, key = dbutils.widgets.get("secret_scope"), dbutils.widgets.get("secret_key")
    try:
        return dbutils.secrets.get(scope, key)
    except Exception:
        return None


def with_options(address):
    """The address with timeouts and read concern."""
    extra = "serverSelectionTimeoutMS=10000&connectTimeoutMS=10000&readConcernLevel=majority"
    if "?" in address:
        return f"{address}&{extra}"
    return f"{address}{'' if '/' in address.split('://', 1)[1] else '/'}?{extra}"


def opened():
    """The database, with writes that survive a killed server."""
    client = MongoClient(URI, serverSelectionTimeoutMS=10_000, tz_aware=True)
    return client.get_database(
        DATABASE, write_concern=WriteConcern("majority", j=True), read_concern=ReadConcern("majority")
    )


def connector(collection, **more):
    """Options of the connector for a collection."""
    return {"connection.uri": URI, "database": DATABASE, "collection": collection} | more


URI = secret()
URI = with_options(URI) if URI else None
if URI:
    print(f"MongoDB {opened().client.server_info()['version']} answers.")
elif SOURCE == "mongodb":
    raise ValueError("source=mongodb needs the secret with the address of MongoDB: see README.md.")
else:
    print("No secret with an address: nothing is written, the profile is made from the source alone.")

# COMMAND ----------

# MAGIC %md
# MAGIC ## 2. Readings
# MAGIC Columns `prm`, `flow`, `start` (UTC), `minutes`, `watts`: one row per reading, a whole meter per task.

# COMMAND ----------

HALF_HOUR = 1_800_000
LAST = int(datetime(2026, 6, 30, 22, tzinfo=UTC).timestamp() * 1000)  # midnight in Paris
READINGS = "prm string, flow string, start timestamp, minutes int, watts int"


def made(batches):
    """Synthetic households: base load, daily rhythm, winter; even watts, as a meter counts whole Wh."""
    for batch in batches:
        for number in batch.column(0).to_pylist():
            rng = np.random.default_rng([2026, number])
            start = np.arange(LAST - DAYS * 48 * HALF_HOUR, LAST, HALF_HOUR, dtype=np.int64)
            hour = start % 86_400_000 / 3_600_000
            winter = 1 + 0.6 * np.cos(2 * np.pi * (start / 86_400_000 - 20) / 365.2425)
            rhythm = 0.3 + np.exp(-(((hour - 6.5) / 1.5) ** 2)) + 1.4 * np.exp(-(((hour - 18.5) / 2) ** 2))
            noise = rng.gamma(1.6, 1 / 1.6, len(start))
            watts = 2 * np.rint(rng.lognormal(5.6, 0.5) * winter * rhythm * noise / 2)
            columns = {
                "prm": pa.array([f"{number:014d}"] * len(start)),
                "flow": pa.array(["consumption"] * len(start)),
                "start": pa.array(start * 1000, type=pa.timestamp("us", tz="UTC")),
                "minutes": pa.array(np.full(len(start), 30, dtype=np.int32)),
                "watts": pa.array(np.minimum(watts, 9_000).astype(np.int32)),
            }
            yield pa.RecordBatch.from_arrays(list(columns.values()), names=list(columns))


def exported():
    """Rows of exported files; those without a PRM belong to a meter without a number."""
    frame = spark.read.parquet(PATH)
    if "prm" not in frame.columns:
        frame = frame.withColumn("prm", f.lit("x" * 14)).withColumn("flow", f.lit("consumption"))
    kept = frame.select(
        "prm",
        "flow",
        "start",
        f.col("minutes").cast("int").alias("minutes"),
        f.col("watts").cast("int").alias("watts"),
    )
    return kept.repartition(PARTS, "prm", "flow").sortWithinPartitions("prm", "flow", "start")


if SOURCE == "synthetic":
    readings = spark.range(0, METERS, 1, PARTS).mapInArrow(made, READINGS)
elif SOURCE == "parquet":
    readings = exported()
else:
    readings = None

# COMMAND ----------

# MAGIC %md
# MAGIC ## 3. Load into both collections
# MAGIC An append to a missing collection makes an ordinary one, and an overwrite turns a time series
# MAGIC collection into an ordinary one. So both are created first, and only appended to.
# MAGIC
# MAGIC A task that Spark tries again writes a second time, and a time series collection has no unique index.
# MAGIC So every attempt writes a generation of its own into the metaField; the server counts and sums what
# MAGIC arrived; complete generations are listed in a manifest, all others are deleted.

# COMMAND ----------

WRITE = {
    "operationType": "insert",
    "ordered": "false",
    "maxBatchSize": "10000",
    "writeConcern.w": "majority",
    "writeConcern.journal": "true",
    "convertJson": "false",
}
SERIES_ROWS = "start timestamp, meter struct<prm: string, flow: string, step: int, g: bigint>, watts int"
ORDINARY_ROWS = "start timestamp, meter struct<prm: string, flow: string, step: int>, watts int"


def prepare(database):
    """Create both collections with their indexes. ValueError if the time series one is ordinary."""
    options = {"timeField": "start", "metaField": "meter", "granularity": "hours"}
    kinds = {one["name"]: one["type"] for one in database.list_collections()}
    if SERIES not in kinds:
        database.create_collection(SERIES, timeseries=options)
    elif kinds[SERIES] != "timeseries":
        raise ValueError(f"{SERIES} is an ordinary collection: drop or rename it.")
    keys = [("meter.prm", 1), ("meter.flow", 1)]
    database[SERIES].create_index([*keys, ("meter.g", 1), ("start", 1)])
    database[ORDINARY].create_index([*keys, ("start", 1)], unique=True)


def with_generation(first):
    """A function that makes documents of the time series collection; each attempt is a generation."""

    def documents(batches):
        from pyspark import TaskContext

        generation = first + TaskContext.get().taskAttemptId()
        for batch in batches:
            count = batch.num_rows
            fields = {
                "prm": batch.column("prm"),
                "flow": batch.column("flow"),
                "step": batch.column("minutes"),
                "g": pa.array(np.full(count, generation, dtype=np.int64)),
            }
            meter = pa.StructArray.from_arrays(list(fields.values()), names=list(fields))
            columns = [batch.column("start"), meter, batch.column("watts")]
            yield pa.RecordBatch.from_arrays(columns, names=["start", "meter", "watts"])

    return documents


def save(frame, collection):
    """Append a frame to a collection with the connector."""
    frame.write.format("mongodb").mode("append").options(**connector(collection, **WRITE)).save()


def counted(collection):
    """Readings and watt-minutes by meter and generation, counted by the server."""
    key = {"prm": "$meter.prm", "flow": "$meter.flow", "g": "$meter.g"}
    energy = {"$sum": {"$multiply": ["$watts", {"$toLong": "$meter.step"}]}}
    group = {"$group": {"_id": key, "n": {"$sum": 1}, "wm": energy}}
    return {
        (row["_id"]["prm"], row["_id"]["flow"], row["_id"].get("g")): (row["n"], row["wm"])
        for row in collection.aggregate([group], allowDiskUse=True)
    }


def load(database):
    """Load the meters that are not complete, and keep the others; returns the number of readings written.

    RuntimeError if a meter is still not complete.
    """
    energy = f.sum(f.col("watts").cast("long") * f.col("minutes")).alias("wm")
    sums = readings.groupBy("prm", "flow").agg(f.count("*").alias("n"), energy).collect()
    expected = {(row.prm, row.flow): (row.n, row.wm) for row in sums}
    known = {
        (row["prm"], row["flow"]): (row["readings"], row["watt_minutes"]) for row in database[MANIFEST].find()
    }
    left = [meter for meter, tally in expected.items() if known.get(meter) != tally]
    if left:
        some = {"$or": [{"meter.prm": prm, "meter.flow": flow} for prm, flow in left]}
        database[ORDINARY].delete_many(some)
        wanted = f.concat("prm", f.lit(":"), "flow").isin([":".join(meter) for meter in left])
        frame = readings.filter(wanted)
        fields = [f.col("prm"), f.col("flow"), f.col("minutes").alias("step")]
        save(frame.select("start", f.struct(*fields).alias("meter"), "watts"), ORDINARY)
        used = database[SERIES].aggregate([{"$group": {"_id": None, "g": {"$max": "$meter.g"}}}])
        first = (max([row["g"] or 0 for row in used], default=0) // 2**24 + 1) * 2**24
        save(frame.mapInArrow(with_generation(first), SERIES_ROWS), SERIES)
    ordinary = {meter[:2]: tally for meter, tally in counted(database[ORDINARY]).items()}
    for (prm, flow, generation), tally in sorted(counted(database[SERIES]).items()):
        if (prm, flow) in left and tally == expected[prm, flow] == ordinary.get((prm, flow)):
            values = {
                "prm": prm,
                "flow": flow,
                "g": generation,
                "readings": tally[0],
                "watt_minutes": tally[1],
            }
            database[MANIFEST].replace_one({"_id": f"{prm}:{flow}"}, values, upsert=True)
    published = {(row["prm"], row["flow"], row["g"]) for row in database[MANIFEST].find()}
    for prm, flow, generation in counted(database[SERIES]).keys() - published:
        one = {"meter.prm": prm, "meter.flow": flow, "meter.g": generation}
        database[SERIES].delete_many(one)  # by metaField only, as MongoDB 6.0 requires
    if {meter[:2] for meter in published} < expected.keys():
        raise RuntimeError("Some meters are not whole on the server; run this cell again.")
    return sum(expected[meter][0] for meter in left)


if URI and readings is not None:
    prepare(opened())
    written = load(opened())
    stand = opened()[MANIFEST].count_documents({})
    print(f"{written} readings written to each collection; {stand} meters stand.")

# COMMAND ----------

# MAGIC %md
# MAGIC ## 4. Read with the connector
# MAGIC Its partitioners make one partition of a time series collection: `$collStats` has no count there. So
# MAGIC it is read as a union of readers, each with a `$match` on meters and their published generations, and
# MAGIC each half-hour's sum is made on the server.

# COMMAND ----------

GROUP = [
    {"$group": {"_id": {"start": "$start", "step": "$meter.step"}, "watts": {"$sum": "$watts"}}},
    {"$project": {"_id": 0, "start": "$_id.start", "step": "$_id.step", "watts": {"$toLong": "$watts"}}},
]
SINGLE = "com.mongodb.spark.sql.connector.read.partitioner.SinglePartitionPartitioner"


def matching(rows):
    """The condition on the published generations of these meters."""
    clauses = [
        {"meter.prm": row["prm"], "meter.flow": row["flow"], "meter.g": {"$numberLong": str(row["g"])}}
        for row in rows
    ]
    prms = [row["prm"] for row in rows]
    return {"meter.prm": {"$gte": min(prms), "$lte": max(prms)}, "$or": clauses}


def reader(rows):
    """A frame with the sum of each half-hour of these meters."""
    pipeline = json.dumps([{"$match": matching(rows)}, *GROUP])
    more = {"aggregation.pipeline": pipeline, "aggregation.allowDiskUse": "true", "partitioner": SINGLE}
    schema = "start timestamp, step int, watts long"
    return spark.read.format("mongodb").schema(schema).options(**connector(SERIES, **more)).load()


if URI:
    rows = list(opened()[MANIFEST].find({"flow": "consumption"}).sort("_id", 1))
    if not rows:
        raise ValueError(f"The fleet {FLEET} is not loaded yet: choose source synthetic or parquet first.")
    size = -(-len(rows) // PARTS)
    frames = [reader(rows[at : at + size]) for at in range(0, len(rows), size)]
    sums = reduce(lambda one, other: one.unionAll(other), frames)
else:
    chosen = readings.filter("flow = 'consumption'")
    total = f.sum(f.col("watts").cast("long")).alias("watts")
    sums = chosen.groupBy("start", f.col("minutes").alias("step")).agg(total)

# COMMAND ----------

# MAGIC %md
# MAGIC ## 5. The fleet's load profile
# MAGIC Half-hours of the Paris clock. Energy is watts x minutes, an integer, until it is shown.

# COMMAND ----------

wall = f.from_utc_timestamp("start", "Europe/Paris")
halves = (
    sums.withColumn("energy", f.col("watts") * f.col("step"))
    .withColumn("slot", (f.hour(wall) * 2 + f.floor(f.minute(wall) / 30)).cast("int"))
    .groupBy("start", "slot")
    .agg(f.sum("energy").alias("energy"))
)
profile = (
    halves.groupBy("slot")
    .agg(f.sum("energy").alias("watt_minutes"), f.max("energy").alias("most"))
    .orderBy("slot")
    .collect()
)
energy = sum(row.watt_minutes for row in profile)
peak = max(row.most for row in profile)
print(f"Energy {energy / 60_000:.1f} kWh; highest half-hour {peak / 30_000:.2f} kW.")
display(
    spark.createDataFrame(
        [(row.slot / 2, row.watt_minutes / 60_000) for row in profile], "hour double, kWh double"
    )
)

# COMMAND ----------

# MAGIC %md
# MAGIC ## 6. Footprint side by side
# MAGIC Sizes are final after a checkpoint: forced if the user may, else the server's within a minute.

# COMMAND ----------


def sizes(database, collection):
    """Bytes of data, storage and indexes of a collection."""
    stats = next(iter(database[collection].aggregate([{"$collStats": {"storageStats": {}}}])))["storageStats"]
    return stats["size"], stats["storageSize"], stats["totalIndexSize"]


if URI:
    database = opened()
    try:
        database.client.admin.command("fsync")
        print("Settled: a checkpoint was taken.")
    except Exception:
        print("Not settled: this user may not force a checkpoint; run this cell again in a minute.")
    count = sum(row["readings"] for row in database[MANIFEST].find())
    footprint = {}
    for name, collection in (("ordinary", ORDINARY), ("time series", SERIES)):
        data, storage, indexes = sizes(database, collection)
        footprint[name] = storage + indexes
        each = f"{(storage + indexes) / count:.2f} bytes a reading"
        print(f"{name}: data {data}, storage {storage}, indexes {indexes} bytes: {each}")
    if count < 100_000:
        print("Fewer than 100,000 readings: the fixed cost of files weighs in, a ratio says little.")
