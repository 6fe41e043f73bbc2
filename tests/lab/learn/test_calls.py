"""Calls as text for mongosh and as a program, with values in the notation of each."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from bson.binary import Binary
from bson.int64 import Int64

from core.lab.learn.calls import Call, mongosh, python

MOMENT = datetime(2026, 1, 2, 3, 30, tzinfo=UTC)


def test_values_are_written_as_each_dialect_does() -> None:
    calls = [Call("x", "insertMany", [[{"_id": Int64(5), "t": MOMENT, "b": Binary(b"\x01"), "ok": True}]])]
    shell = mongosh(calls)
    assert '_id: NumberLong("5")' in shell
    assert 't: ISODate("2026-01-02T03:30:00Z")' in shell
    assert 'b: BinData(0, "AQ==")' in shell
    assert "ok: true" in shell
    program = python(calls)
    assert "Int64(5)" in program
    assert "datetime(2026, 1, 2, 3, 30, tzinfo=UTC)" in program
    assert "from bson.int64 import Int64" in program
    compile(program, "program", "exec")


def test_keys_that_are_no_names_are_quoted() -> None:
    assert '"meter.prm": 1' in mongosh([Call("x", "createIndex", [{"meter.prm": 1}], {"unique": True})])
    assert 'create_index([["meter.prm", 1]], unique=True)' in python(
        [Call("x", "createIndex", [{"meter.prm": 1}], {"unique": True})]
    )


def test_what_cannot_be_written_is_refused() -> None:
    with pytest.raises(TypeError):
        mongosh([Call("x", "insertOne", [{"a": object()}])])
