"""The insert rate for the forecasts: as measured, else assumed."""

from __future__ import annotations

from statistics import median

from core.lab.fleet.outlook import RATE
from core.lab.prepared.kept import Kind
from pages.shared.visitor import Visitor
from pages.views.lab.kept import kept_of


def insert_rate(visitor: Visitor) -> float:
    """Readings per second of one connection: the slower side of inserting from columns."""
    kept = kept_of(visitor, Kind.INSERT)
    found = {one.way: one for one in kept.result} if kept else {}
    columns = found.get("columns")
    return min(median(columns.ordinary), median(columns.time_series)) if columns else RATE
