"""The two JSON layouts of Enedis, v2 (`grandeur`) and the legacy v5 (`interval_reading`), as one series."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from core.errors import SourceError
from core.model import Flow
from core.sources.masking import shown
from core.sources.refusals import FLOWS_BY_NAME


@dataclass(frozen=True, slots=True)
class Series:
    """One series of either format: meter, unit and the rows as received."""

    prm: str
    flow: Flow | None
    unit: str
    power: bool
    stamps: list[Any]
    values: list[Any]
    steps: list[Any]
    v2: bool
    period: tuple[date | None, date | None] = (None, None)
    """The days that the answer says it covers."""

    def row(self, at: int) -> str:
        """A row as an example of what was refused."""
        value = "null" if self.values[at] is None else self.values[at]
        return shown(f"{self.stamps[at]}: {value}, {self.steps[at]}")


def flows_of(document: Mapping[str, Any]) -> tuple[Flow, ...]:
    """The flows named by a v2 answer; none for v5, which names none, and for anything else."""
    offered = document.get("grandeur") if isinstance(document, Mapping) else None
    if not isinstance(offered, list):
        return ()
    named = [one.get("grandeurMetier") for one in offered if isinstance(one, dict)]
    return tuple(flow for word, flow in FLOWS_BY_NAME.items() if word in named)


def series_of(document: Mapping[str, Any], flow: Flow | None) -> Series:
    """The series of this flow in an answer; SourceError `api-answer-unknown`, `api-no-data`."""
    if not isinstance(document, Mapping):
        raise SourceError("api-answer-unknown")
    legacy = document.get("meter_reading", document)
    try:
        if "grandeur" in document or "idPrm" in document:
            return _v2(document, flow)
        if isinstance(legacy, Mapping) and "interval_reading" in legacy:
            return _v5(legacy)
    except (KeyError, TypeError, AttributeError, IndexError):
        pass
    raise SourceError("api-answer-unknown")


def _v2(document: Mapping[str, Any], flow: Flow | None) -> Series:
    series = document.get("grandeur") or []
    offered = [one for one in series if flow in (None, FLOWS_BY_NAME.get(one["grandeurMetier"]))]
    if "idPrm" in document and (not offered or "points" not in offered[0]):
        raise SourceError("api-no-data")
    chosen = offered[0]
    points = chosen["points"] or []
    usual = document.get("pas")
    return Series(
        prm=str(document["idPrm"]),
        flow=FLOWS_BY_NAME[chosen["grandeurMetier"]],
        unit=shown(str(chosen["unite"])),
        power=chosen["grandeurPhysique"] == "PA",
        stamps=[point["d"] for point in points],
        values=[point["v"] for point in points],
        steps=[point.get("p", usual) for point in points],
        v2=True,
        period=_period(document.get("periode")),
    )


def _period(stated: object) -> tuple[date | None, date | None]:
    if not isinstance(stated, Mapping):
        return None, None
    return _day(stated.get("dateDebut")), _day(stated.get("dateFin"))


def _day(written: object) -> date | None:
    try:
        return date.fromisoformat(str(written)[:10])
    except ValueError:
        return None


def _v5(document: Mapping[str, Any]) -> Series:
    points = document["interval_reading"] or []
    kind = document["reading_type"]
    usual = kind.get("interval_length")
    return Series(
        prm=str(document["usage_point_id"]),
        flow=None,
        unit=shown(str(kind["unit"])),
        power=kind.get("measurement_kind", "power") == "power"
        and kind.get("aggregate", "average") == "average",
        stamps=[point["date"] for point in points],
        values=[point["value"] for point in points],
        steps=[point.get("interval_length", usual) for point in points],
        v2=False,
    )
