"""Retries transient MongoDB errors and maps the others to StorageError; lists MongoDB's error codes."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final, TypeVar

from pymongo.errors import (
    AutoReconnect,
    ExecutionTimeout,
    NetworkTimeout,
    NotPrimaryError,
    OperationFailure,
    PyMongoError,
    ServerSelectionTimeoutError,
    WriteConcernError,
)

from core.errors import StorageError

T = TypeVar("T")
PATIENCE_SECONDS: Final = 30.0
"""Longest retry: an embedded server is back after about 1 s, a replica set elects within 12 s."""
_PASSING_CODES: Final = frozenset(
    {6, 7, 26, 43, 64, 89, 91, 112, 175, 189, 237, 262, 9001, 10107, 11600, 11602, 13435, 13436}
)
"""Host unreachable, shutting down, stepped down, write conflict and other transient errors.

26: a server that shuts down no longer knows its time series collections (no other request of ours names a
collection that does not exist). 43, 175, 237: a restart, or the drop of a collection, removed what was being
read.
"""
UNAUTHORIZED: Final = 13
LOGIN_FAILED: Final = 18
NAMESPACE_EXISTS: Final = 48
DUPLICATE_KEY: Final = 11000
ON_A_VIEW: Final = 166
"""The command works on collections only, not on views."""
ATLAS: Final = 8000
"""Atlas's own code for anything a plan forbids: space over its quota, or a command."""
FORBIDDEN: Final = frozenset({UNAUTHORIZED, ATLAS})
"""The user has no right to it, or the plan does not offer it."""
_ILLEGAL: Final = 20
UNSUPPORTED: Final = FORBIDDEN | {_ILLEGAL, 59, 115}
"""Forbidden, or unknown to the server in this state: what small Atlas plans answer to `fsync`."""
_FULL: Final = frozenset({14031, 16, 12501})
"""Out of disk space; quota exceeded (Atlas free tier)."""


def passes_by_itself(error: PyMongoError) -> bool:
    """Whether the error is transient, so that a retry can help."""
    if isinstance(error, (AutoReconnect, NotPrimaryError, NetworkTimeout, ServerSelectionTimeoutError)):
        return True
    if not isinstance(error, (OperationFailure, WriteConcernError)):
        return False
    return error.code in _PASSING_CODES or _is_numbered_by_mistake(error)


def _is_numbered_by_mistake(error: OperationFailure) -> bool:
    """Whether the driver sent a write to a server alone as it sends it to a replica set.

    PyMongo 4.20 does so if the attempt before met that server while it started. The next call does not.
    """
    said = str((error.details or {}).get("errmsg", ""))
    return error.code == _ILLEGAL and said.startswith("Transaction numbers")


def patiently(action: Callable[[], T], *, seconds: float = PATIENCE_SECONDS) -> T:
    """Run an action that is safe to repeat, and retry transient errors for up to `seconds`."""
    deadline = time.monotonic() + seconds
    pause = 0.05
    while True:
        try:
            return action()
        except PyMongoError as error:
            if not passes_by_itself(error) or time.monotonic() + pause > deadline:
                raise
        time.sleep(pause)
        pause = min(pause * 2, 1.0)


@contextmanager
def explained() -> Iterator[None]:
    """Turn any driver error into a StorageError, without the driver's text, which can contain a URI."""
    try:
        yield
    except PyMongoError as error:
        raise explain(error) from None


def explain(error: PyMongoError) -> StorageError:
    """The StorageError of a driver error; names a cause only where there is evidence for it."""
    if isinstance(error, ExecutionTimeout):
        return StorageError("storage-slow")
    if passes_by_itself(error):
        return StorageError("storage-unreachable")
    code = error.code if isinstance(error, OperationFailure) else None
    words = str(error) if code == ATLAS else ""
    if code in _FULL or "quota" in words or "already using" in words:
        return StorageError("storage-full")
    if code == LOGIN_FAILED or "bad auth" in words:
        return StorageError("database-login")
    if code in FORBIDDEN:
        return StorageError("storage-forbidden")
    return StorageError("storage-refused", code=code if code is not None else type(error).__name__)
