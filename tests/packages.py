"""Packages that the requirements files install, and an environment with nothing else."""

from __future__ import annotations

import venv
from collections import Counter
from importlib.metadata import Distribution, distribution, distributions
from pathlib import Path
from typing import Final

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.code import ROOT

RUN: Final = ROOT / "requirements.txt"


def listed(file: Path) -> list[Requirement]:
    """The packages named in a requirements file, without the files it includes."""
    lines = (line.partition("#")[0].strip() for line in file.read_text(encoding="utf-8").splitlines())
    return [Requirement(line) for line in lines if line and not line.startswith("-")]


def wanted_here(requirement: Requirement, extra: str = "") -> bool:
    """Whether a requirement applies to this system."""
    return requirement.marker is None or requirement.marker.evaluate({"extra": extra})


def brought(requirements: list[Requirement]) -> dict[str, Distribution]:
    """The installed packages that pip would install for these, by normalised name."""
    found: dict[str, Distribution] = {}
    seen: set[tuple[str, frozenset[str]]] = set()
    ahead = [one for one in requirements if wanted_here(one)]
    while ahead:
        one = ahead.pop()
        name = canonicalize_name(one.name)
        if (name, frozenset(one.extras)) in seen:
            continue
        seen.add((name, frozenset(one.extras)))
        found[name] = distribution(name)
        needs = [Requirement(text) for text in found[name].requires or []]
        ahead += [need for need in needs if any(wanted_here(need, extra) for extra in ("", *one.extras))]
    return found


def environment(folder: Path, packages: dict[str, Distribution]) -> Path:
    """The interpreter of a new virtual environment with these packages only, linked instead of copied."""
    venv.create(folder, with_pip=False, symlinks=True)
    (target,) = folder.glob("lib/python*/site-packages")
    owners = Counter(name for one in distributions() for name in {file.parts[0] for file in one.files or []})
    for package in packages.values():
        for file in package.files or []:
            top = file.parts[0]
            if top in ("..", "__pycache__"):  # commands, and files that Python writes again
                continue
            entry = target.joinpath(*file.parts if owners[top] > 1 else [top])  # a shared namespace
            if not entry.is_symlink():
                entry.parent.mkdir(parents=True, exist_ok=True)
                entry.symlink_to(Path(str(package.locate_file(entry.relative_to(target)))))
    return folder / "bin" / "python"
