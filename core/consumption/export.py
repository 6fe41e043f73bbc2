"""Exports a chart's columns or the whole history as CSV or Parquet, with the PRM only on request."""

from __future__ import annotations

import csv
import io
from typing import Final

import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.parquet as pq  # type: ignore[import-untyped]
from numpy.typing import NDArray

from core.consumption.figures.theme import Columns
from core.model import MINUTE_MS, Curve, Flow, Meter
from core.paristime import local
from core.sources.files.tables.steps import NO_STEP, SUPPORT, Steps, row_steps
from core.texts import ENGLISH, Words

_HIDDEN: Final = "xxxxxxxxxx"
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n")
"""First characters that make a spreadsheet run a text as a formula (CWE-1236); typed names may have them."""
_FLOWS: Final = {Flow.CONSUMPTION: "Consommation", Flow.PRODUCTION: "Production"}


def enedis_csv(meter: Meter, curve: Curve, *, with_prm: bool = False) -> bytes:
    """A load curve in the layout of Enedis's `Enedis_Conso_Heure_*`: END stamps with their offset, W.

    The step is stated if there is only one. Otherwise the rows imply it: a row without value marks the start
    of a reading that does not follow another, as Enedis does for missing ones; and where a few readings have
    another step than those around them, the longer ones are written as several of the same power, so that the
    energy stays exact. Parquet holds the curve unchanged.
    """
    curve = _tellable(curve)
    out = io.StringIO()
    rows = csv.writer(out, delimiter=";", lineterminator="\r\n")
    rows.writerow(
        [
            *("Identifiant PRM", "Type de donnees", "Date de debut", "Date de fin", "Grandeur physique"),
            *("Grandeur metier", "Etape metier", "Unite", "Pas en minutes"),
        ]
    )
    first, last = (f"{local(at):%d/%m/%Y}" for at in (_start(curve), _end(curve)))
    kind = (
        "Courbe de charge",
        first,
        last,
        "Energie active",
        _FLOWS[meter.flow],
        "Comptage Brut",
        "W",
        _stated(curve) or "",
    )
    rows.writerow([meter.prm if with_prm else _HIDDEN + meter.prm[-4:], *kind])
    rows.writerow(["Horodate", "Valeur"])
    columns = (curve.start.tolist(), curve.end.tolist(), curve.watts.tolist(), _begins(curve).tolist())
    for start, end, watts, begins in zip(*columns, strict=True):
        if begins:
            rows.writerow([local(start).isoformat(), ""])
        rows.writerow([local(end).isoformat(), watts])
    return out.getvalue().encode("utf-8-sig")


def _begins(curve: Curve) -> NDArray[np.bool_]:
    """Mask of the readings that do not follow directly on another."""
    begins = np.ones(len(curve), dtype=np.bool_)
    begins[1:] = curve.start[1:] != curve.end[:-1]
    return begins


def _tellable(curve: Curve) -> Curve:
    """The curve, with readings cut where the rows of the file would not imply their lengths."""
    while True:
        told = _told(curve)
        wrong = told != curve.minutes
        if not wrong.any():
            return curve
        finest = curve.minutes.copy()
        for at in np.flatnonzero(wrong):  # neighbours get the same step, until the whole run has it
            near = slice(max(at - SUPPORT, 0), at + SUPPORT + 1)
            shorter = int(told[at]) if 0 < told[at] < curve.minutes[at] else int(curve.minutes[at])
            finest[near] = np.minimum(finest[near], shorter)
        cut = np.gcd(finest, curve.minutes)
        if bool((cut == curve.minutes).all()):
            cut = np.full(len(curve), np.gcd.reduce(curve.minutes))  # a single step can be stated
        curve = _cut(curve, cut)


def _cut(curve: Curve, minutes: NDArray[np.integer]) -> Curve:
    """Each reading as several of these minutes with the same power."""
    parts = curve.minutes // minutes
    short = np.repeat(minutes, parts).astype(np.int64)
    number = np.arange(len(short)) - np.repeat(np.cumsum(parts) - parts, parts)
    start = np.repeat(curve.start, parts) + number * short * MINUTE_MS
    return Curve.of(start, short, np.repeat(curve.watts, parts))


def _told(curve: Curve) -> Steps:
    """The lengths (minutes) that a reader infers from the rows of the file."""
    stated = _stated(curve)
    begins = _begins(curve)
    row = np.arange(len(curve)) + np.cumsum(begins)
    moments = np.zeros(int(row[-1]) + 1 if len(row) else 0, dtype=np.int32)
    moments[row] = curve.end // MINUTE_MS
    moments[row[begins] - 1] = curve.start[begins] // MINUTE_MS
    return row_steps(moments, stamped_at_end=True, stated=stated)[row]


def _stated(curve: Curve) -> int:
    """The step (minutes) to state in the file; NO_STEP if there are several."""
    steps = np.unique(curve.minutes)
    return int(steps[0]) if len(steps) == 1 else NO_STEP


def _start(curve: Curve) -> int:
    return int(curve.start[0]) if len(curve) else 0


def _end(curve: Curve) -> int:
    return int(curve.end[-1]) if len(curve) else 0


def history_parquet(meter: Meter, curve: Curve, *, with_prm: bool = False) -> bytes:
    """Parquet with columns `start` (UTC), `minutes`, `watts`; with the PRM also `prm` and `flow`."""
    columns: dict[str, pa.Array] = {
        "start": pa.array(curve.start, type=pa.timestamp("ms", tz="UTC")),
        "minutes": pa.array(curve.minutes),
        "watts": pa.array(curve.watts),
    }
    if with_prm:
        columns["prm"] = pa.array([meter.prm] * len(curve)).dictionary_encode()
        columns["flow"] = pa.array([meter.flow.value] * len(curve)).dictionary_encode()
    return _parquet(pa.table(columns))


def table_csv(columns: Columns, words: Words = ENGLISH) -> bytes:
    """A chart's data as CSV for spreadsheets of the language: UTF-8 with BOM, `;`, decimal point or comma.

    Unknown values are empty.
    """
    out = io.StringIO()
    rows = csv.writer(out, delimiter=";", lineterminator="\r\n")
    rows.writerow([_cell(name, words) for name in columns])
    values = [np.asarray(column).tolist() for column in columns.values()]
    rows.writerows([_cell(value, words) for value in row] for row in zip(*values, strict=True))
    return out.getvalue().encode("utf-8-sig")


def table_parquet(columns: Columns) -> bytes:
    """A chart's data as Parquet; unknown values are null."""
    return _parquet(pa.table({name: _array(column) for name, column in columns.items()}))


def _array(column: object) -> pa.Array:
    values = np.asarray(column)
    if values.dtype.kind == "f":
        return pa.array(values, from_pandas=True)  # NaN becomes null
    return pa.array(values.tolist() if values.dtype.kind in "OU" else values)


def _cell(value: object, words: Words) -> object:
    if isinstance(value, str):
        return f"'{value}" if value.startswith(_FORMULA) else value
    if not isinstance(value, float):
        return value
    return "" if value != value else words.typed(value)


def _parquet(table: pa.Table) -> bytes:
    out = io.BytesIO()
    pq.write_table(table, out, compression="zstd")
    return out.getvalue()
