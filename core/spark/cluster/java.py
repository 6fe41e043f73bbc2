"""Finds a Java that Spark can run on."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Final

from core.spark.errors import SparkError

OLDEST: Final = 17
"""Oldest major version: Spark 4 and the connector are compiled for it."""
_SECONDS: Final = 60


def java() -> Path:
    """The Java program of JAVA_HOME, else of PATH. SparkError `spark-java-none`, `spark-java-old`."""
    home = os.environ.get("JAVA_HOME")
    found = shutil.which("java", path=str(Path(home) / "bin")) if home else shutil.which("java")
    version = _version(found) if found else None
    if found is None or version is None:
        raise SparkError("spark-java-none", oldest=OLDEST)
    if version < OLDEST:
        raise SparkError("spark-java-old", found=version, oldest=OLDEST)
    return Path(found)


def _version(program: str) -> int | None:
    """The major version (`1.8.0_392` is 8); None if the program does not print one."""
    try:
        told = subprocess.run(  # noqa: S603 - the user's own Java
            [program, "-version"], capture_output=True, text=True, timeout=_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    match = re.search(r'version "(?:1\.)?(\d+)', told.stderr + told.stdout)
    return int(match[1]) if match else None
