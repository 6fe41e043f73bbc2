"""Maps failures of Spark to errors, without messages of Spark, Java or the driver, which may hold a URI."""

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
    """Spark is not installed, cannot start, or its job failed."""


class TaskError(Exception):
    """Error of a task for the driver: an error code, and nothing that could hold a URI."""

    @classmethod
    def of(cls, error: PyMongoError) -> TaskError:
        """The error of a task for a PyMongo error."""
        told = explain(error)
        return cls(f"courbe-stopped:{told.code}:{told.details.get('code', '')}")


def failed(error: Exception) -> CourbeError:
    """The cause of a failed job, as far as Spark's message shows it."""
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
