"""The condition that finds the readings of a meter, in collections and in buckets.

Nobody else spells it out: the fields are those of the metaField and of the indexes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.model import Flow, Meter


def readings(meter: Meter, generation: int | None = None) -> dict[str, Any]:
    """The readings of a meter; in the time series collection of one generation, where it is named."""
    condition: dict[str, Any] = {"meter.prm": meter.prm, "meter.flow": meter.flow.value}
    return condition if generation is None else condition | {"meter.g": generation}


def buckets(meter: Meter) -> dict[str, Any]:
    """The buckets of a meter, of every generation: there the metaField is called `meta`."""
    return {"meta.prm": meter.prm, "meta.flow": meter.flow.value}


def meter_of(fields: Mapping[str, Any]) -> Meter | None:
    """The meter of `prm` and `flow`; None of what is no meter of ours."""
    prm, flow = fields.get("prm"), fields.get("flow")
    if not isinstance(prm, str) or flow not in set(Flow):
        return None
    try:
        return Meter(prm, Flow(flow))
    except ValueError:
        return None
