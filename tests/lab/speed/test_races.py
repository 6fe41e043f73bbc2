"""Races on both collections: answers must be equal, and queries to copy run."""

from __future__ import annotations

import os
import subprocess
import sys
from threading import Event

import pytest

from core.errors import StorageError
from core.lab.fleet.synthetic import households
from core.lab.speed import races as speed_races
from core.model import Delivery, Meter, Origin
from core.storage import match, mongosh
from core.storage.store import Store


def test_every_query_is_raced_with_equal_answers(races: dict[str, speed_races.Race], filled: Store) -> None:
    assert list(races) == list(speed_races.BY_CODE)
    readings = filled.meters()[0].readings
    assert races["history"].rows == readings
    assert races["week"].rows == 336
    assert races["peaks"].rows == 10
    assert all(len(race.ordinary.milliseconds) == 2 for race in races.values())


def test_explain_tells_documents_from_buckets(races: dict[str, speed_races.Race], filled: Store) -> None:
    history = races["history"]
    assert history.ordinary.documents == filled.meters()[0].readings
    assert history.time_series.documents is not None
    assert history.time_series.documents < 20


def test_answers_that_differ_are_not_timed(store: Store) -> None:
    ((meter, curve),) = households(1, 10)
    store.merge(Delivery(meter, Origin.DEMO, curve))
    store.project(meter)
    store.ordinary.update_one({}, {"$inc": {"watts": 2}})
    with pytest.raises(StorageError) as caught:
        list(speed_races.race_all(store, meter, stop=Event(), progress=lambda _: None, runs=1))
    assert caught.value.code == "speed-differs"


def test_a_query_can_be_copied_and_hides_the_meter(races: dict[str, speed_races.Race], meter: Meter) -> None:
    week = races["week"].written
    assert 'ISODate("' in week["ordinary"].shell
    assert "readings_ts" in week["time_series"].shell
    household = Meter("12345678901234")
    hidden = mongosh.written("readings", [{"$match": match.readings(household)}], household)
    assert hidden.hides_meter
    assert household.prm not in hidden.shell + hidden.python


@pytest.mark.parametrize("code", list(speed_races.BY_CODE))
def test_a_copied_program_runs_and_gives_the_same_rows_on_both_sides(
    races: dict[str, speed_races.Race], filled: Store, meter: Meter, mongo_uri: str, code: str
) -> None:
    uri = mongo_uri.replace("/?", f"/{filled.database.name}?")
    rows = []
    for side in ("ordinary", "time_series"):
        program = races[code].written[side].python
        environment = os.environ | {"COURBE_MONGODB_URI": uri}
        said = subprocess.check_output([sys.executable, "-c", program], env=environment, text=True)
        rows.append(said.splitlines())
    assert rows[0] == rows[1]
    assert len(rows[0]) == races[code].rows > 0
