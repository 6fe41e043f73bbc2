"""What the visitors of one process share: connections, the embedded server, background jobs.

It is held by this module and not by a cache of Streamlit's: any visitor's browser may ask for those to be
cleared, and that would stop MongoDB for everybody.
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
    """What is in it of a workspace is found by its secret key."""

    settings: Settings
    workspaces: Workspaces
    jobs: Jobs
    steps: dict[str, set[str]]
    talks: dict[str, int]
    turns: Turns
    """Of reading files."""
    line: Line
    """Of measurements."""
    visitors: WeakSet[Any] = field(default_factory=WeakSet)
    """Open tabs, and those closed a short while ago."""

    def admits(self, visitor: object) -> bool:
        """Count a new visitor; False where a shared deployment has as many as it may."""
        if self.workspaces.is_shared and len(self.visitors) >= self.settings.visitors:
            return False
        self.visitors.add(visitor)
        return True


# Streamlit asks a service of elsewhere for its own address when a page of elsewhere connects. Nothing of ours
# needs it, and nothing is to leave this machine unasked.
net_util.get_external_ip = lambda: None

_GUEST_MEGABYTES: Final = 50
_UPLOAD: Final = "server.maxUploadSize"
_READERS: Final = 2
"""Files of so many visitors are read at once, each in a process of its own; others wait."""
_opening: Final = threading.Lock()
_open: list[House] = []


def house() -> House:
    """The one of this process, made at the first call. Raises pydantic.ValidationError for bad settings, and
    reads them again at the next call."""
    with _opening:
        if not _open:
            _open.append(_made())
        return _open[0]


def close() -> None:
    """Disconnect and stop a server of our own; the next call of `house` begins anew, with other settings."""
    with _opening:
        while _open:
            _open.pop().workspaces.close()


def _made() -> House:
    settings, jobs = load_settings(), Jobs()
    steps: dict[str, set[str]] = {}
    talks: dict[str, int] = {}

    def let_go(key: str) -> None:
        """What is erased, by its visitor or because its time has come, leaves nothing in memory either."""
        jobs.end(key)
        steps.pop(key, None)
        talks.pop(key, None)

    workspaces = Workspaces(settings, let_go)
    if workspaces.is_shared and config.get_option(_UPLOAD) > _GUEST_MEGABYTES:
        # asked of the page alone it would not hold against who sends an upload by hand
        config.set_option(_UPLOAD, _GUEST_MEGABYTES, "a shared deployment")
    return House(settings, workspaces, jobs, steps, talks, Turns(_READERS), Line())
