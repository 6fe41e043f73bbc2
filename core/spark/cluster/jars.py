"""The jars of Spark: resolved once, checked by SHA-256, passed as files.

`spark.jars.packages` would resolve them at every start, within the range of drivers that the connector
allows, and fail without a network. The list is jars.toml.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final
from xml.sax.saxutils import escape

import platformdirs

from core.spark.cluster.java import java
from core.spark.errors import SparkError

_LIST: Final = Path(__file__).parent / "jars.toml"
_COPY: Final = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies"
_SECONDS: Final = 300
_DIGEST_BLOCK: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Jar:
    """One pinned file. `classifier`: empty for the main jar."""

    group: str
    artifact: str
    version: str
    classifier: str
    sha256: str

    @property
    def file(self) -> str:
        """Name of the file."""
        return "-".join(filter(None, (self.artifact, self.version, self.classifier))) + ".jar"


@cache
def pinned() -> tuple[Jar, ...]:
    """The list of jars.toml."""
    jars = []
    for part in tomllib.loads(_LIST.read_text(encoding="utf-8")).values():
        for coordinates, digest in part.items():
            group, artifact, version, *more = coordinates.split(":")
            jars.append(Jar(group, artifact, version, more[0] if more else "", digest))
    return tuple(jars)


def connector_version() -> str:
    """Version of the connector, for example `10.5.0`."""
    return next(jar.version for jar in pinned() if jar.group == "org.mongodb.spark")


def folder_of_cache() -> Path:
    """Where resolved jars are kept."""
    return Path(platformdirs.user_cache_dir("courbe", appauthor=False)) / "spark"


def resolve(given: Path | None = None) -> tuple[Path, ...]:
    """The files, each checked. `given`: a folder that must contain them all; then nothing is fetched.

    Raises SparkError `spark-jar-missing` (in the given folder), `spark-jar-checksum`, `spark-jars-offline`.
    """
    folder = given or folder_of_cache()
    missing = [jar for jar in pinned() if not (folder / jar.file).is_file()]
    if missing and given:
        raise SparkError("spark-jar-missing", file=missing[0].file, folder=str(given))
    if missing:
        _fetch(missing, folder)
    for jar in pinned():
        if _digest(folder / jar.file) != jar.sha256:
            if given is None:
                (folder / jar.file).unlink()  # fetched anew the next time
            raise SparkError("spark-jar-checksum", file=jar.file, folder=str(folder))
    return tuple(folder / jar.file for jar in pinned())


def _digest(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_DIGEST_BLOCK):
            digest.update(block)
    return digest.hexdigest()


def _fetch(jars: Sequence[Jar], folder: Path) -> None:
    """Fetch with Maven if it is installed, else with the Ivy of Spark; a file appears only when complete."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="courbe-jars-", dir=folder) as name:
        made = Path(name)
        maven = shutil.which("mvn")
        command = _by_maven(maven, jars, made) if maven else _by_ivy(jars, made)
        try:
            subprocess.run(command, cwd=made, capture_output=True, timeout=_SECONDS, check=False)  # noqa: S603
        except (OSError, subprocess.TimeoutExpired):
            raise SparkError("spark-jars-offline", count=len(jars)) from None
        absent = [jar for jar in jars if not (made / jar.file).is_file()]
        if absent:
            raise SparkError("spark-jars-offline", count=len(absent))
        for jar in jars:
            (made / jar.file).replace(folder / jar.file)


def _by_maven(maven: str, jars: Sequence[Jar], folder: Path) -> list[str]:
    """Command of a project that depends on exactly these files, without their dependencies."""
    nothing = "<exclusions><exclusion><groupId>*</groupId><artifactId>*</artifactId></exclusion></exclusions>"
    wanted = "".join(
        f"<dependency><groupId>{escape(jar.group)}</groupId><artifactId>{escape(jar.artifact)}</artifactId>"
        f"<version>{escape(jar.version)}</version>"
        + (f"<classifier>{escape(jar.classifier)}</classifier>" if jar.classifier else "")
        + f"{nothing}</dependency>"
        for jar in jars
    )
    project = folder / "pom.xml"
    project.write_text(
        "<project><modelVersion>4.0.0</modelVersion><groupId>courbe</groupId><artifactId>jars</artifactId>"
        f"<version>1</version><dependencies>{wanted}</dependencies></project>",
        encoding="utf-8",
    )
    return [maven, "-q", "-B", "-f", str(project), _COPY, f"-DoutputDirectory={folder}"]


def _by_ivy(jars: Sequence[Jar], folder: Path) -> list[str]:
    """Command of Spark's own resolver for the same files."""
    import pyspark

    ivy = next((Path(pyspark.__file__).parent / "jars").glob("ivy-*.jar"))
    modules: dict[tuple[str, str, str], list[Jar]] = {}
    for jar in jars:
        modules.setdefault((jar.group, jar.artifact, jar.version), []).append(jar)
    rows = [_ivy_module(files) for files in modules.values()]
    module = folder / "ivy.xml"
    module.write_text(
        '<ivy-module version="2.0" xmlns:m="http://ant.apache.org/ivy/maven"><info organisation="courbe" '
        f'module="jars"/><dependencies>{"".join(rows)}</dependencies></ivy-module>',
        encoding="utf-8",
    )
    pattern = f"{folder}/[artifact]-[revision](-[classifier]).[ext]"
    return [
        *(str(java()), f"-Divy.default.ivy.user.dir={folder}/ivy", "-jar", str(ivy), "-ivy", str(module)),
        *("-confs", "default", "-retrieve", pattern),
    ]


def _ivy_module(jars: Sequence[Jar]) -> str:
    """One dependency with only its own files."""
    one = jars[0]
    files = "".join(
        f'<artifact name="{escape(jar.artifact)}" type="jar" ext="jar"'
        + (f' m:classifier="{escape(jar.classifier)}"/>' if jar.classifier else "/>")
        for jar in jars
    )
    return (
        f'<dependency org="{escape(one.group)}" name="{escape(one.artifact)}" rev="{escape(one.version)}" '
        f'transitive="false" conf="default">{files}</dependency>'
    )


def main() -> int:
    """`make spark`: check Java, fetch and check the jars; 0, or 1 with a sentence on standard error."""
    try:
        java()
        resolve()
    except SparkError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
