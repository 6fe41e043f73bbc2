"""What keeps Spark from working, told on evidence. The words of Spark, Java and the driver stay out: they can
hold a URI."""

from __future__ import annotations

import re
from typing import Final

from pymongo.errors import PyMongoError

from core.errors import CourbeError, InputError, StorageError
from core.storage.mongo_errors import explain

_MARK: Final = re.compile(r"courbe-stopped:([a-z-]+):([A-Za-z0-9]*)")
_UNREACHABLE: Final = ("MongoTimeoutException", "MongoSocket", "MongoNodeIsRecovering", "MongoNotPrimary")
_LOGIN: Final = ("MongoSecurityException",)
_FORBIDDEN: Final = ("error 13 ", "Unauthorized", "not authorized")


class SparkError(CourbeError):
    """Spark: not installed, cannot start, its job failed."""


class TaskError(Exception):
    """What a task tells the driver: the code of an error, and nothing that could hold a URI."""

    @classmethod
    def of(cls, error: PyMongoError) -> TaskError:
        told = explain(error)
        return cls(f"courbe-stopped:{told.code}:{told.details.get('code', '')}")


def failed(error: Exception) -> CourbeError:
    """The cause of a job that failed, as far as there is evidence for it in what Spark says."""
    if isinstance(error, CourbeError):
        return error
    words = str(error)
    if found := _MARK.search(words):
        code, detail = found.groups()
        if code.startswith("spark-parquet"):
            return InputError(code)
        return StorageError(code, code=detail) if detail else StorageError(code)
    if any(word in words for word in _LOGIN):
        return StorageError("database-login")
    if any(word in words for word in _UNREACHABLE):
        return StorageError("storage-unreachable")
    if any(word in words for word in _FORBIDDEN):
        return StorageError("storage-forbidden")
    if "PATH_NOT_FOUND" in words or "UNABLE_TO_INFER_SCHEMA" in words:
        return InputError("spark-parquet-none")
    return SparkError("spark-failed", kind=type(error).__name__)
