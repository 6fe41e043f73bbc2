"""The report as JSON: figures, settings, raw statistics; and the comparison of two reports."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from core.errors import InputError
from core.lab.fleet.measure import Fleet
from core.lab.footprint import Footprint
from core.lab.layouts.build import LESSON_READINGS, LOAD, Built
from core.lab.layouts.catalogue import BY_CODE
from core.lab.layouts.limits import Trial
from core.lab.lower_bound import Bound
from core.lab.machine import machine
from core.lab.speed import inserts
from core.lab.speed.inserts import Inserted
from core.lab.speed.races import EQUAL, RUNS, WARM_UPS, Race
from core.storage import ordinary, time_series

FORMAT: Final = 1
KIND: Final = "courbe-laboratory-report"


@dataclass(frozen=True, slots=True)
class Findings:
    """The results of a report; those not measured are empty and left out."""

    footprint: Footprint
    bound: Bound
    layouts: Sequence[Built] = ()
    races: Sequence[Race] = ()
    inserts: Sequence[Inserted] = ()
    trials: Sequence[Trial] = ()
    fleet: Fleet | None = None
    made: datetime = field(default_factory=lambda: datetime.now(UTC))


def as_json(findings: Findings) -> dict[str, Any]:
    """The whole report as JSON values, without anything that identifies a meter or an address."""
    fleet = findings.fleet
    return {
        "kind": KIND,
        "format": FORMAT,
        "made": findings.made.isoformat(timespec="seconds"),
        "machine": machine(),
        "footprint": findings.footprint.as_json(),
        "bound": {
            "compressor": findings.bound.compressor,
            "readings": findings.bound.readings,
            "bytes_per_reading": round(findings.bound.bytes_per_reading, 4),
        },
        "layouts": [
            {"layout": one.layout, "settled": one.settled, "seconds": round(one.seconds, 2)}
            | one.usage.as_json()
            for one in findings.layouts
        ],
        "queries": {"runs": RUNS, "races": [one.as_json() for one in findings.races]},
        "inserts": [one.as_json() for one in findings.inserts],
        "trials": [one.as_json() for one in findings.trials],
        "fleet": fleet.as_json() | {"models": _models(fleet)} if fleet else None,
        "settings": settings(findings),
        "raw": _sides_raw(findings.footprint)
        | {
            "layouts": {one.layout: bare(one.usage.raw) for one in findings.layouts},
            "fleet": {str(one.meters): _sides_raw(one.footprint) for one in (fleet.sizes if fleet else ())},
        },
    }


def _sides_raw(measured: Footprint) -> dict[str, Any]:
    return {"ordinary": bare(measured.ordinary.raw), "time_series": bare(measured.time_series.raw)}


def settings(findings: Findings) -> dict[str, Any]:
    """Settings of the measurements: creation options and indexes, runs and warm-ups, batches."""
    used = [BY_CODE[one.layout] for one in findings.layouts]
    return {
        "footprint": {"time_series": time_series.OPTIONS, "ordinary_index": dict(ordinary.INDEX)},
        "layouts": {
            layout.code: {
                "created_with": bare(layout.options),
                "index": dict(layout.index or ()),
                "unique": layout.unique,
                "index_options": bare(layout.index_options),
                "order": layout.order.value,
                "checkpoints_while_loading": layout.live,
                "at_most": LESSON_READINGS if layout.lesson else None,
            }
            for layout in used
        },
        "queries": {"runs": RUNS, "warm_ups": WARM_UPS, "called_equal_below": EQUAL},
        "inserts": {"batches": inserts.BATCHES, "batch": inserts.BATCH, "write_concern": LOAD.document},
        "fleet": {"options": findings.fleet.options} if findings.fleet else None,
    }


def _models(fleet: Fleet) -> dict[str, Any] | None:
    models = fleet.models()
    return models and {
        side: {
            "fixed_bytes": round(model.fixed),
            "slope_bytes": round(model.per_reading, 4),
            "largest_residual": round(model.residual, 4),
        }
        for side, model in zip(("ordinary", "time_series"), models, strict=True)
    }


def bare(raw: Mapping[str, Any]) -> dict[str, Any]:
    """Statistics as JSON values, without the server's address and database."""
    hidden = {"host", "ns", "bucketsNs"}

    def clean(value: Any) -> Any:
        if isinstance(value, Mapping):
            return {key: clean(one) for key, one in value.items() if key not in hidden and key != "uri"}
        return value if isinstance(value, (int, float, str, bool, type(None))) else str(value)

    return {key: clean(value) for key, value in raw.items() if key not in hidden}


def compare(one: Mapping[str, Any], other: Mapping[str, Any]) -> list[tuple[str, float, float]]:
    """Figures that two reports share, in the order of the first: name, first value, second value.

    Names are paths, such as `layouts/ts-hours/bytes_per_reading`.
    """
    first, second = _numbers(one), _numbers(other)
    return [(name, first[name], second[name]) for name in first if name in second]


def read_report(raw: bytes) -> dict[str, Any]:
    """The JSON of a report. Raises InputError `report-unreadable` for anything else."""
    try:
        found = json.loads(raw)
    except (ValueError, RecursionError):  # bad UTF-8 included
        found = None
    if not isinstance(found, dict) or found.get("kind") != KIND or found.get("format") != FORMAT:
        raise InputError("report-unreadable")
    return found


_COMPARED: Final = ("bytes_per_reading", "median_ms", "ordinary_per_second", "time_series_per_second")
_NAMES: Final = ("layout", "query", "way", "trial", "meters")


def _numbers(report: Mapping[str, Any], path: str = "") -> dict[str, float]:
    found: dict[str, float] = {}
    for key, value in report.items():
        if key == "raw":
            continue
        here = f"{path}/{key}" if path else key
        if isinstance(value, Mapping):
            found |= _numbers(value, here)
        elif isinstance(value, list):
            for entry in value:
                if isinstance(entry, Mapping):
                    name = next((str(entry[name]) for name in _NAMES if name in entry), "?")
                    found |= _numbers(entry, f"{here}/{name}")
        elif key in _COMPARED and isinstance(value, (int, float)):
            found[here] = float(value)
    return found
