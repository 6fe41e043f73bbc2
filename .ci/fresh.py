"""Tests README on unprepared machines: `fresh.py [--tests] [--cold] [RELEASE…]`.

In a minimal Debian (bookworm and trixie by default) with python3, python3-venv, make and ca-certificates, an
ordinary user without sudo follows README in a clone of HEAD: see first_run.py. `--tests` then runs README's
second command there, as root because it installs Chromium and npm; it takes as long as the tests do. `--cold`
does not use the cache of pip. `--possible` only tells by its exit code whether this machine can run the test.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

from debian import PACKAGES, PROJECT, RELEASES, Impossible, Root, enclosed, require


def main() -> int:
    """Command line; with `--inside` it runs in the namespaces that `enclosed` made."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    # not `choices` with a default: Python 3.11 takes the default itself for one of them
    parser.add_argument("release", nargs="*", help=" or ".join(RELEASES))
    for name in ("tests", "cold", "possible"):
        parser.add_argument(f"--{name}", action="store_true")
    parser.add_argument("--inside", type=Path, help=argparse.SUPPRESS)
    wanted = parser.parse_args()
    if unknown := set(wanted.release) - set(RELEASES):
        parser.error(f"no such release: {', '.join(sorted(unknown))}")
    if wanted.inside:
        try:
            fresh(wanted.inside, wanted.release[0], tests=wanted.tests, cold=wanted.cold)
        except subprocess.CalledProcessError as error:
            print(f"FAILED: {error.cmd[-1]} ended with {error.returncode}", file=sys.stderr)
            return 1
        return 0
    try:
        require()
    except Impossible as why:
        print(f"A fresh Debian cannot be made on this machine: {why}.", file=sys.stderr)
        return 1
    if wanted.possible:
        return 0
    if subprocess.run(["git", "diff", "--quiet", "HEAD"], cwd=PROJECT, check=False).returncode:
        print("What is not committed is not in the clone.")
    options = [f"--{name}" for name in ("tests", "cold") if getattr(wanted, name)]
    return max(enclosed(Path(__file__), [*options, release]) for release in wanted.release or RELEASES)


def fresh(folder: Path, release: str, *, tests: bool, cold: bool) -> None:
    """Run first_run.py in a fresh release, then `make test` if asked to. Raises CalledProcessError."""
    root = Root(folder, release, PACKAGES)
    print(f"== {root.name}, minimal", flush=True)
    if not cold:
        root.keep_pip_cache()
    root.run("python3", ".ci/first_run.py", user=True)
    if tests:
        root.allow_apt()
        # run as root in a clone of the ordinary user, which git would not read
        trusted = {"GIT_CONFIG_KEY_0": "safe.directory", "GIT_CONFIG_VALUE_0": "*"}
        root.run("make", "test", CI="true", GIT_CONFIG_COUNT="1", **trusted)


if __name__ == "__main__":
    sys.exit(main())
