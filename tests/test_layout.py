"""Tests mirror the modules they test, and no folder has too many files."""

from __future__ import annotations

import ast
from typing import Final

import pytest

from tests.code import ROOT, Module, modules

MOST_BESIDE: Final = 16
WHOLES: Final = {
    "core.__main__": "tests/cli/test_main.py",
    "core.cli.fleet_spark": "tests/spark/test_fleet_spark.py",
    "core.cli.fleet_told": "tests/spark/test_fleet_spark.py",
    "core.sources.conso_api.rows": "tests/sources/conso_api/test_answers.py",
    "core.sources.conso_api.series": "tests/sources/conso_api/test_answers.py",
    "core.sources.files": "tests/sources/files/test_formats.py",
    "core.spark": "tests/spark/test_load.py",
    "core.storage.ordinary": "tests/storage/test_store.py",
    "core.storage.projection": "tests/storage/test_store.py",
    "core.storage.record": "tests/storage/test_store.py",
    "core.storage.time_series": "tests/storage/test_store.py",
}
"""Modules tested together with others: file formats by real files; the record and its two projections by the
store; Spark by the result in MongoDB. A package stands for its modules."""


def behaves(body: list[ast.stmt]) -> bool:
    """Whether there is anything to test: a function or a method that is not of a Protocol."""
    return any(
        isinstance(node, ast.FunctionDef)
        or (
            isinstance(node, ast.ClassDef)
            and not any(ast.unparse(base).startswith("Protocol") for base in node.bases)
            and behaves(node.body)
        )
        for node in body
    )


def file_of(module: Module) -> str:
    """The test file of a module of core."""
    for whole, file in WHOLES.items():
        if module.name == whole or module.name.startswith(f"{whole}."):
            return file
    parts = module.name.split(".")[1:]
    if module.path.name == "__init__.py" and len(parts) == 1:  # a package that is one module: its own file
        parts = [*parts, parts[-1]]
    return "/".join(["tests", *parts[:-1], f"test_{parts[-1]}.py"])


@pytest.mark.parametrize(
    "name", [name for name, one in modules().items() if name.startswith("core.") and behaves(one.tree.body)]
)
def test_a_module_has_its_tests(name: str) -> None:
    module = modules()[name]
    assert (ROOT / file_of(module)).is_file(), f"{module.where} is tested by no {file_of(module)}"


@pytest.mark.parametrize("whole", WHOLES)
def test_what_is_tested_as_a_whole_is_there(whole: str) -> None:
    assert whole in modules()


def test_no_folder_has_more_modules_than_one_sees_at_once() -> None:
    folders: dict[str, int] = {}
    for module in modules().values():
        folder = module.path.parent.relative_to(ROOT).as_posix()
        folders[folder] = folders.get(folder, 0) + (module.path.name != "__init__.py")
    assert {folder: count for folder, count in folders.items() if count > MOST_BESIDE} == {}
