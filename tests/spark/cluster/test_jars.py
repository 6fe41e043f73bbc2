"""Java and the jars: found and checked, with a sentence for each fault."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import Any

import pytest

from core.spark.cluster import jars
from core.spark.cluster.java import java
from core.spark.cluster.session import local_master, session
from core.spark.errors import SparkError


def program(folder: Path, name: str, script: str) -> Path:
    """A program with this name, first on PATH."""
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    path.chmod(0o755)
    return path


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder as the whole PATH, and no JAVA_HOME."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.delenv("JAVA_HOME", raising=False)
    return folder


def refusal(**given: Any) -> SparkError:
    with pytest.raises(SparkError) as caught, session(local_master(1), **given):
        pass
    return caught.value


@pytest.fixture
def whole(tmp_path: Path) -> Path:
    """A user's folder with all the jars."""
    folder = tmp_path / "jars"
    folder.mkdir()
    for jar in jars.resolve():
        shutil.copy(jar, folder)
    return folder


def test_no_java(bare: Path) -> None:
    assert refusal().code == "spark-java-none"
    program(bare, "java", "echo 'what?' >&2; exit 1")
    assert refusal().code == "spark-java-none"


@pytest.mark.parametrize(("said", "found"), [('"1.8.0_392"', 8), ('"11.0.20" 2023-07-18', 11)])
def test_an_old_java(bare: Path, said: str, found: int) -> None:
    program(bare, "java", f"echo 'openjdk version {said}' >&2")
    error = refusal()
    assert (error.code, error.details) == ("spark-java-old", {"found": found, "oldest": 17})


def test_java_of_java_home_goes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "bin").mkdir()
    mine = program(tmp_path / "bin", "java", "echo 'openjdk version \"21\" 2023-09-19' >&2")
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    assert java() == mine


def test_no_pyspark(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyspark.sql", None)
    assert refusal().code == "spark-not-installed"


def test_a_folder_of_one_s_own_is_used_as_it_is(whole: Path) -> None:
    assert sorted(jars.resolve(whole)) == sorted(whole.iterdir())
    assert {jar.name for jar in whole.iterdir()} == {jar.file for jar in jars.pinned()}


def test_a_jar_that_is_missing_from_it(whole: Path) -> None:
    gone = next(iter(whole.iterdir()))
    gone.unlink()
    error = refusal(jars=whole)
    assert (error.code, error.details) == ("spark-jar-missing", {"file": gone.name, "folder": str(whole)})


def test_a_jar_that_is_another(whole: Path) -> None:
    changed = whole / jars.pinned()[0].file
    changed.write_bytes(changed.read_bytes()[:-1] + b"x")
    error = refusal(jars=whole)
    assert (error.code, error.details["file"]) == ("spark-jar-checksum", changed.name)
    assert changed.exists()  # files in a user's folder are never deleted


def test_jars_that_cannot_be_fetched(bare: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A program in place of Maven fails as Maven does offline; it is asked for exactly these files."""
    asked = tmp_path / "asked"
    program(bare, "mvn", f'echo "$@" > {asked}; exit 1')
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    with pytest.raises(SparkError) as caught:
        jars.resolve()
    assert (caught.value.code, caught.value.details) == ("spark-jars-offline", {"count": len(jars.pinned())})
    assert "copy-dependencies" in asked.read_text(encoding="utf-8")
    assert not [path for path in (tmp_path / "cache").rglob("*") if path.is_file()]


def test_a_fetched_jar_that_is_another_is_fetched_anew(
    whole: Path, bare: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A program in place of Maven copies the files; one of them is damaged in the cache."""
    cp = shutil.which("cp", path="/bin:/usr/bin")
    bring = f'-DoutputDirectory=*) {cp} {whole}/* "${{given#*=}}";;'
    program(bare, "mvn", f'for given; do case "$given" in {bring} esac; done')
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    first = jars.resolve()
    first[0].write_bytes(b"damaged")
    with pytest.raises(SparkError) as caught:
        jars.resolve()
    assert caught.value.code == "spark-jar-checksum"
    assert jars.resolve() == first


@pytest.mark.torture
def test_the_resolver_inside_spark_brings_the_same_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without Maven. Needs a network."""
    monkeypatch.setenv("JAVA_HOME", str(java().resolve().parent.parent))
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    assert len(jars.resolve()) == len(jars.pinned())


def test_no_repository_is_named() -> None:
    """Maven and Ivy know the repositories."""
    for path in Path(jars.__file__).parent.iterdir():
        if path.is_file():
            text = path.read_text(encoding="utf-8").replace("http://ant.apache.org/ivy/maven", "")
            assert "http" not in text
