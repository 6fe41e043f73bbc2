"""Queries, buckets, limits, inserting, fleet, forecast and report: what they say is so."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path
from threading import Event

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.cli.console import Console
from core.cli.fleet import print_fleet
from core.errors import InputError, StorageError
from core.jobs import Phase, Progress
from core.lab.fleet import forecast
from core.lab.fleet.measure import Fleet, run_fleet, sizes_up_to
from core.lab.fleet.synthetic import households
from core.lab.footprint import footprint
from core.lab.jobs import measure_all
from core.lab.layouts import limits
from core.lab.layouts.buckets import buckets
from core.lab.layouts.build import build
from core.lab.layouts.catalogue import ORDINARY
from core.lab.lower_bound import bound
from core.lab.report.findings import Findings, as_json, compare, read_report
from core.lab.report.html import write_report
from core.lab.speed import inserts
from core.lab.speed import races as speed_races
from core.model import Curve, Days, Delivery, Meter, Origin
from core.storage import match, mongosh
from core.storage.store import Store
from core.texts import ENGLISH, Language, Words


@pytest.fixture(scope="module")
def meter(filled: Store) -> Meter:
    return filled.meters()[0].meter


@pytest.fixture(scope="module")
def races(filled: Store, meter: Meter) -> dict[str, speed_races.Race]:
    found = speed_races.race_all(filled, meter, stop=Event(), progress=lambda _: None, runs=2)
    return {race.query: race for race in found}


@pytest.fixture(scope="module")
def fleet(filled: Store) -> Fleet:
    return run_fleet(filled.database, 10, 10)


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


def test_buckets_are_those_of_the_meter(filled: Store, meter: Meter) -> None:
    found = buckets(filled, meter)
    curve = filled.read(meter)
    assert sum(one.readings for one in found) == len(curve)
    assert max(one.most for one in found) == int(curve.watts.max())
    assert min(one.least for one in found) == int(curve.watts.min())
    closed = [one for one in found if one.packed]
    assert closed
    assert all(one.bytes < one.unpacked_bytes / 20 for one in closed)
    assert all(0 < one.rest_bytes < 100 for one in found)
    assert {column.name for column in found[0].columns} == {"start", "watts"}


def test_limits_are_real(filled: Store, meter: Meter) -> None:
    found = {trial.code: trial for trial in limits.trials(filled, meter)}
    assert found["double"].kept_double == (False, True)
    assert found["change"].ordinary
    assert found["change"].time_series is None
    assert found["change"].refusal
    assert found["look-up"].time_series


def test_inserting_is_compared_in_both_ways(filled: Store, meter: Meter) -> None:
    found = inserts.compare(filled, meter, filled.read(meter), stop=Event(), batches=2, batch=100)
    assert [one.way for one in found] == list(inserts.WAYS)
    assert all(len(one.ordinary) == len(one.time_series) == 2 for one in found)


def test_a_fleet_is_measured_at_each_size_and_dropped(fleet: Fleet, filled: Store) -> None:
    assert [one.meters for one in fleet.sizes] == [1, 10]
    assert fleet.complete
    assert fleet.sizes[1].footprint.ordinary.readings == sum(len(curve) for _, curve in households(10, 10))
    printed = fleet.as_json()
    assert set(printed) >= {"server", "sizes"}
    assert set(printed["sizes"][0]) == {"meters", "days", "settled", "ordinary", "time_series"}
    assert "buckets" in printed["sizes"][0]["time_series"]
    left = filled.database.list_collection_names()
    assert not [name for name in left if "lab_" in name or "fleet_" in name]


def test_no_saving_and_no_line_is_drawn_from_sizes_that_are_not_settled(
    fleet: Fleet, capsys: pytest.CaptureFixture[str]
) -> None:
    unsettled = replace(
        fleet,
        sizes=tuple(replace(one, footprint=replace(one.footprint, settled=False)) for one in fleet.sizes),
    )
    assert fleet.settled
    assert fleet.models()
    assert unsettled.models() is None
    print_fleet(unsettled, Console())
    shown = capsys.readouterr().out
    assert "%" not in shown
    assert ENGLISH.text("lab.unsettled") in shown


def test_a_fleet_says_what_it_is_at(store: Store) -> None:
    told: list[Progress] = []
    run_fleet(store.database, 2, 30, progress=told.append)  # days with a change of clocks among them
    sides = [
        (side, phase, meters)
        for meters in (1, 2)
        for side in ("ordinary", "time-series")
        for phase in (Phase.LOADING, Phase.MEASURING)
    ]
    said = list(dict.fromkeys((one.source, one.phase, one.meters) for one in told))
    assert said == [("bound", Phase.WORKING, 0), *sides]
    assert told[-1].readings == told[-1].expected


def test_the_laboratory_leaves_the_measured_collections_alone(filled: Store, meter: Meter) -> None:
    def measured() -> list[tuple[int, int]]:
        now = footprint(filled)
        return [(one.net_bytes, one.data_bytes) for one in (now.ordinary, now.time_series)]

    before = measured()
    limits.trials(filled, meter)
    inserts.compare(filled, meter, filled.read(meter), stop=Event(), batches=2, batch=100)
    list(speed_races.race_all(filled, meter, stop=Event(), progress=lambda _: None, runs=1))
    run_fleet(filled.database, 2, 30)
    assert measured() == before


def test_a_kept_fleet_stays_and_a_cancelled_one_does_not(store: Store) -> None:
    kept = run_fleet(store.database, 2, 2, keep=True)
    assert len(kept.kept) == 2
    assert store.database[kept.kept[0]].count_documents({}) == 2 * 96
    stop = Event()
    stop.set()
    cancelled = run_fleet(store.database, 3, 2, stop=stop)
    assert not cancelled.sizes
    assert not cancelled.complete


def test_a_fleet_cancelled_between_its_sides_keeps_neither(store: Store) -> None:
    stop = Event()
    whole = 2 * 96

    def tell(progress: Progress) -> None:
        if progress.readings > 2 * 96 + whole:  # one meter on both sides, then two on the ordinary one
            stop.set()

    cancelled = run_fleet(store.database, 2, 2, stop=stop, progress=tell, keep=True)
    assert [one.meters for one in cancelled.sizes] == [1]
    assert not cancelled.kept
    assert not [name for name in store.database.list_collection_names() if "fleet_" in name]


@pytest.mark.parametrize(("meters", "days"), [(0, 10), (10, 0), (100_000, 10)])
def test_a_fleet_out_of_bounds_is_refused(store: Store, meters: int, days: int) -> None:
    with pytest.raises(InputError):
        run_fleet(store.database, meters, days)


def test_a_fleet_that_does_not_fit_the_disk_is_refused(store: Store) -> None:
    with pytest.raises(StorageError) as caught:
        run_fleet(store.database, 10_000, 3_653)
    assert caught.value.code == "fleet-no-room"


def test_sizes_are_powers_of_ten_up_to_the_number() -> None:
    assert sizes_up_to(1) == (1,)
    assert sizes_up_to(10) == (1, 10)
    assert sizes_up_to(250) == (1, 10, 100, 250)


def test_households_differ_from_each_other_and_are_as_noisy_as_a_real_one(shared_data: Path) -> None:
    fleet = [curve.watts for _, curve in households(8, 365)]
    means = [float(watts.mean()) for watts in fleet]
    assert max(means) > 1.5 * min(means)
    lines = (shared_data / "enedis_conso_heure_20230809-20240725.csv").read_text("utf-8-sig").splitlines()
    real = np.array([int(line.split(";")[1]) for line in lines if line.startswith("20")], dtype=np.int32)
    made = float(np.mean([bound([watts]).bytes_per_reading for watts in fleet]))
    assert made >= 0.97 * bound([real]).bytes_per_reading
    assert all((watts % 2 == 0).all() for watts in fleet)


def test_the_same_fleet_can_be_made_again() -> None:
    (one,), (other,) = households(1, 3, first=5), households(1, 3, first=5)
    assert one == other


@settings(max_examples=60)
@given(st.floats(0, 1e6), st.floats(0.5, 100))
def test_a_line_is_found_again(fixed: float, slope: float) -> None:
    readings = [10_000, 100_000, 1_000_000, 10_000_000]
    model = forecast.fit(readings, [round(fixed + slope * count) for count in readings])
    assert model.per_reading == pytest.approx(slope, rel=1e-3)
    assert model.residual < 1e-3
    far = model.predict(1e12)
    assert far.low < slope * 1e12 < far.high


def test_a_range_holds_what_larger_fleets_take() -> None:
    """1 and 10 meters over 7 days and over one, then 1 to 100 over two years; 1,000 take 1.56 to 1.59 B."""
    small = forecast.fit([336, 3_360], [40_960, 49_152])
    far = small.predict(1e12)
    assert far.low < 1.57e12 < far.high
    assert far.low >= 0
    flat = forecast.fit([48, 480], [40_960, 40_960]).predict(1e12)
    assert 0 <= flat.low < 1.57e12 < flat.high
    large = forecast.fit([35_040, 350_400, 3_504_000], [90_112, 577_536, 5_511_168]).predict(1e12)
    assert large.low < 1.557e12 < large.high < 1.1 * large.low


def test_one_measurement_is_no_line() -> None:
    with pytest.raises(ValueError, match="two"):
        forecast.fit([5], [10])


def test_the_cost_grows_with_the_bytes_and_shards_beyond_the_largest_disk() -> None:
    listed = forecast.prices()
    prices = [forecast.cost(gb * 1e9, listed).month for gb in (0.1, 3, 30, 300, 3_000, 30_000)]
    assert prices == sorted(prices)
    assert forecast.cost(0.1e9, listed).tier == "M0"
    assert forecast.cost(3_000e9, listed).shards == 1
    assert forecast.cost(30_000e9, listed).shards == 9


def test_the_smallest_tiers_count_data_before_compression(fleet: Fleet) -> None:
    """Atlas: dataSize + indexSize on M0 and Flex, the disk on dedicated clusters."""
    listed = forecast.prices()
    assert forecast.cost(0.3e9, listed, 0.4e9).tier == "M0"
    assert forecast.cost(0.3e9, listed, 0.6e9).tier == "Flex"
    assert forecast.cost(3e9, listed, 9e9).tier == "M10"
    on_disk, counted = fleet.models(), fleet.uncompressed()
    assert on_disk
    assert counted
    assert counted[0].per_reading > 2 * on_disk[0].per_reading


def test_ingest_of_all_linky_meters() -> None:
    assert forecast.ingest_per_second(37_000_000) == pytest.approx(123_333, rel=1e-3)


def test_the_bound_of_noise_is_its_entropy_and_of_nothing_is_nothing() -> None:
    noise = np.random.default_rng(0).integers(0, 256, 50_000).astype(np.int32)
    assert bound([noise]).bytes_per_reading == pytest.approx(1, abs=0.02)
    assert bound([]).bytes_per_reading == 0


def test_a_report_is_complete_private_and_comparable(
    filled: Store, races: dict[str, speed_races.Race], fleet: Fleet, tmp_path: Path
) -> None:
    findings = Findings(
        footprint=footprint(filled), bound=bound([]), races=tuple(races.values()), fleet=fleet
    )
    for language in Language:
        page, data = write_report(findings, tmp_path / f"{language}.html", Words(language))
        words = page.read_text("utf-8")
        assert "<script>" in words
        assert "src=" not in words.split("</script>")[-1]
        assert filled.database.name not in words
    one = read_report(data.read_bytes())
    assert one == json.loads(json.dumps(as_json(findings)))
    assert "host" not in one["raw"]["ordinary"]
    assert one["raw"]["fleet"]["10"]["time_series"]["storageStats"]["timeseries"]["bucketCount"]
    assert int(one["machine"]["processors"]) > 0
    page, data = write_report(findings, tmp_path / "named.json")
    assert "<html" in page.read_text("utf-8")
    assert read_report(data.read_bytes()) == one
    rows = {name: (first, second) for name, first, second in compare(one, one)}
    assert rows["footprint/ordinary/bytes_per_reading"][0] > 30
    assert "queries/races/history/ordinary/median_ms" in rows
    assert "fleet/sizes/10/time_series/bytes_per_reading" in rows
    assert all(first == second for first, second in rows.values())


def test_each_figure_of_a_report_is_in_its_raw_statistics(filled: Store, fleet: Fleet) -> None:
    """A layout has the name of a side of the footprint: neither hides the other."""
    built = build(filled, ORDINARY, lambda: households(1, 5), Event())
    report = as_json(Findings(footprint(filled), bound([]), layouts=(built,), fleet=fleet))
    raw = report["raw"]
    measured = [(report["footprint"][side], raw[side]) for side in ("ordinary", "time_series")]
    measured.append((report["layouts"][0], raw["layouts"]["ordinary"]))
    for size in report["fleet"]["sizes"]:
        there = raw["fleet"][str(size["meters"])]
        measured += [(size[side], there[side]) for side in ("ordinary", "time_series")]
    for figures, statistics in measured:
        stats = statistics["storageStats"]
        assert figures["data_bytes"] == stats["size"]
        assert figures["storage_bytes"] == stats["storageSize"]
        assert figures["index_bytes"] == stats["totalIndexSize"]
    assert report["settings"]["layouts"]["ordinary"]["unique"] is True


def test_a_meter_that_was_asked_for_in_vain_is_no_obstacle_to_a_report(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    (_, curve) = next(iter(households(1, 9)))
    for meter, found in ((Meter("00000000000001"), Curve.empty()), (Meter("00000000000002"), curve)):
        asked = Days(date(2026, 6, 22), date(2026, 7, 1))
        store.merge(Delivery(meter, Origin.API_V2, found, asked=asked))
        store.project(meter)
    assert [one.readings for one in store.meters()] == [0, len(curve)]
    monkeypatch.setattr("core.lab.layouts.catalogue.LAYOUTS", (ORDINARY,))
    findings = measure_all(store, 0, Event(), lambda _: None)
    assert findings
    assert len(findings.races) == len(speed_races.QUERIES)
    assert findings.inserts[0].ordinary


@pytest.mark.parametrize("language", Language)
def test_a_report_of_sizes_that_are_not_settled_says_so_and_tells_no_saving(
    filled: Store, language: Language, tmp_path: Path
) -> None:
    """As where no checkpoint may be forced, and none came in time."""
    loaded = replace(build(filled, ORDINARY, lambda: households(1, 5), Event()), settled=False)
    unsettled = replace(footprint(filled), settled=False)
    page, _ = write_report(
        Findings(unsettled, bound([]), layouts=(loaded,)), tmp_path / "r.html", Words(language)
    )
    words = page.read_text("utf-8").split("</head>")[-1]
    assert words.count(Words(language).text("lab.unsettled")) == 2
    assert Words(language).text("footprint.table.saving") not in words.split("<pre>")[0]


@pytest.mark.parametrize(
    "raw", [b"", b"[" * 100_000, b"[]", b"{}", b"\xff\xfe", b'{"kind": "other", "format": 1}']
)
def test_what_is_no_report_is_refused(raw: bytes) -> None:
    with pytest.raises(InputError):
        read_report(raw)
