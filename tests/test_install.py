"""`.ci/install`: pip with one line per step, and its failure if there is one."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.code import ROOT

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="a shell script")


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Python of a new virtual environment."""
    folder = tmp_path_factory.mktemp("environment") / "venv"
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    return folder / "bin" / "python"


def install(python: Path, wheels: Path, *wanted: str) -> subprocess.CompletedProcess[str]:
    requirements = wheels / "requirements.txt"
    requirements.write_text("\n".join(wanted))
    mine = {name: value for name, value in os.environ.items() if not name.startswith("PIP_")}
    return subprocess.run(
        [ROOT / ".ci" / "install", python, requirements],
        env=mine | {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(wheels)},
        capture_output=True,
        text=True,
    )


def wheel(folder: Path, name: str) -> None:
    described = f"{name}-1.0.dist-info"
    with zipfile.ZipFile(folder / f"{name}-1.0-py3-none-any.whl", "w") as file:
        file.writestr(f"{name}.py", "")
        file.writestr(f"{described}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        file.writestr(f"{described}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        file.writestr(f"{described}/RECORD", f"{name}.py,,\n{described}/METADATA,,\n{described}/WHEEL,,\n")


def test_each_package_has_a_line(python: Path, tmp_path: Path) -> None:
    for name in ("courbe_one", "courbe_two"):
        wheel(tmp_path, name)
    done = install(python, tmp_path, "courbe_one==1.0", "courbe_two==1.0")
    assert done.returncode == 0, done.stdout
    assert done.stdout.splitlines()[1:-1] == [
        "  courbe_one 1.0",
        "  courbe_two 1.0",
        "  unpacking 2 packages",
    ]
    subprocess.run([python, "-c", "import courbe_one, courbe_two"], check=True)


def test_what_cannot_be_installed_fails_with_pips_reason(python: Path, tmp_path: Path) -> None:
    done = install(python, tmp_path, "nothing-of-this-name==1")
    assert done.returncode != 0
    assert "nothing-of-this-name" in done.stdout
