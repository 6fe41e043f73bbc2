"""Driver errors become errors that a person can act on, without the driver's text."""

from __future__ import annotations

from typing import Any

import pytest
from pymongo.database import Database
from pymongo.errors import (
    AutoReconnect,
    ExecutionTimeout,
    OperationFailure,
    PyMongoError,
    ServerSelectionTimeoutError,
)

from core.errors import StorageError
from core.storage.mongo_errors import explained, patiently


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (ServerSelectionTimeoutError("mongodb://user:secret@host"), "storage-unreachable"),
        (OperationFailure("stepped down", 189), "storage-unreachable"),
        (OperationFailure("no time-series buckets collection for write", 26), "storage-unreachable"),
        (OperationFailure("write", 20, {"errmsg": "Transaction numbers are only"}), "storage-unreachable"),
        (OperationFailure("write", 20, {"errmsg": "Cannot perform an upsert"}), "storage-refused"),
        (OperationFailure("write", 20), "storage-refused"),
        (ExecutionTimeout("slow", 50), "storage-slow"),
        (OperationFailure("not authorized: secret", 13), "storage-forbidden"),
        (OperationFailure("you are over your space quota", 8000), "storage-full"),
        (OperationFailure("cannot create a new collection -- already using 500", 8000), "storage-full"),
        (OperationFailure("command not allowed", 8000), "storage-forbidden"),
        (OperationFailure("bad auth : authentication failed", 8000), "database-login"),
        (OperationFailure("Authentication failed.", 18), "database-login"),
        (OperationFailure("No space left on device", 14031), "storage-full"),
        (OperationFailure("bad", 9), "storage-refused"),
        (PyMongoError("secret"), "storage-refused"),
    ],
)
def test_each_cause_has_its_error(error: PyMongoError, code: str) -> None:
    with pytest.raises(StorageError) as caught, explained():
        raise error
    assert caught.value.code == code
    assert "secret" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_what_passes_is_tried_again() -> None:
    outcomes = [AutoReconnect("gone"), OperationFailure("not primary", 10107), None]

    def act() -> str:
        outcome = outcomes.pop(0)
        if outcome:
            raise outcome
        return "done"

    assert patiently(act) == "done"


def test_what_was_being_read_when_its_cursor_went_is_read_anew(database: Database[dict[str, Any]]) -> None:
    """After a restart, the server no longer knows the cursor."""
    rows = database.get_collection("rows")
    rows.insert_many([{"value": value} for value in range(10)])
    attempts: list[int] = []

    def read() -> int:
        attempts.append(1)
        with rows.find(batch_size=2) as cursor:
            first = [next(cursor)]
            if len(attempts) == 1:
                database.command("killCursors", rows.name, cursors=[cursor.cursor_id])
            return len([*first, *cursor])

    assert patiently(read) == 10
    assert len(attempts) == 2


def test_patience_ends() -> None:
    def act() -> None:
        raise AutoReconnect("gone")

    with pytest.raises(AutoReconnect):
        patiently(act, seconds=0)


def test_what_stays_is_not_tried_again() -> None:
    attempts: list[int] = []

    def act() -> None:
        attempts.append(1)
        raise OperationFailure("bad", 9)

    with pytest.raises(OperationFailure):
        patiently(act)
    assert attempts == [1]
