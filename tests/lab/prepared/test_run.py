"""Everything is measured in one run and stored, also if it ends early."""

from __future__ import annotations

from threading import Event

import pytest

from core.errors import InputError
from core.jobs import Progress
from core.lab.fleet.synthetic import households
from core.lab.prepared import kept
from core.lab.prepared.kept import Kind
from core.lab.prepared.run import prepare
from core.storage.store import Store
from tests.lab.households import imported


def test_what_is_chosen_is_prepared_and_kept(store: Store) -> None:
    """All of it is measured by the command: tests/cli/test_prepare.py."""
    meter, chosen = imported(store), (Kind.FOOTPRINT, Kind.LAYOUTS, Kind.BUCKETS, Kind.FLEET)
    told: list[Progress] = []
    found = prepare(store, meter, meters=2, kinds=chosen, stop=Event(), progress=told.append)
    assert found.complete
    assert not found.failed
    assert [one.kind for one in found.kept] == list(chosen)
    assert [kind for kind in Kind if kept.find(store, kind, meter)] == list(chosen)
    shares = [one.readings for one in told]
    assert shares == sorted(shares)
    assert told[-1].expected is not None
    assert told[-1].readings <= told[-1].expected


def test_what_was_measured_before_a_cancel_is_kept(store: Store) -> None:
    meter, stop = imported(store), Event()

    def told(one: Progress) -> None:
        if one.source == Kind.LAYOUTS:
            stop.set()

    found = prepare(store, meter, meters=2, stop=stop, progress=told)
    assert not found.complete
    assert [one.kind for one in found.kept] == [Kind.FOOTPRINT, Kind.BOUND]
    assert kept.find(store, Kind.LAYOUTS) is None


def test_without_readings_nothing_is_prepared(store: Store) -> None:
    ((meter, _),) = households(1, 1)
    with pytest.raises(InputError) as caught:
        prepare(store, meter, stop=Event())
    assert caught.value.code == "footprint-empty"
