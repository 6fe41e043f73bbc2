"""The collections of a fleet that Spark loads: created before anything is written, and checked."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from pydantic import SecretStr
from pymongo import ReadPreference
from pymongo.collection import Collection
from pymongo.database import Database
from pymongo.errors import CollectionInvalid, OperationFailure
from pymongo.read_concern import ReadConcern

from core.errors import StorageError
from core.lab.fleet.kept import FAMILIES
from core.lab.layouts.catalogue import Layout
from core.storage import time_series
from core.storage.bson_columns import DURABLE
from core.storage.connection import APP_NAME, connect
from core.storage.mongo_errors import NAMESPACE_EXISTS, explained, patiently

PREFIX: Final = "spark_"
FLEETS: Final = f"{PREFIX}fleets"
"""Collection with one document per fleet: its current owner, and the number of the last run."""
SECONDS: Final = 10
"""Timeout for finding a server; the Java driver would wait 30 s."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where a fleet is written; sent to tasks.

    `fleet`: for example `d731` for synthetic meters of 731 days, see Source. `options`: the creation options,
    of core.lab.fleet.kept.FAMILIES.
    """

    uri: SecretStr
    database: str
    fleet: str
    options: str = "plain"

    @property
    def ordinary(self) -> str:
        """Name of the ordinary collection."""
        return f"{PREFIX}{self.fleet}"

    @property
    def series(self) -> str:
        """Name of the time series collection."""
        return f"{PREFIX}{self.fleet}_ts"

    @property
    def manifest(self) -> str:
        """Name of the collection with the published generation of each meter."""
        return f"{PREFIX}{self.fleet}_manifest"

    @property
    def layouts(self) -> tuple[Layout, Layout]:
        """Layouts of the ordinary and the time series collection."""
        return FAMILIES[self.options]

    @contextmanager
    def open(self, name: str = APP_NAME) -> Iterator[Opened]:
        """A connection of its own, as every task needs one. `name`: by which the server knows it."""
        with connect(self.uri, seconds=SECONDS, name=name) as client:
            yield Opened(self, durable(client[self.database]))


@dataclass(frozen=True, slots=True)
class Opened:
    """A fleet's collections on one connection."""

    target: Target
    database: Database[Any]

    @property
    def ordinary(self) -> Collection[Any]:
        """The ordinary collection."""
        return self.database[self.target.ordinary]

    @property
    def series(self) -> Collection[Any]:
        """The time series collection."""
        return self.database[self.target.series]

    @property
    def manifest(self) -> Collection[Any]:
        """The published generations."""
        return self.database[self.target.manifest]

    @property
    def fleets(self) -> Collection[Any]:
        """The owners and run numbers of all fleets."""
        return self.database[FLEETS]

    def prepare(self) -> None:
        """Create both collections if missing, and check the type of existing ones.

        An append would make an ordinary collection of a missing time series one. StorageError
        `spark-not-time-series`, `spark-not-ordinary`, `storage-forbidden`.
        """
        with explained():
            for layout, name in zip(
                self.target.layouts, (self.target.ordinary, self.target.series), strict=True
            ):
                patiently(lambda layout=layout, name=name: self._prepare(layout, name))  # type: ignore[misc]

    def _prepare(self, layout: Layout, name: str) -> None:
        if not self._listed(name):
            try:
                layout.create(self.database, name)
            except (CollectionInvalid, OperationFailure) as error:
                if isinstance(error, OperationFailure) and error.code != NAMESPACE_EXISTS:
                    raise
        found = self._listed(name)
        if "timeseries" in layout.options:
            if not _is_ours(found):
                raise StorageError("spark-not-time-series", collection=name)
        elif found.get("type") != "collection":
            raise StorageError("spark-not-ordinary", collection=name)
        if layout.index:
            self.database[name].create_index(layout.index, unique=layout.unique, **layout.index_options)

    def _listed(self, name: str) -> dict[str, Any]:
        found = list(self.database.list_collections(filter={"name": name}))
        return dict(found[0]) if found else {}

    def drop(self) -> None:
        """Drop the fleet, its manifest first, so that nobody reads collections that are being dropped."""
        with explained():
            for name in (self.target.manifest, self.target.series, self.target.ordinary):
                self.database.drop_collection(name)
            self.fleets.delete_one({"_id": self.target.fleet})


def durable(database: Database[Any]) -> Database[Any]:
    """The database with majority writes, journaled, and majority reads from the primary."""
    return database.with_options(
        write_concern=DURABLE, read_concern=ReadConcern("majority"), read_preference=ReadPreference.PRIMARY
    )


def _is_ours(found: dict[str, Any]) -> bool:
    if found.get("type") != "timeseries":
        return False
    options = found.get("options", {}).get("timeseries", {})
    return all(options.get(name) == value for name, value in time_series.OPTIONS.items())
