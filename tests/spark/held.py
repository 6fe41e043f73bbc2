"""The contents of a fleet on the server, read without core.spark."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pymongo.collection import Collection

from core.model import Curve, Flow, Meter
from core.spark.target import Opened
from core.storage import bson_columns

Contents = dict[Meter, Curve]


def ordinary(fleet: Opened) -> Contents:
    """Every meter of the ordinary collection."""
    return _curves(fleet.ordinary, {})


def series(fleet: Opened) -> Contents:
    """Every meter of the time series collection, of all generations, so that leftovers would overlap."""
    return _curves(fleet.series, {})


def exact(fleet: Opened, expected: Mapping[Meter, Curve]) -> bool:
    """Whether both collections hold exactly the readings of these meters."""
    return ordinary(fleet) == series(fleet) == dict(expected)


def _curves(collection: Collection[Any], query: dict[str, Any]) -> Contents:
    """The curves by meter. ValueError if readings overlap, as doubled ones do."""
    keys = collection.aggregate([{"$group": {"_id": {"prm": "$meter.prm", "flow": "$meter.flow"}}}])
    meters = sorted(Meter(row["_id"]["prm"], Flow(row["_id"]["flow"])) for row in keys)
    found = {}
    for meter in meters:
        mine = query | {"meter.prm": meter.prm, "meter.flow": meter.flow.value}
        found[meter] = bson_columns.read_columns(collection.find_raw_batches(mine, bson_columns.READING))
    return found
