"""Collections of a fleet on a server with a login; these tests need no Spark."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from pymongo import MongoClient

from core.errors import StorageError
from core.spark.errors import TaskError, failed
from core.spark.target import Target
from core.storage.embedded import server
from core.storage.embedded.address import Transport


def test_a_user_who_may_not_create_is_told_so(tmp_path: Path) -> None:
    running = server.start(tmp_path, transport=Transport.PORT)
    try:
        with MongoClient[dict[str, Any]](running.uri.get_secret_value()) as client:
            client["fleets"].command("createUser", "reader", pwd="hunter2secret", roles=["read"])
            _, port = client.address or ("", 0)
        uri = SecretStr(f"mongodb://reader:hunter2secret@127.0.0.1:{port}/?authSource=fleets")
        with Target(uri, "fleets", "d1").open() as fleet, pytest.raises(StorageError) as caught:
            fleet.prepare()
        assert caught.value.code == "storage-forbidden"
        assert "hunter2secret" not in str(caught.value)
    finally:
        running.stop()


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("… courbe-stopped:storage-full: …", "storage-full"),
        ("com.mongodb.MongoTimeoutException: Timed out … mongodb://u:hunter2secret@h", "storage-unreachable"),
        ("com.mongodb.MongoSecurityException: Exception authenticating", "database-login"),
        ("Command failed with error 13 (Unauthorized): not authorized on x", "storage-forbidden"),
        ("courbe-stopped:spark-parquet-overlap:", "spark-parquet-overlap"),
        ("Python worker exited unexpectedly", "spark-failed"),
    ],
)
def test_what_spark_says_of_a_failure_is_told_in_our_words(words: str, code: str) -> None:
    error = failed(RuntimeError(words))
    assert error.code == code
    assert "hunter2secret" not in f"{error.happened()} {error.cure()}"


def test_a_task_tells_the_code_and_nothing_else() -> None:
    from pymongo.errors import OperationFailure

    told = TaskError.of(OperationFailure("no such thing at mongodb://u:hunter2secret@h", 51_024))
    assert "hunter2secret" not in str(told)
    error = failed(RuntimeError(f"PythonException: Traceback … {told}"))
    assert (error.code, error.details) == ("storage-refused", {"code": "51024"})
