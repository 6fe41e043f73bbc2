"""BSON documents of each layout, encoded column-wise from the same readings.

A layout without fields for the meter's constants has a small number instead: the series, one for each meter,
flow and step, as a real application would keep it in a table of meters.
"""

from __future__ import annotations

import itertools
import secrets
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any, Final

import bson
import numpy as np
from bson import ObjectId
from bson.binary import USER_DEFINED_SUBTYPE, Binary
from bson.int64 import Int64
from numpy.typing import NDArray

from core.model import Curve, Flow, Meter
from core.paristime import DAY_MS
from core.storage import bson_columns
from core.storage.bson_columns import Payload

Shape = Callable[[Meter, int, Curve], list[Payload]]
"""Makes the documents of a curve with one step; the number is its series."""
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_KEY: Final = np.dtype(
    [
        ("length", "<i4"),
        ("t1", "S1"),
        ("n1", "S2"),
        ("m", "<i4"),
        ("t2", "S1"),
        ("n2", "S2"),
        ("t", "<i8"),
        ("end", "S1"),
    ]
)
"""`{m: int32, t: date}` as BSON; NumPy fills the NUL after a name."""
_WIDE: Final = USER_DEFINED_SUBTYPE
_WATT_HOUR: Final = 60
"""Watt-minutes."""
_PROCESS: Final = secrets.token_bytes(5)


def current(meter: Meter, _series: int, curve: Curve) -> list[Payload]:
    """The documents of this application's ordinary collection."""
    return bson_columns.payload(meter, curve)


def measured(meter: Meter, _series: int, curve: Curve) -> list[Payload]:
    """The documents of this application's time series collection: constants in the metaField, no `_id`."""
    return bson_columns.payload(meter, curve, 1)


def measured_with_id(meter: Meter, _series: int, curve: Curve) -> list[Payload]:
    """As `measured`, with the `_id` that a driver adds to every dictionary."""
    constants = {"prm": meter.prm, "flow": meter.flow.value, "step": int(curve.minutes[0]), "g": 1}
    template = {"_id": ObjectId(), "start": _EPOCH, "meter": constants, "watts": 0}
    return [
        bson_columns.assemble(
            template, {"_id": _object_ids(len(curve)), "start": curve.start, "watts": curve.watts}
        )
    ]


