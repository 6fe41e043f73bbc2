"""A server where only an administrator may force a checkpoint: final sizes are awaited."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from pymongo import MongoClient

from core.errors import StorageError
from core.jobs import Phase, Progress
from core.lab.fleet.measure import Fleet, run_fleet
from core.lab.fleet.synthetic import households
from core.lab.layouts.buckets import buckets
from core.lab.layouts.build import Built, build_all
from core.lab.layouts.catalogue import FIRST_DEMO, TS_HOURS
from core.model import Delivery, Origin
from core.storage.embedded import server
from core.storage.embedded.address import Transport
from core.storage.scratch import PREFIX
from core.storage.store import Store

METERS, DAYS = 2, 120
READINGS = METERS * DAYS * 48


@pytest.fixture(scope="module")
def administrator() -> Iterator[MongoClient[dict[str, Any]]]:
    with tempfile.TemporaryDirectory(prefix="courbe-") as folder:
        running = server.start(Path(folder), transport=Transport.PORT)
        with MongoClient[dict[str, Any]](running.uri.get_secret_value()) as client:
            client.admin.command(
                "createUser", "writer", pwd="pw", roles=[{"role": "readWrite", "db": "household"}]
            )
            yield client
        running.stop()


@pytest.fixture
def store(administrator: MongoClient[dict[str, Any]]) -> Iterator[Store]:
    """A store of a user who may only read and write."""
    host, port = administrator.address or ("", 0)
    with MongoClient[dict[str, Any]](
        host, port, username="writer", password="pw", authSource="admin"
    ) as mine:
        yield Store(mine.household)


def leftovers(store: Store) -> list[str]:
    return [name for name in store.database.list_collection_names() if PREFIX in name]


def test_layouts_are_measured_after_the_servers_own_checkpoint(
    store: Store, administrator: MongoClient[dict[str, Any]]
) -> None:
    waited: list[str] = []

    def tell(progress: Progress) -> None:
        if progress.phase is Phase.CHECKPOINT:
            waited.append(progress.source)
            administrator.admin.command("fsync")  # the periodic checkpoint, without waiting for it

    built: list[Built] = list(
        build_all(
            store,
            (FIRST_DEMO, TS_HOURS),
            lambda: households(METERS, DAYS),
            READINGS,
            stop=Event(),
            progress=tell,
        )
    )
    assert waited == ["first-demo", "ts-hours"]
    assert all(one.settled for one in built)
    first, series = (one.usage.bytes_per_reading for one in built)
    assert 30 < first < 80
    assert 1 < series < 10
    assert not leftovers(store)


def test_a_fleet_too(store: Store, administrator: MongoClient[dict[str, Any]]) -> None:
    def tell(progress: Progress) -> None:
        if (progress.phase, progress.meters) == (Phase.CHECKPOINT, 1):
            administrator.admin.command("fsync")

    found = run_fleet(store.database, 1, DAYS, progress=tell)
    assert found.complete
    assert found.sizes[0].footprint.settled
    assert found.sizes[0].footprint.ordinary.bytes_per_reading > 30


def test_the_wait_can_be_cancelled(store: Store) -> None:
    stop = Event()

    def tell(progress: Progress) -> None:
        if (progress.phase, progress.meters) == (Phase.CHECKPOINT, 1):
            stop.set()

    found: Fleet = run_fleet(store.database, 1, DAYS, stop=stop, progress=tell)
    assert not found.complete
    assert not found.sizes
    assert not leftovers(store)


def test_buckets_that_may_not_be_read_are_refused_with_the_reason(store: Store) -> None:
    """As on Atlas: readWrite is a right on the collection, not on its buckets."""
    store.prepare()
    ((meter, curve),) = households(1, 30)
    store.merge(Delivery(meter, Origin.DEMO, curve))
    store.project(meter)
    with pytest.raises(StorageError) as caught:
        buckets(store, meter)
    assert caught.value.code == "buckets-refused"
