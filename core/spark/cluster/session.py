"""Starts a Spark session: Java found, jars checked, times in UTC, no address or secret in logs."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import sys
import tempfile
import threading
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

from core.spark.cluster.jars import resolve
from core.spark.cluster.java import java
from core.spark.errors import SparkError, failed

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

_ROOT: Final = Path(__file__).resolve().parents[3]
_LOCAL: Final = re.compile(r"local(\[|-cluster\[|$)")
_DAEMON: Final = "core.spark.cluster.daemon"
_LOG: Final = Path(__file__).parent / "log4j2.properties"
_HIDDEN: Final = r"mongodb(\+srv)?://[^\s,\]\)\"']+"
ATTEMPTS: Final = 4
"""Number of attempts of a task."""


def local_master(workers: int) -> str:
    """A master with workers on this machine only, with retries like those of a cluster."""
    return f"local[{workers},{ATTEMPTS}]"


@contextlib.contextmanager
def session(
    master: str, *, jars: Path | None = None, options: Mapping[str, str] | None = None
) -> Iterator[SparkSession]:
    """A session on a master, stopped at the end of the block together with its Java.

    `jars`: the folder named by COURBE_SPARK_JARS. Raises SparkError `spark-not-installed`, `spark-java-none`,
    `spark-java-old`, `spark-start`, the errors of `resolve`, and errors of Spark within the block as
    core.spark.errors maps them. RuntimeError if this process has a session: it would be given that one.
    """
    program = java()
    try:
        from pyspark import SparkContext
        from pyspark.sql import SparkSession
    except ImportError:
        raise SparkError("spark-not-installed") from None
    files = resolve(jars)
    if SparkContext._active_spark_context is not None:
        raise RuntimeError("a process has one Spark session at a time")
    with tempfile.TemporaryDirectory(prefix="courbe-spark-") as name:
        folder = Path(name)
        builder = SparkSession.builder.master(master).appName("courbe")
        for key, value in (_settings(master, files, folder) | dict(options or {})).items():
            builder = builder.config(key, value)
        try:
            with _environment(program, folder), _quiet(folder / "java.log"), _own_interrupt():
                spark = builder.getOrCreate()
        except Exception as error:  # noqa: BLE001 - Spark raises bare Exceptions of many kinds
            _end_java()
            raise SparkError("spark-start", kind=type(error).__name__) from None
        try:
            if not _LOCAL.match(master):
                spark.sparkContext.addPyFile(str(_package(folder)))
            with _told():
                yield spark
        finally:
            with _quiet(folder / "java.log"):
                spark.stop()
                _end_java()


def _settings(master: str, jars: tuple[Path, ...], folder: Path) -> dict[str, str]:
    java_options = f"-Duser.timezone=UTC -Dlog4j2.configurationFile={_LOG.as_uri()}"
    settings = {
        "spark.jars": ",".join(str(jar) for jar in jars),
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.log.level": "OFF",
        "spark.sql.session.timeZone": "UTC",
        "spark.driver.extraJavaOptions": java_options,
        "spark.executor.extraJavaOptions": java_options,
        "spark.driver.memory": "1g",
        "spark.redaction.regex": "(?i)secret|password|token|uri",
        "spark.redaction.string.regex": _HIDDEN,
        "spark.sql.redaction.options.regex": "(?i)uri|url|password",
        "spark.sql.redaction.string.regex": _HIDDEN,
        "spark.sql.shuffle.partitions": "8",
        "spark.sql.execution.pyspark.udf.faulthandler.enabled": "false",
    }
    if _LOCAL.match(master):
        settings |= {
            "spark.driver.host": "127.0.0.1",
            "spark.driver.bindAddress": "127.0.0.1",
            "spark.local.dir": str(folder),
            "spark.sql.warehouse.dir": str(folder / "warehouse"),
            "spark.executorEnv.PYTHONPATH": str(_ROOT),
            "spark.python.daemon.module": _DAEMON,
        }
    return settings


@contextlib.contextmanager
def _environment(program: Path, folder: Path) -> Iterator[None]:
    """Environment variables for Spark's launcher and its Python workers while they start."""
    given = {
        "JAVA_HOME": str(program.resolve().parent.parent),
        "PYSPARK_PYTHON": sys.executable,
        "PYSPARK_DRIVER_PYTHON": sys.executable,
        "SPARK_LOCAL_IP": "127.0.0.1",
        "SPARK_CONF_DIR": str(folder),
        "PYTHONPATH": os.pathsep.join(filter(None, (str(_ROOT), os.environ.get("PYTHONPATH")))),
    }
    before = {name: os.environ.get(name) for name in given}
    os.environ.update(given)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


@contextlib.contextmanager
def _told() -> Iterator[None]:
    """Raise errors of Spark as errors of ours, as their messages may contain a URI."""
    from py4j.protocol import Py4JError  # type: ignore[import-untyped]
    from pyspark.errors import PySparkException

    try:
        yield
    except (Py4JError, PySparkException) as error:
        raise failed(error) from None


@contextlib.contextmanager
def _own_interrupt() -> Iterator[None]:
    """Restore the handler of Ctrl-C, which Spark replaces when it starts."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.getsignal(signal.SIGINT)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


@contextlib.contextmanager
def _quiet(file: Path) -> Iterator[None]:
    """Redirect standard error, on which Java prints before it reads any setting."""
    sys.stderr.flush()
    kept = os.dup(2)
    log = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        os.dup2(log, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(log)


def _end_java() -> None:
    """End the Java that Spark leaves running, so that the next session does not get its settings."""
    from pyspark import SparkContext

    gateway = SparkContext._gateway
    if gateway is None:
        return
    process = getattr(gateway, "proc", None)
    gateway.shutdown()
    SparkContext._gateway = None
    SparkContext._jvm = None
    if process is not None:
        process.stdin.close()  # Spark's launcher ends when its standard input closes
        process.wait(30)


def _package(folder: Path) -> Path:
    """Our code as a zip for the workers of a cluster, which also need numpy, pyarrow and pymongo."""
    path = folder / "courbe.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for one in sorted((_ROOT / "core").rglob("*")):
            if one.is_file() and one.suffix in {".py", ".toml"}:
                file.write(one, one.relative_to(_ROOT))
    return path
