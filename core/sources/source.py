"""The protocol of all sources of readings, for the importer and the pages."""

from __future__ import annotations

from collections.abc import Iterator
from threading import Event
from typing import Protocol

from core.model import Delivery, Preview


class Source(Protocol):
    """A source of load curves: the demo, a file, the API."""

    def preview(self) -> Preview:
        """What it would bring. SourceError if it cannot be read at all."""

    def deliveries(self, stop: Event) -> Iterator[Delivery]:
        """The readings, in any number of deliveries; each is stored before the next is requested.

        Ends early, without error, once `stop` is set. Raises SourceError or SourcePaused.
        """
