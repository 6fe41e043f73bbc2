"""A mongod that needs a library no system has, and an installed wheel with that library.

They are the real programs and libraries under another name, so that tests of library lending work on any
Linux.
"""

from __future__ import annotations

import shutil
from importlib.metadata import distribution
from pathlib import Path
from typing import Final

from core.storage.embedded import mongod
from core.storage.embedded.libraries import PACKAGE

NOBODY_HAS: Final = "libcurl.so.9"
"""Has the length of the real name, which it replaces."""
_REAL: Final = b"\0libcurl.so.4\0"


def make_needy(copy: Path) -> Path:
    """A copy of mongod that needs NOBODY_HAS instead of libcurl.so.4."""
    whole = mongod.find_all(links=copy.parent)[0].path.read_bytes()
    assert _REAL in whole
    copy.write_bytes(whole.replace(_REAL, f"\0{NOBODY_HAS}\0".encode()))
    copy.chmod(0o700)
    return copy


def install_wheel(site: Path) -> Path:
    """Install a wheel with that library in a folder for `sys.path`; returns the folder of its libraries."""
    libraries = site / f"{PACKAGE}.libs"
    shutil.copytree(str(distribution(PACKAGE).locate_file(libraries.name)), libraries)
    (curl,) = libraries.glob("libcurl-*.so.4*")
    curl.rename(libraries / "libcurl-0000.so.9.8.0")
    described = site / f"{PACKAGE}-7.0.dist-info"
    described.mkdir()
    (described / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {PACKAGE}\nVersion: 7.0\n")
    return libraries
