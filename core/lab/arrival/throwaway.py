"""A temporary mongod for tests that need restarts or server parameters."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pymongo import MongoClient
from pymongo.database import Database

from core.settings import load_settings
from core.storage.embedded import server


class Throwaway:
    """A mongod in a temporary folder, deleted when its block ends. Made by `throwaway`."""

    def __init__(self, folder: Path, mongod: Path | None, parameters: Sequence[str]) -> None:
        self._parameters = parameters
        self._folder = folder
        self._mongod = mongod
        self._start()

    @property
    def database(self) -> Database[Any]:
        """The database for the test."""
        return self._client["arrival"]

    @property
    def version(self) -> str:
        """Version of the server."""
        return str(self._client.server_info()["version"])

    def restart(self) -> None:
        """Stop it cleanly, as for an update, and start it on the same data."""
        self.stop()
        self._start()

    def set(self, **parameters: Any) -> None:
        """Set server parameters until the next start."""
        for name, value in parameters.items():
            self._client.admin.command({"setParameter": 1, name: value})

    def stop(self) -> None:
        """Close the connection and stop the server."""
        self._client.close()
        self._server.stop()

    def _start(self) -> None:
        self._server = server.start(self._folder, self._mongod, parameters=self._parameters)
        self._client = MongoClient[dict[str, Any]](self._server.uri.get_secret_value())


@contextmanager
def throwaway(parameters: Sequence[str] = ()) -> Iterator[Throwaway]:
    """Start a mongod for the block, with server parameters `name=value`.

    Raises StorageError if no mongod can run here.
    """
    with tempfile.TemporaryDirectory(prefix="courbe-", ignore_cleanup_errors=True) as folder:
        one = Throwaway(Path(folder), load_settings().mongod, parameters)
        try:
            yield one
        finally:
            one.stop()
