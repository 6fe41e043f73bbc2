"""Driver errors become errors a person can act on, without the driver's words."""

from __future__ import annotations

import pytest
from pymongo.errors import (
    AutoReconnect,
    ExecutionTimeout,
    OperationFailure,
    PyMongoError,
    ServerSelectionTimeoutError,
)

from core.errors import StorageError
from core.storage.faults import explained, patiently


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (ServerSelectionTimeoutError("mongodb://user:secret@host"), "storage-unreachable"),
        (OperationFailure("stepped down", 189), "storage-unreachable"),
        (ExecutionTimeout("slow", 50), "storage-slow"),
        (OperationFailure("not authorized: secret", 13), "storage-forbidden"),
        (OperationFailure("you are over your space quota", 8000), "storage-full"),
        (OperationFailure("command not allowed", 8000), "storage-forbidden"),
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
