"""Stored results of Spark's fleets, and the national estimate; these tests need no Spark."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from pymongo.database import Database

from core.lab.fleet.measure import Fleet, Size
from core.lab.footprint import Footprint, Usage
from core.spark import figures, lesson, national, results
from core.spark.results import Run
from core.texts import Language, Words
from core.texts.catalogue import catalogue
from pages.views.lab.spark import with_runs


def usage(storage: int) -> Usage:
    return Usage(1_000, 2_000, storage, 10, buckets=4, compressor="zstd")


def run(meters: int = 3, days: int = 30, **more: Any) -> Run:
    size = Size(meters, days, Footprint("6.0.5", True, usage(900), usage(90)), (1.5, 0.5))
    return replace(Run(f"d{days}", "plain", size, "direct", 2, 2.5, 1_000, "4.1.4", "10.5.0"), **more)


def test_a_run_is_read_back_as_it_was_kept(database: Database[dict[str, Any]]) -> None:
    results.keep_run(database, run(7, 40))
    results.keep_run(database, run())
    assert results.runs(database) == [run(), run(7, 40)]


def test_a_run_that_had_nothing_left_to_load_keeps_the_times_of_the_one_before(
    database: Database[dict[str, Any]],
) -> None:
    results.keep_run(database, run())
    results.keep_run(database, run(written=0, seconds=0.1, through="connector"))
    assert results.runs(database) == [run()]


def test_replacing_the_same_changes_nothing_and_takes_away_what_is_no_more(
    database: Database[dict[str, Any]],
) -> None:
    collection = results.results(database)
    rows = [{"_id": {"fleet": "d1", "figure": "profile", "slot": slot}, "n": slot} for slot in range(3)]
    kept = {"_id": {"fleet": "d2", "figure": "profile", "slot": 0}, "n": 9}
    collection.insert_one(kept)
    assert results.replace(collection, "d1", ["profile"], rows) == 3
    assert results.replace(collection, "d1", ["profile"], rows) == 0
    assert results.replace(collection, "d1", ["profile"], rows[:2]) == 1
    assert results.figures(database, "d1", "profile") == rows[:2]
    assert results.figures(database, "d2", "profile") == [kept]
    results.forget(database, "d1")
    assert results.figures(database, "d1", "profile") == []


def test_a_run_of_the_same_days_is_a_point_among_the_measured_sizes() -> None:
    fleet = Fleet("6.0.5", (run(1).size, run(10).size), complete=True)
    more = with_runs(fleet, [run(5), run(10, written=1), run(50, 31), run(99, options="small")])
    assert [one.meters for one in more.sizes] == [1, 5, 10]


@pytest.mark.parametrize("language", Language)
def test_the_profile_has_a_line_for_each_season_there_is(language: Language) -> None:
    rows = [
        {
            "_id": {"fleet": "d1", "figure": "profile", "season": season, "slot": slot},
            "half_hours": 10,
            "watt_minutes": 10 * 60_000 * (slot + 1),
            "deciles": [30_000 * (slot + 1)] * 8 + [90_000 * (slot + 1)],
        }
        for season in ("winter", "summer")
        for slot in range(48)
    ]
    words = Words(language)
    figure = figures.profile(rows, words)
    lines = [trace for trace in figure.data if trace.mode == "lines"]
    assert [line.name for line in lines] == [
        words.text("spark.season.winter"),
        words.text("spark.season.summer"),
    ]
    assert list(lines[0].y[:2]) == [2.0, 4.0]
    assert lines[0].x[1] == 0.5


def test_the_table_on_paper_is_its_formula() -> None:
    one = national.work(meters=1_000)[0]
    client, server = national.costs()["load_direct"]
    assert one.readings == 1_000 * 48 * 730
    assert one.client_hours == pytest.approx(1_000 * 48 * 730 * client / 3.6e9)
    assert one.server_hours == pytest.approx(1_000 * 48 * 730 * server / 3.6e9)
    whole, daily = national.disk(meters=1_000)
    assert whole == round(1_000 * 48 * 730 * national.costs()["bytes_in_order"])
    assert daily == round(1_000 * 48 * national.costs()["bytes_daily"])
    codes = {one.code for one in national.work()}
    for language in Language:
        assert all(f"spark.national.{code}" in catalogue(language) for code in codes)


@pytest.mark.parametrize("language", Language)
def test_every_row_of_the_lesson_can_be_told(language: Language) -> None:
    words = Words(language)
    found = lesson.kept()
    assert [row.code for row in found.rows] == list(lesson.TRIALS)
    for row in found.rows:
        assert words.text(f"spark.lesson.{row.code}")
        assert "{" not in words.text(f"spark.outcome.{row.outcome}", **row.values)
