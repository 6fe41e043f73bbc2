"""BSON assembled from columns equals that of the driver's encoder and is read back unchanged."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import bson
import numpy as np
import pytest
from hypothesis import given, settings
from pymongo.database import Database
from pymongo.errors import BulkWriteError

from core.model import Curve, Flow, Meter
from core.storage import bson_columns
from tests.curves import METER_PRM, curves, regular

METER = Meter(METER_PRM, Flow.PRODUCTION)


@given(curves())
@settings(max_examples=60)
def test_documents_are_those_of_the_drivers_encoder(curve: Curve) -> None:
    documents = sorted(
        (d for one in bson_columns.payload(METER, curve, 7) for d in bson.decode_all(one.raw)),
        key=lambda d: d["start"],
    )
    expected = [
        {
            "start": datetime.fromtimestamp(start / 1000, tz=UTC).replace(tzinfo=None),
            "meter": {"prm": METER.prm, "flow": "production", "step": step, "g": 7},
            "watts": watts,
        }
        for start, step, watts in zip(
            curve.start.tolist(), curve.minutes.tolist(), curve.watts.tolist(), strict=True
        )
    ]
    assert documents == expected
    assert [list(d) for d in documents] == [list(d) for d in expected]


def test_a_column_of_another_width_is_refused() -> None:
    with pytest.raises(ValueError, match="watts"):
        bson_columns.assemble({"watts": 0}, {"watts": np.zeros(3, np.int64)})


def test_more_than_a_batch_is_inserted_and_read_back(database: Database[Any]) -> None:
    curve = regular(days=900)
    assert (
        bson_columns.insert(database.c, bson_columns.payload(METER, curve))
        == len(curve)
        > 2 * bson_columns.BATCH
    )
    assert bson_columns.read_columns(database.c.find_raw_batches({}, bson_columns.READING)) == curve


def test_mixed_steps_read_back(database: Database[Any]) -> None:
    half, hour = regular(days=2), regular(days=4, step=60, seed=2)
    curve = Curve.of(
        np.concatenate([half.start, hour.start[48:]]),
        np.concatenate([half.minutes, hour.minutes[48:]]),
        np.concatenate([half.watts, hour.watts[48:]]),
    )
    bson_columns.insert(database.c, bson_columns.payload(METER, curve))
    assert bson_columns.read_columns(database.c.find_raw_batches({}, bson_columns.READING)) == curve


def test_documents_of_another_shape_read_back_too(database: Database[Any]) -> None:
    curve = regular()
    database.c.insert_many(
        {"watts": float(watts), "meter": {"step": 30}, "start": datetime.fromtimestamp(start / 1000, tz=UTC)}
        for start, watts in zip(curve.start.tolist(), curve.watts.tolist(), strict=True)
    )
    assert bson_columns.read_columns(database.c.find_raw_batches({}, bson_columns.READING)) == curve


def test_a_refused_document_is_an_error_without_the_prm(database: Database[Any]) -> None:
    database.c.create_index([("start", 1)], unique=True)
    payloads = bson_columns.payload(METER, regular())
    bson_columns.insert(database.c, payloads)
    with pytest.raises(BulkWriteError) as caught:
        bson_columns.insert(database.c, payloads)
    assert METER.prm not in f"{caught.value} {caught.value.details}"


def test_doubles_may_be_skipped(database: Database[Any]) -> None:
    database.c.create_index([("start", 1)], unique=True)
    day = regular()
    bson_columns.insert(database.c, bson_columns.payload(METER, day.select(slice(10, 20))))
    assert bson_columns.insert(database.c, bson_columns.payload(METER, day), skip_duplicates=True) == 38
    assert bson_columns.read_columns(database.c.find_raw_batches({}, bson_columns.READING)) == day
