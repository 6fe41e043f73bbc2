"""What a child process of the tests gets to know of them."""

from __future__ import annotations

import os
from typing import Final

_COVERAGE: Final = "COV"
"""How the variables of coverage measurement begin: in a child it takes memory and most of the time."""


def environment(*without: str) -> dict[str, str]:
    """The environment of the tests without coverage measurement and names that begin in these ways."""
    return {name: value for name, value in os.environ.items() if not name.startswith((_COVERAGE, *without))}
