"""Where and with what something is measured: no name of the machine, no user, no path."""

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
    """Programs that ran or waited to run, as a mean of the last minute; None where the system does not say
    (Windows). Above the number of processors, times measured are longer than they need be."""
    try:
        return round(os.getloadavg()[0], 2)
    except (AttributeError, OSError):
        return None
