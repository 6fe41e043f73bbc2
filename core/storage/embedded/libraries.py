"""Shared libraries that mongod needs and a minimal system lacks, taken from a Python package.

The Linux wheel of `pycurl` contains libcurl and OpenSSL under names of its own (`libcurl-<hash>.so.4.8.0`). A
link gives the file the name that mongod asks for. The folder of the link and that of the wheel must both be
on mongod's library path: the linker looks for a library's dependencies beside the path it was opened by.
Nothing of this is loaded into our own process.
"""

from __future__ import annotations

import os
import re
import secrets
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Final

PACKAGE: Final = "pycurl"
_WHEELS_OWN: Final = "pycurl.libs"
_SONAME: Final = re.compile(r"(?P<stem>[\w+-]+)\.so\.(?P<major>\d+)")


@dataclass(frozen=True, slots=True)
class Lent:
    """Additions to mongod's library path: names of the missing libraries, and folders that contain them."""

    names: tuple[str, ...] = ()
    folders: tuple[Path, ...] = ()

    def environment(self, inherited: Mapping[str, str]) -> dict[str, str]:
        """`inherited` with these folders at the end of the library path."""
        if not self.folders:
            return dict(inherited)
        path = [inherited.get("LD_LIBRARY_PATH", ""), *map(str, self.folders)]
        return dict(inherited) | {"LD_LIBRARY_PATH": os.pathsep.join(filter(None, path))}


NOTHING_LENT: Final = Lent()


def lend(library: str, links: Path, already: Lent) -> Lent | None:
    """`already` plus one more library, linked in `links`.

    None if no package contains it, or if it was lent before and did not help. OSError if the link cannot be
    made.
    """
    found = None if library in already.names else _bundled(library)
    if found is None:
        return None
    # two installations may share `links`; each has links of its own
    mine = links / sha256(os.fsencode(found.parent)).hexdigest()[:16]
    mine.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = mine / f"{library}.{secrets.token_hex(4)}"
    draft.symlink_to(found)
    draft.replace(mine / library)
    return Lent((*already.names, library), (mine, found.parent))


def _bundled(library: str) -> Path | None:
    """The wheel's own copy of a library such as `libcurl.so.4`."""
    name = _SONAME.fullmatch(library)
    if name is None:
        return None
    try:
        folder = Path(str(distribution(PACKAGE).locate_file(_WHEELS_OWN))).resolve()
    except PackageNotFoundError:
        return None
    copies = sorted(folder.glob(f"{name['stem']}-*.so.{name['major']}*"))
    return copies[0] if copies else None


def resolved(program: Path, stem: str) -> str | None:
    """Path of the library `stem` (such as `libcurl`) that the dynamic linker loads for a program, or None."""
    traced = subprocess.run(  # noqa: S603 - the linker lists what it would load, and ends
        [str(program), "--version"],
        env=dict(os.environ) | {"LD_TRACE_LOADED_OBJECTS": "1"},
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    found = re.search(rf"^\s*{re.escape(stem)}\.so\S* => (/.+) \(", traced.stdout, re.MULTILINE)
    return found[1] if found else None
