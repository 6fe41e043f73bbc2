"""`check`: reports what works here, what does not and the cure, without any secret."""

from __future__ import annotations

import argparse
import platform
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from core import VERSION
from core.checks import Told, told
from core.cli.shared.console import Console
from core.cli.shared.store import usable_settings
from core.errors import InputError
from core.model import Check, Meter

if TYPE_CHECKING:
    from core.settings import Settings

_PROJECT: Final = Path(__file__).resolve().parents[2]
_PINNED: Final = re.compile(r"^([\w.-]+)==([^\s;]+)(?:\s*;(.+))?$", re.MULTILINE)
_SIGNS: Final = {True: "✓", False: "✗", None: "?"}


def add(command: Callable[[str], argparse.ArgumentParser], console: Console) -> None:
    """Declare the command."""
    parser = command("check")
    parser.epilog = console.words.text("cli.check.codes")
    parser.add_argument("--api", action="store_true", help=console.words.text("cli.check.api"))
    parser.add_argument("--json", action="store_true", help=console.words.text("cli.option.json"))
    parser.set_defaults(run=run_check)


def run_check(arguments: argparse.Namespace, console: Console) -> int:
    """Run all checks and print them; returns 1 if one failed, else 0. InputError `cli-shared`."""
    settings = usable_settings()
    if arguments.api and settings.deployment == "shared":
        raise InputError("cli-shared")
    about = versions()
    if not arguments.json:
        for name, value in about.items():
            console.line(console.words.labelled(name, value))
        console.line()
    rows: list[dict[str, Any]] = []
    for check in _checks(settings, arguments.api):
        line = told(check, console.words)
        rows.append({"code": check.code, "passed": check.passed, **_row(line)})
        if not arguments.json:
            _print(check, line, console)
    failed = any(row["passed"] is False for row in rows)
    if arguments.json:
        console.data({"ok": not failed, "versions": about, "checks": rows})
    return 1 if failed else 0


def _row(line: Told) -> dict[str, str]:
    return {"name": line.name, "found": line.found, "cure": line.cure}


def _print(check: Check, line: Told, console: Console) -> None:
    console.line(f"{_SIGNS[check.passed]} {console.words.labelled(line.name, line.found)}")
    if line.cure:
        console.line(f"  → {line.cure}")


def _checks(settings: Settings, api: bool) -> Iterator[Check]:
    from core.storage.embedded.preflight import check_machine

    yield check_packages()
    for check in check_machine(settings):
        yield check
        api = api and check.passed is not False
    if api:
        yield from _check_api(settings)


def _check_api(settings: Settings) -> Iterator[Check]:
    """Check the API with at most one call, which counts in the day's budget."""
    from core.cli.shared.store import household
    from core.importing.api.check import check_api
    from core.sources.conso_api.token import clean_prm

    meter = Meter(clean_prm(settings.prm)) if settings.prm else None
    with household() as store:
        yield from check_api(store, settings, meter, settings.api_token)


def check_packages(requirements: Path = _PROJECT / "requirements.txt") -> Check:
    """Whether the installed packages have the versions of requirements.txt; None if that cannot be read."""
    try:
        wanted = _PINNED.findall(requirements.read_text(encoding="utf-8"))
    except OSError:
        return Check("packages", None)
    other = []
    for name, pinned, marker in wanted:
        found = _installed(name)
        if found != pinned and not (found is None and marker):  # a marker says that not every system needs it
            other.append(f"{name} {found or '–'} ({pinned})")
    if other:
        return Check("packages", False, {"packages": ", ".join(other)})
    return Check("packages", True)


def versions() -> dict[str, str]:
    """Versions by name: Courbe with its commit, the system, Python, and the main packages."""
    try:
        system = platform.freedesktop_os_release().get("PRETTY_NAME", platform.platform())
    except OSError:
        system = platform.platform()
    packages = {name: _installed(name) for name in ("streamlit", "pymongo", "pandas", "pyarrow", "pycurl")}
    return {
        "courbe": " ".join(filter(None, [VERSION, _commit()])),
        "system": system,
        "machine": " ".join(filter(None, [platform.machine(), *platform.libc_ver()])),
        "python": platform.python_version(),
        **{name: found or "–" for name, found in packages.items()},
    }


def _commit() -> str | None:
    """The commit of this checkout; None without git or a checkout."""
    git = shutil.which("git")
    if git is None:
        return None
    described = subprocess.run(  # noqa: S603
        [git, "-C", str(_PROJECT), "describe", "--always", "--dirty"],
        capture_output=True,
        text=True,
        check=False,
    )
    return described.stdout.strip() or None


def _installed(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None
