"""What every source of readings is to the importer and the pages: the same two questions."""

from __future__ import annotations

from collections.abc import Iterator
from threading import Event
from typing import Protocol

from core.model import Delivery, Preview


class Source(Protocol):
    """Somewhere a load curve comes from: the demo, a file, the API."""

    def preview(self) -> Preview:
        """What it would bring. Raises SourceError when it cannot be read at all."""

    def deliveries(self, stop: Event) -> Iterator[Delivery]:
        """The readings, in as many steps as it takes; each is stored before the next is asked for.

        Ends early, without error, once `stop` is set. Raises SourceError or SourcePaused.
        """
