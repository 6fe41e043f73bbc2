"""What is ours is recognised by its content; everything else stays."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from bson.int64 import Int64
from pydantic import SecretStr
from pymongo.database import Database

from core.lab.fleet.kept import FAMILIES, name_of
from core.model import Flow, Meter
from core.spark.results import COLLECTION as RESULTS
from core.spark.target import FLEETS, Target
from core.storage import scratch
from core.storage.store import Store
from core.storage.upkeep.ownership import (
    API_BUDGET,
    CONTRACTS,
    INBOX,
    LABORATORY,
    PREFERENCES,
    PUBLIC_PRICES,
    Kind,
)
from tests.curves import METER_PRM, regular
from tests.storage.test_store import deliver

METER = Meter(METER_PRM)


def test_erasing_everything_leaves_what_is_not_ours(store: Store, database: Database[Any]) -> None:
    deliver(store, regular())
    theirs = {
        "invoices": [{"n": 1}],
        "fleet_2024_cars": [{"n": 1}],
        "lab_results": [{"n": 1}],
        "readings_archive": [{"n": 1}],
        "curves_old": [{"n": 1}],
    }
    for name, documents in theirs.items():
        database[name].insert_many(documents)
    database.command("create", "a_view", viewOn="invoices", pipeline=[])
    database[PREFERENCES].insert_many([{"_id": "contract"}, {"_id": "theirs"}])
    answer = {
        "prm": METER.prm,
        "flow": "consumption",
        "first": "2024-05-01",
        "end": "2024-05-02",
        "answer": {},
    }
    database[INBOX].insert_many([answer, {"subject": "hello"}])
    database[API_BUDGET].insert_one({"calls": 49})
    own = {"_id": "mine", "name": "mine", "option": "base", "prices": []}
    database[CONTRACTS].insert_many([own, {"customer": "theirs"}])
    fetched = {"kind": "refresh", "at": datetime(2026, 1, 1, tzinfo=UTC)}
    database[PUBLIC_PRICES].insert_many([fetched, {"kind": "theirs"}])
    result = {"format": 1, "kind": "speed", "made_ms": Int64(0), "versions": {}, "result": {}}
    database[LABORATORY].insert_many([result, {"experiment": "theirs"}])
    with scratch.names() as named:
        database[named("ordinary")].insert_one({})
        database[name_of(5, FAMILIES["plain"][0])].insert_one({})
        held = store.belongings()
        store.erase()
    assert held.meters == (METER,)
    assert held.others == dict.fromkeys(Kind, 1)
    assert set(held.foreign) == {*theirs, "a_view"}
    left = set(database.list_collection_names())
    assert {*theirs, "a_view", API_BUDGET} <= left
    assert all(database[name].count_documents({}) == 1 for name in theirs)
    assert [one["_id"] for one in database[PREFERENCES].find({})] == ["theirs"]
    assert [one["subject"] for one in database[INBOX].find({})] == ["hello"]
    assert [one["customer"] for one in database[CONTRACTS].find({})] == ["theirs"]
    assert [one["kind"] for one in database[PUBLIC_PRICES].find({})] == ["theirs"]
    assert [one["experiment"] for one in database[LABORATORY].find({})] == ["theirs"]
    assert not any(name.startswith(("lab_0", "lab_1", "fleet_5")) for name in left)
    assert store.belongings().meters == ()
    assert store.belongings().others == {}


def test_with_a_meter_go_the_measurements_on_its_readings(store: Store, database: Database[Any]) -> None:
    deliver(store, regular())
    deliver(store, regular(), Meter(METER.prm, Flow.PRODUCTION))
    of_it, of_both = {f"{METER.prm}:consumption": 1}, {f"{METER.prm}:{flow}": 1 for flow in Flow}
    of_the_other = {f"{METER.prm}:production": 1}
    common = {"format": 1, "kind": "speed", "made_ms": Int64(0), "result": {}}
    database[LABORATORY].insert_many(
        [common | {"versions": versions} for versions in (of_it, of_both, of_the_other, {})]
    )
    store.erase(METER)
    assert [one["versions"] for one in database[LABORATORY].find({})] == [of_the_other, {}]


def test_the_names_of_kept_fleets_are_known(store: Store, database: Database[Any]) -> None:
    for pair in FAMILIES.values():
        for layout in pair:
            database[name_of(3, layout)].insert_one({})
    assert store.belongings().others == {Kind.FLEETS: 4}


def test_the_names_of_fleets_on_spark_are_known_and_no_others(store: Store, database: Database[Any]) -> None:
    ours = [
        Target(SecretStr("mongodb://nowhere"), "db", fleet) for fleet in ("d731", "daily90x10", "p0123456789")
    ]
    names = [name for one in ours for name in (one.ordinary, one.series, one.manifest)]
    for name in (*names, FLEETS, RESULTS, "spark_jobs", "spark_d731_backup"):
        database[name].insert_one({})
    held = store.belongings()
    assert held.others == {Kind.FLEETS: 11}
    assert held.foreign == ("spark_d731_backup", "spark_jobs")


def test_meters_are_found_by_record_and_by_readings(store: Store, database: Database[Any]) -> None:
    sun = Meter(METER.prm, Flow.PRODUCTION)
    deliver(store, regular())
    deliver(store, regular(), sun)
    database["curves"].delete_one({"_id": f"{METER.prm}:production"})
    database["curves"].insert_one({"_id": "12345678901234:consumption", "nonsense": True})
    assert store.belongings().meters == (Meter("12345678901234"), METER, sun)
    store.erase()
    assert store.belongings().meters == ()
    assert store.ordinary.count_documents({}) == store.time_series.count_documents({}) == 0
