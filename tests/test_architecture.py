"""The architecture rules, checked on the imports: see docs/architecture.md."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from typing import Final

import pytest

from tests.code import Module, is_page, modules

FLOORS: Final = {
    "core": 0,
    "core.model": 0,
    "core.errors": 0,
    "core.settings": 0,
    "core.paristime": 0,
    "core.texts": 0,
    "core.templates": 0,
    "core.jobs": 0,
    "core.checks": 0,
    "core.sources": 1,
    "core.storage": 1,
    "core.importing": 2,
    "core.consumption": 2,
    "core.lab": 2,
    "core.spark": 3,
    "core.cli": 4,
    "core.__main__": 5,
    "pages": 5,
    "streamlit_app": 6,
}
STRANGERS: Final = {
    ("core.sources", "core.storage"),
    ("core.importing", "core.consumption"),
    ("core.importing", "core.lab"),
    ("core.consumption", "core.lab"),
}
"""Packages of one level that must not import each other."""
SESSION_OWNER: Final = "pages.shared.visitor"


def room_of(name: str) -> str:
    """The package of a module: `core.storage.bson_columns` is in `core.storage`."""
    parts = name.split(".")
    return ".".join(parts[:2]) if parts[0] == "core" else parts[0]


def ours(module: Module) -> Iterator[tuple[Module, int]]:
    """The project's modules that a module imports."""
    for name, line in module.imports():
        if name in modules() and name != module.name:
            yield modules()[name], line


def foreign(module: Module) -> Iterator[tuple[str, int]]:
    """Top-level names of imported packages that are not the project's."""
    for name, line in module.imports():
        top = name.split(".")[0]
        if top not in ("core", "pages"):
            yield top, line


@pytest.fixture(params=sorted(modules()))
def module(request: pytest.FixtureRequest) -> Module:
    return modules()[request.param]


def test_every_room_has_a_floor(module: Module) -> None:
    named = "here and in docs/architecture.md"
    assert room_of(module.name) in FLOORS, f"{module.where}: put this room on a floor, {named}"


def test_nothing_imports_upward(module: Module) -> None:
    mine = room_of(module.name)
    up = [
        f"{module.where}:{line} imports {other.name}, which is above it"
        for other, line in ours(module)
        if FLOORS[room_of(other.name)] > FLOORS[mine]
    ]
    assert not up


def test_rooms_of_one_floor_do_not_know_each_other(module: Module) -> None:
    mine = room_of(module.name)
    met = [
        f"{module.where}:{line} imports {other.name}"
        for other, line in ours(module)
        if (mine, room_of(other.name)) in STRANGERS or (room_of(other.name), mine) in STRANGERS
    ]
    assert not met


def test_spark_is_imported_in_one_room_and_only_when_it_is_asked_for(module: Module) -> None:
    heavy = {"pyspark", "py4j"}
    if room_of(module.name) != "core.spark":
        assert not [f"{module.where}:{line}" for name, line in foreign(module) if name in heavy]
        return
    for node in module.tree.body:
        named = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        named += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        early = [name for name in named if name.split(".")[0] in heavy]
        assert not early, f"{module.where}:{node.lineno} imports {early} as soon as it is read"


def test_core_does_not_draw_and_pages_only_draw(module: Module) -> None:
    forbidden = {"pymongo", "bson", "requests"} if is_page(module) else {"streamlit", "pages"}
    found = [f"{module.where}:{line} imports {name}" for name, line in foreign(module) if name in forbidden]
    assert not found


def test_there_are_no_cycles() -> None:
    graph = {
        module.name: {other.name for other, _ in ours(module) if other.path.name != "__init__.py"}
        for module in modules().values()
    }
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as cycle:
        pytest.fail(" -> ".join(cycle.args[1]))


def test_one_module_owns_the_session_state(module: Module) -> None:
    if module.name == SESSION_OWNER:
        return
    strays = [
        f"{module.where}:{node.lineno} uses st.session_state; only {SESSION_OWNER} does (widget keys apart)"
        for node, key in session_uses(module.tree)
        if key is None or key not in widget_keys(module.tree)
    ]
    assert not strays


def test_only_storage_spells_out_the_match_on_a_meter_and_the_servers_error_codes(module: Module) -> None:
    if room_of(module.name) == "core.storage":
        return
    keys = [
        key
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Dict)
        for key in node.keys
        if isinstance(key, ast.Constant) and key.value in ("meter.prm", "meta.prm")
    ]
    codes = [
        node
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Compare)
        and isinstance(node.left, ast.Attribute)
        and node.left.attr == "code"
        and any(isinstance(one, ast.Constant) and isinstance(one.value, int) for one in ast.walk(node))
    ]
    assert not [f"{module.where}:{node.lineno}: core.storage.match knows this" for node in keys]
    assert not [f"{module.where}:{node.lineno}: core.storage.mongo_errors names it" for node in codes]


def session_uses(tree: ast.Module) -> Iterator[tuple[ast.expr, str | None]]:
    """Each `….session_state`, with the key it reads or writes if that is constant."""
    keys: dict[int, str | None] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Subscript):
            keys[id(node.value)] = constant(tree, node.slice)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args:
            keys[id(node.func.value)] = constant(tree, node.args[0])
        elif isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.In):
            keys[id(node.comparators[0])] = constant(tree, node.left)
    for node in ast.walk(tree):
        if (isinstance(node, ast.Attribute) and node.attr == "session_state") or (
            isinstance(node, ast.Name) and node.id == "session_state"
        ):
            yield node, keys.get(id(node))


def widget_keys(tree: ast.Module) -> set[str | None]:
    """Every `key=` of a widget in this file."""
    return {
        constant(tree, keyword.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        for keyword in node.keywords
        if keyword.arg == "key"
    } - {None}


def constant(tree: ast.Module, node: ast.expr) -> str | None:
    """The string of a literal, or of a name the file assigns a literal; `<name>` for another name."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.Name):
        for statement in tree.body:
            targets = (
                statement.targets
                if isinstance(statement, ast.Assign)
                else [statement.target]
                if isinstance(statement, ast.AnnAssign)
                else []
            )
            if any(isinstance(target, ast.Name) and target.id == node.id for target in targets):
                value = statement.value  # type: ignore[attr-defined]
                found = value.value if isinstance(value, ast.Constant) else None
                return found if isinstance(found, str) else None
        return f"<{node.id}>"
    return None
