"""Taking data away: a chart's columns or the whole history, as CSV or Parquet. The PRM only when asked."""

from __future__ import annotations

import csv
import io
from typing import Final

import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.parquet as pq  # type: ignore[import-untyped]

from core.consumption.figures.theme import Columns
from core.model import Curve, Flow, Meter
from core.paristime import local

_HIDDEN: Final = "xxxxxxxxxx"
_FLOWS: Final = {Flow.CONSUMPTION: "Consommation", Flow.PRODUCTION: "Production"}


def enedis_csv(meter: Meter, curve: Curve, *, with_prm: bool = False) -> bytes:
    """A load curve in the layout of Enedis's `Enedis_Conso_Heure_*`: END stamps with their offset, W.

    In this layout the step of a row is its distance to the row before. So before a reading that does not
    follow another of the file, a row without value marks where it starts, as Enedis does for missing ones.
    A lone reading of another step cannot be told in this layout; Parquet holds it.
    """
    out = io.StringIO()
    rows = csv.writer(out, delimiter=";", lineterminator="\r\n")
    rows.writerow(
        [
            *("Identifiant PRM", "Type de donnees", "Date de debut", "Date de fin", "Grandeur physique"),
            *("Grandeur metier", "Etape metier", "Unite", "Pas en minutes"),
        ]
    )
    first, last = (f"{local(at):%d/%m/%Y}" for at in (_start(curve), _end(curve)))
    kind = ("Courbe de charge", first, last, "Energie active", _FLOWS[meter.flow], "Comptage Brut", "W", "")
    rows.writerow([meter.prm if with_prm else _HIDDEN + meter.prm[-4:], *kind])
    rows.writerow(["Horodate", "Valeur"])
    follows = (
        np.append(False, curve.start[1:] == curve.end[:-1]) if len(curve) else np.zeros(0, dtype=np.bool_)
    )
    columns = (curve.start.tolist(), curve.end.tolist(), curve.watts.tolist(), follows.tolist())
    for start, end, watts, joined in zip(*columns, strict=True):
        if not joined:
            rows.writerow([local(start).isoformat(), ""])
        rows.writerow([local(end).isoformat(), watts])
    return out.getvalue().encode("utf-8-sig")


def _start(curve: Curve) -> int:
    return int(curve.start[0]) if len(curve) else 0


def _end(curve: Curve) -> int:
    return int(curve.end[-1]) if len(curve) else 0


def history_parquet(meter: Meter, curve: Curve, *, with_prm: bool = False) -> bytes:
    """Columns `start` (UTC), `minutes`, `watts`; with the PRM also `prm` and `flow`."""
    columns: dict[str, pa.Array] = {
        "start": pa.array(curve.start, type=pa.timestamp("ms", tz="UTC")),
        "minutes": pa.array(curve.minutes),
        "watts": pa.array(curve.watts),
    }
    if with_prm:
        columns["prm"] = pa.array([meter.prm] * len(curve)).dictionary_encode()
        columns["flow"] = pa.array([meter.flow.value] * len(curve)).dictionary_encode()
    return _parquet(pa.table(columns))


def table_csv(columns: Columns) -> bytes:
    """A chart's data: UTF-8 with BOM, `;`, decimal point, empty where nothing is known."""
    out = io.StringIO()
    rows = csv.writer(out, delimiter=";", lineterminator="\r\n")
    rows.writerow(columns)
    values = [np.asarray(column).tolist() for column in columns.values()]
    rows.writerows([_cell(value) for value in row] for row in zip(*values, strict=True))
    return out.getvalue().encode("utf-8-sig")


def table_parquet(columns: Columns) -> bytes:
    """The same as Parquet."""
    return _parquet(pa.table({name: _array(column) for name, column in columns.items()}))


def _array(column: object) -> pa.Array:
    values = np.asarray(column)
    if values.dtype.kind == "f":
        return pa.array(values, from_pandas=True)  # NaN becomes null
    return pa.array(values.tolist() if values.dtype.kind in "OU" else values)


def _cell(value: object) -> object:
    return "" if isinstance(value, float) and value != value else value


def _parquet(table: pa.Table) -> bytes:
    out = io.BytesIO()
    pq.write_table(table, out, compression="zstd")
    return out.getvalue()
