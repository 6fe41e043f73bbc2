"""The requirements files name exactly the packages used, and the program needs no more."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from importlib.metadata import distribution, packages_distributions
from typing import Final

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from core.sources.demo import DemoSource
from tests import packages
from tests.children import environment
from tests.code import PAGES, ROOT, Module, read

CODE: Final = {
    "requirements.txt": ("streamlit_app.py", "core", "pages"),
    "requirements-dev.txt": ("tests", "benchmarks"),
}
"""Folders whose imports a requirements file must cover."""
OPTIONAL: Final = {"requirements-spark.txt": ("core.spark", "tests.spark", "benchmarks.bench_spark")}
"""Folders that the application does not import: they may also import packages of their own file."""
UNIMPORTED: Final = {
    "requirements.txt": {"tzdata"},  # zoneinfo uses it if the system has no time zones
    "requirements-dev.txt": {"mypy", "pandas-stubs", "pytest-cov", "ruff", "types-requests"},
}
"""Packages needed without an import: data, tools, types."""
OURS: Final = {"core", "pages", "tests", "benchmarks", "streamlit_app"}


def foreign(file: str) -> Iterator[tuple[Module, str, int]]:
    """Imports from packages in the code of a requirements file: module, package name, line."""
    owners = packages_distributions()
    for module in read(*CODE[file]).values():
        besides = {
            name for more, where in OPTIONAL.items() if module.name.startswith(where) for name in names(more)
        }
        for name, line in module.imports():
            top = name.split(".")[0]
            if top not in OURS and top not in sys.stdlib_module_names:
                (owner,) = set(owners.get(top, [top]))
                if canonicalize_name(owner) not in besides:
                    yield module, canonicalize_name(owner), line


def names(file: str) -> set[str]:
    listed = packages.listed(ROOT / file) if (ROOT / file).exists() else []
    return {canonicalize_name(one.name) for one in listed}


@pytest.mark.parametrize("file", CODE)
def test_what_is_imported_is_listed(file: str) -> None:
    known = names("requirements.txt") | names(file)
    missing = [
        f"{module.where}:{line} imports {name}" for module, name, line in foreign(file) if name not in known
    ]
    assert not missing


@pytest.mark.parametrize("file", CODE)
def test_what_is_listed_is_used(file: str) -> None:
    imported = {name for _, name, _ in foreign(file)}
    named = {
        node.value
        for module in read(*CODE[file]).values()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and module.name != __name__
    }  # as packages that contain a mongod are
    assert names(file) - imported - named == UNIMPORTED[file]


@pytest.mark.parametrize("file", CODE)
def test_what_is_listed_is_pinned_to_what_is_tested(file: str) -> None:
    def pin(one: Requirement) -> str:
        return f"=={distribution(one.name).version}"

    here = [one for one in packages.listed(ROOT / file) if packages.wanted_here(one)]
    assert [(one.name, str(one.specifier)) for one in here] == [(one.name, pin(one)) for one in here]


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., str]:
    """Run Python with only the packages of requirements.txt; returns what it printed."""
    folder = tmp_path_factory.mktemp("bare")
    python = packages.environment(folder / "venv", packages.brought(packages.listed(packages.RUN)))
    mine = environment("COURBE_", "PYTHON", "STREAMLIT_")

    def run(*arguments: str) -> str:
        done = subprocess.run(
            [python, *arguments],
            cwd=ROOT,
            env=mine | {"COURBE_DATA_DIR": str(folder / "data")},
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run


def test_what_tests_need_is_not_there(bare: Callable[..., str]) -> None:
    """Otherwise the tests below would prove nothing."""
    told = bare(
        "-c", "import importlib.metadata as m, json; print(json.dumps([d.name for d in m.distributions()]))"
    )
    installed = {canonicalize_name(name) for name in json.loads(told)}
    assert installed == set(packages.brought(packages.listed(packages.RUN)))
    assert {"pytest", "openpyxl", "playwright"} <= names("requirements-dev.txt") - installed


def test_the_program_runs_without_what_tests_need(bare: Callable[..., str]) -> None:
    assert "import" in bare("-m", "core", "--help")
    imported = json.loads(bare("-m", "core", "import", "--demo", "--json"))
    assert imported["new"] == DemoSource().preview().readings
    assert bare("-m", "tests.every_page").split() == PAGES