def energy(meter: Meter, _series: int, curve: Curve) -> list[Payload]:
    """As `measured`, but in Wh instead of W if every reading is a whole number of Wh.

    The watts of a half-hour are twice that, so values get a little shorter. `meter.unit` is the number of
    watt-minutes that a value counts: 60, or the step if some value is no whole watt-hour and watts are kept.
    """
    step = int(curve.minutes[0])
    worth = curve.watts.astype(np.int64) * step
    unit = _WATT_HOUR if not np.any(worth % _WATT_HOUR) else step
    constants = {"prm": meter.prm, "flow": meter.flow.value, "step": step, "g": 1, "unit": unit}
    template = {"start": _EPOCH, "meter": constants, "energy": 0}
    values = (worth // unit).astype(np.int32)
    return [bson_columns.assemble(template, {"start": curve.start, "energy": values})]


def first_demo(meter: Meter, _series: int, curve: Curve) -> list[Payload]:
    """The documents of the first demo: constants repeated in every reading; the server adds `_id`."""
    return [bson_columns.assemble(_first_fields(meter, curve), {"date": curve.start, "value": curve.watts})]


def first_demo_with_id(meter: Meter, _series: int, curve: Curve) -> list[Payload]:
    """As `first_demo`, with the driver's `_id`, as they would go into a time series collection."""
    columns = {"_id": _object_ids(len(curve)), "date": curve.start, "value": curve.watts}
    return [bson_columns.assemble({"_id": ObjectId()} | _first_fields(meter, curve), columns)]


def _first_fields(meter: Meter, curve: Curve) -> dict[str, Any]:
    # the first demo had consumption only: production becomes another meter with a PRM of the same length
    prm = meter.prm if meter.flow is Flow.CONSUMPTION else "P" + meter.prm[1:]
    return {
        "prm": prm,
        "date": _EPOCH,
        "value": 0,
        "interval_length": f"PT{int(curve.minutes[0])}M",
        "measure_type": "B",
        "unit": "W",
    }


def lean(_meter: Meter, series: int, curve: Curve) -> list[Payload]:
    """`{m, t, v}` with the server's ObjectId."""
    template = {"m": series, "t": _EPOCH, "v": 0}
    return [bson_columns.assemble(template, {"t": curve.start, "v": curve.watts})]


def natural(_meter: Meter, series: int, curve: Curve) -> list[Payload]:
    """`{_id: {m, t}, v}`: the key identifies the reading, so one index is enough."""
    template = {"_id": {"m": series, "t": _EPOCH}, "v": 0}
    return [bson_columns.assemble(template, {"_id": _keys(series, curve.start), "v": curve.watts})]


def numbered(_meter: Meter, series: int, curve: Curve) -> list[Payload]:
    """`{_id: int64, v}`: series and minute packed into one number."""
    template = {"_id": Int64(0), "v": 0}
    identity = (np.int64(series) << np.int64(32)) + curve.start // 60_000
    return [bson_columns.assemble(template, {"_id": identity, "v": curve.watts})]


def daily(_meter: Meter, series: int, curve: Curve) -> list[Payload]:
    """`{_id: {m, t}, v: [watts]}`: one document per UTC day, days of the same length together."""
    return [_daily(series, starts, rows) for starts, rows in _by_day(curve)]


def _daily(series: int, starts: NDArray[np.int64], rows: NDArray[np.int32]) -> Payload:
    width = rows.shape[1]
    template = {"_id": {"m": series, "t": _EPOCH}, "v": [0] * width}
    blank = np.frombuffer(_encoded_array(width), dtype=np.uint8)
    arrays = np.tile(blank, (len(rows), 1))
    for position, at in enumerate(_array_offsets(width)):
        arrays[:, at : at + 4] = np.ascontiguousarray(rows[:, position], "<i4").view(np.uint8).reshape(-1, 4)
    packed = np.ascontiguousarray(arrays).view(f"V{len(blank)}").ravel()
    return bson_columns.assemble(template, {"_id": _keys(series, starts), "v": packed})


def monthly(_meter: Meter, series: int, curve: Curve) -> list[Payload]:
    """`{_id: {m, t}, v: binary}`: one document per 30 days, values packed as 16-bit numbers.

    A month that needs them has 32-bit numbers, marked by its binary subtype. The server cannot read the
    values.
    """
    month = curve.start // (30 * DAY_MS)
    edges = [0, *(np.nonzero(np.diff(month))[0] + 1).tolist(), len(curve)]
    payloads = []
    for first, end in itertools.pairwise(edges):
        watts = curve.watts[first:end]
        narrow = 0 <= int(watts.min()) <= int(watts.max()) < 1 << 16
        values = (
            Binary(watts.astype("<u2").tobytes()) if narrow else Binary(watts.astype("<i4").tobytes(), _WIDE)
        )
        template = {"_id": {"m": series, "t": _EPOCH}, "v": values}
        payloads.append(
            bson_columns.assemble(template, {"_id": _keys(series, curve.start[first : first + 1])})
        )
    return payloads


def _by_day(curve: Curve) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int32]]]:
    """Days with the same number of readings together: their first moments, and watts by day."""
    starts = np.concatenate([[0], np.nonzero(np.diff(curve.start // DAY_MS))[0] + 1])
    lengths = np.diff(np.append(starts, len(curve)))
    for width in np.unique(lengths):
        firsts = starts[lengths == width]
        yield curve.start[firsts], curve.watts[firsts[:, None] + np.arange(width)]


def _encoded_array(width: int) -> bytes:
    return bson.encode({str(i): 0 for i in range(width)})


def _array_offsets(width: int) -> list[int]:
    """Offset of each int32 of a BSON array, whose keys are positions as text."""
    offsets, at = [], 4
    for position in range(width):
        at += 1 + len(str(position)) + 1
        offsets.append(at)
        at += 4
    return offsets


def _keys(series: int, start: NDArray[np.int64]) -> NDArray[Any]:
    keys = np.zeros(len(start), dtype=_KEY)
    keys["length"], keys["m"], keys["t"] = _KEY.itemsize, series, start
    keys["t1"], keys["n1"], keys["t2"], keys["n2"] = b"\x10", b"m", b"\x09", b"t"
    return keys.view(f"V{_KEY.itemsize}")


def _object_ids(length: int) -> NDArray[Any]:
    """Identifiers as a driver makes them: seconds, process, counter."""
    ids = np.zeros((length, 12), dtype=np.uint8)
    ids[:, :4] = np.frombuffer(int(datetime.now(UTC).timestamp()).to_bytes(4, "big"), dtype=np.uint8)
    ids[:, 4:9] = np.frombuffer(_PROCESS, dtype=np.uint8)
    numbers = (np.arange(length) + secrets.randbelow(1 << 24)).astype(">u4")
    ids[:, 9:] = numbers.view(np.uint8).reshape(-1, 4)[:, 1:]
    return ids.view("V12").ravel()


def unpacked(values: bytes) -> NDArray[np.int64]:
    """The watts of one document of `monthly`."""
    wide = isinstance(values, Binary) and values.subtype == _WIDE
    return np.frombuffer(values, dtype="<i4" if wide else "<u2").astype(np.int64)
