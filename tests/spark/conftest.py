"""One Spark session for all tests of this folder, with the jars a user gets.

Java and pyspark are needed, as the gate installs them: without, these tests fail; they never skip.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import SecretStr
from pymongo.database import Database

from core.lab.fleet.synthetic import households
from core.model import Curve, Meter
from core.spark.cluster.session import local_master, session
from core.spark.target import Target

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


@pytest.fixture(scope="package")
def event_log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of Spark's event log."""
    return tmp_path_factory.mktemp("events")


@pytest.fixture(scope="package", autouse=True)
def quick_java() -> Iterator[None]:
    """Limit what Java and Spark compile and verify, which would take longer than these short jobs."""
    options = (
        *("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"),
        *("-XX:+UnlockDiagnosticVMOptions", "-XX:-BytecodeVerificationRemote"),
        *("-Dspark.sql.codegen.wholeStage=false", "-Dspark.sql.codegen.factoryMode=NO_CODEGEN"),
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("JAVA_TOOL_OPTIONS", " ".join(options))
        yield


@pytest.fixture(scope="package")
def spark(event_log: Path) -> Iterator[SparkSession]:
    """Two workers, with retries like those of a cluster; also a server of Spark Connect."""
    options = {
        "spark.eventLog.enabled": "true",
        "spark.eventLog.dir": event_log.as_uri(),
        "spark.sql.shuffle.partitions": "2",
        "spark.sql.adaptive.enabled": "false",
        "spark.python.task.killTimeout": "200ms",
        "spark.plugins": "org.apache.spark.sql.connect.SparkConnectPlugin",
        "spark.connect.grpc.binding.address": "127.0.0.1",
        "spark.connect.grpc.binding.port": "0",
    }
    with contextlib.ExitStack() as stack:
        with pytest.MonkeyPatch.context() as patch:
            patch.delenv("COVERAGE_PROCESS_CONFIG", raising=False)  # a worker is killed before it could save
            running = stack.enter_context(session(local_master(2), options=options))
        yield running


@pytest.fixture(scope="package")
def remote(spark: SparkSession) -> str:
    """The address at which the same Spark answers clients of Spark Connect."""
    assert spark._jvm is not None
    services = spark._jvm.org.apache.spark.sql.connect.service
    service = getattr(services, "SparkConnectService$").__getattr__("MODULE$")
    return f"sc://127.0.0.1:{service.localPort()}"


@pytest.fixture
def target(mongo_uri: str, database: Database[dict[str, Any]]) -> Target:
    """A new fleet in this test's database."""
    return Target(SecretStr(mongo_uri), database.name, "d40")


@pytest.fixture(scope="session")
def fleet() -> Callable[[int, int], dict[Meter, Curve]]:
    """The same synthetic meters, without Spark."""
    return lambda meters, days: dict(households(meters, days))
