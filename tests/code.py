"""The project's Python files as syntax trees, for tests that read the code."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parent.parent
PAGES: Final = ["welcome", *sorted(path.stem for path in (ROOT / "pages").glob("*.py"))]
"""Every page by its name in the URL, the entry page first."""


@dataclass(frozen=True)
class Module:
    """One file: its dotted name, path and tree."""

    name: str
    path: Path
    tree: ast.Module

    @property
    def where(self) -> str:
        return str(self.path.relative_to(ROOT))

    def imports(self) -> Iterator[tuple[str, int]]:
        """Dotted names of everything imported anywhere in the file, with the line."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                yield from ((alias.name, node.lineno) for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                base = self._base(node)
                yield base, node.lineno
                yield from ((f"{base}.{alias.name}", node.lineno) for alias in node.names)

    def _base(self, node: ast.ImportFrom) -> str:
        if not node.level:
            return node.module or ""
        package = self.name.split(".")
        package = package if self.path.name == "__init__.py" else package[:-1]
        package = package[: len(package) - node.level + 1]
        return ".".join([*package, *([node.module] if node.module else [])])


@cache
def modules() -> dict[str, Module]:
    """Every module of core, of the pages, and the entry script, by dotted name."""
    return read("streamlit_app.py", "core", "pages")


@cache
def read(*places: str) -> dict[str, Module]:
    """The modules of these files and folders, by dotted name."""
    found = {}
    for place in places:
        here = ROOT / place
        for path in [here] if here.suffix else here.rglob("*.py"):
            parts = path.relative_to(ROOT).with_suffix("").parts
            name = ".".join(parts).removesuffix(".__init__")
            found[name] = Module(name, path, ast.parse(path.read_text(encoding="utf-8"), str(path)))
    return found


def is_page(module: Module) -> bool:
    """Whether it is drawing code: the pages and the entry script."""
    return module.name.split(".")[0] in ("pages", "streamlit_app")
