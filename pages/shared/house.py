"""What all visitors of one process share: connections, the embedded server, background jobs.

It is held by this module and not by Streamlit's cache, which any visitor's browser may clear; that would stop
MongoDB for everybody.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import Any, Final
from weakref import WeakSet

from streamlit import config, net_util

from core.importing.files.reading import Turns
from core.jobs import Jobs, Line
from core.settings import Settings, load_settings
from core.storage.workspace import Workspaces


@dataclass(frozen=True, slots=True)
class House:
    """The shared objects; those of a workspace are found by its secret key."""

    settings: Settings
    workspaces: Workspaces
    jobs: Jobs
    steps: dict[str, set[str]]
    talks: dict[str, int]
    turns: Turns
    """Limits the number of files read at a time."""
    line: Line
    """Runs one measurement at a time."""
    visitors: WeakSet[Any] = field(default_factory=WeakSet)
    """Open tabs, and recently closed ones."""

    def admits(self, visitor: object) -> bool:
        """Count a new visitor; False if a shared deployment is full."""
        if self.workspaces.is_shared and len(self.visitors) >= self.settings.visitors:
            return False
        self.visitors.add(visitor)
        return True


# Streamlit asks an external service for its own address when a page from another host connects. We do not
# need it, and nothing may leave this machine unasked.
net_util.get_external_ip = lambda: None

_GUEST_MEGABYTES: Final = 50
_UPLOAD: Final = "server.maxUploadSize"
_READERS: Final = 2
"""Most visitors whose files are read at a time, each in a separate process; others wait."""
_opening: Final = threading.Lock()
_open: list[House] = []


def house() -> House:
    """The shared objects of this process, made at the first call.

    Raises pydantic.ValidationError for invalid settings, which are read again at the next call.
    """
    with _opening:
        if not _open:
            _open.append(_made())
        return _open[0]


def close() -> None:
    """Disconnect and stop the embedded server; the next call of `house` reads the settings again."""
    with _opening:
        while _open:
            _open.pop().workspaces.close()


def _made() -> House:
    settings, jobs = load_settings(), Jobs()
    steps: dict[str, set[str]] = {}
    talks: dict[str, int] = {}

    def let_go(key: str) -> None:
        """Drop everything in memory of an erased or expired workspace."""
        jobs.end(key)
        steps.pop(key, None)
        talks.pop(key, None)

    workspaces = Workspaces(settings, let_go)
    if workspaces.is_shared and config.get_option(_UPLOAD) > _GUEST_MEGABYTES:
        # a limit on the page alone does not stop uploads sent without it
        config.set_option(_UPLOAD, _GUEST_MEGABYTES, "a shared deployment")
    return House(settings, workspaces, jobs, steps, talks, Turns(_READERS), Line())
