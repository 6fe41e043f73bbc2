"""Describes the machine and versions of a measurement, without host name, user or path."""

from __future__ import annotations

import os
import platform
from importlib.metadata import version


def machine() -> dict[str, str]:
    """System, processors and versions, as text."""
    return {
        "system": f"{platform.system()} {platform.machine()}",
        "processors": str(os.cpu_count()),
        "python": platform.python_version(),
        "pymongo": version("pymongo"),
        "numpy": version("numpy"),
    }


def load() -> float | None:
    """Mean number of running or waiting programs in the last minute; None if unknown (Windows).

    Above the number of processors, measured times are too long.
    """
    try:
        return round(os.getloadavg()[0], 2)
    except (AttributeError, OSError):
        return None
