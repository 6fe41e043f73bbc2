"""The commands on the page connect to the embedded server."""

from __future__ import annotations

import subprocess
import sys

from core.lab.learn.reach import reach
from core.storage.store import Store
from tests.lab.households import imported


def test_the_python_line_opens_this_very_database(store: Store) -> None:
    imported(store)
    found = reach(store)
    assert found
    assert found.socket in found.shell.replace("%2F", "/")
    told = subprocess.check_output([sys.executable, "-c", found.python], text=True)
    assert "watts" in told
