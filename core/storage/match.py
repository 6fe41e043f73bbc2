"""Query conditions for the readings of a meter, in collections and in buckets.

They are spelled out here only: their fields are those of the metaField and of the indexes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bson.int64 import Int64

from core.model import Flow, Meter


def readings(meter: Meter, generation: int | None = None) -> dict[str, Any]:
    """The readings of a meter; with `generation`, those of one generation of the time series collection."""
    condition: dict[str, Any] = {"meter.prm": meter.prm, "meter.flow": meter.flow.value}
    return condition if generation is None else condition | {"meter.g": generation}


def of_generations(meter: Meter, numbers: Sequence[int]) -> dict[str, Any]:
    """The readings of a meter in any of these generations."""
    return readings(meter) | {"meter.g": {"$in": list(numbers)}}


def any_of(meters: Sequence[Meter]) -> dict[str, Any]:
    """The readings of any of these meters."""
    return {"$or": [readings(meter) for meter in meters]}


def between(meters: Sequence[Meter]) -> dict[str, Any]:
    """The readings of all meters from the lowest PRM to the highest, in both flows; uses the index."""
    prms = [meter.prm for meter in meters]
    return {"meter.prm": {"$gte": min(prms), "$lte": max(prms)}}


def published(generations: Mapping[Meter, int]) -> dict[str, Any]:
    """The readings of exactly one generation of each meter, by metaField alone."""
    together: dict[tuple[int, Flow], list[str]] = {}
    for meter, number in generations.items():
        together.setdefault((number, meter.flow), []).append(meter.prm)
    clauses = [
        {"meter.prm": {"$in": prms}, "meter.flow": flow.value, "meter.g": Int64(number)}
        for (number, flow), prms in together.items()
    ]
    return between(list(generations)) | {"$or": clauses}


def buckets(meter: Meter) -> dict[str, Any]:
    """The buckets of a meter, of every generation; in buckets the metaField is called `meta`."""
    return {"meta.prm": meter.prm, "meta.flow": meter.flow.value}


def meter_of(fields: Mapping[str, Any]) -> Meter | None:
    """The meter with these `prm` and `flow`; None if they are not valid."""
    prm, flow = fields.get("prm"), fields.get("flow")
    if not isinstance(prm, str) or flow not in set(Flow):
        return None
    try:
        return Meter(prm, Flow(flow))
    except ValueError:
        return None
