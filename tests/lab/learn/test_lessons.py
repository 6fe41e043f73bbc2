"""Each lesson runs as shown, and its answer is correct."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from core.lab.learn.lessons import LESSONS, ROLL_UP, Learned, Lesson, learn
from core.storage.store import Store
from tests.lab.learn.shell import run


@pytest.fixture(scope="module")
def learned(filled: Store) -> dict[str, Learned]:
    meter = filled.meters()[0].meter
    return {one.code: learn(filled, meter, one) for one in LESSONS}


def test_a_lower_bound_spares_the_other_buckets(learned: dict[str, Learned]) -> None:
    without, bounded = learned["last"], learned["last-bounded"]
    assert without.rows == bounded.rows
    assert without.documents
    assert bounded.documents
    assert bounded.documents <= 2 < without.documents


def test_a_gap_is_filled_between_its_neighbours(learned: dict[str, Learned], filled: Store) -> None:
    watts = [row["watts"] for row in learned["fill"].rows]
    curve = filled.read(filled.meters()[0].meter)
    last = curve.watts[-48:]
    assert watts[:4] == last[:4].tolist()
    assert watts[4] == pytest.approx((last[3] + last[5]) / 2)


def test_the_mean_looks_back(learned: dict[str, Learned]) -> None:
    first = learned["window"].rows[0]
    assert first["mean"] == first["watts"]


def test_a_roll_up_run_twice_has_each_day_once(learned: dict[str, Learned], filled: Store) -> None:
    days = [row["_id"]["day"] for row in learned["roll-up"].rows]
    assert len(days) == len(set(days)) == 7
    assert all(row["readings"] == 48 for row in learned["roll-up"].rows)
    assert not [name for name in filled.database.list_collection_names() if name.startswith("lab_")]


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda one: one.code)
def test_a_lesson_runs_as_it_stands(
    lesson: Lesson, learned: dict[str, Learned], filled: Store, mongo_uri: str
) -> None:
    text = learned[lesson.code].written
    (rows,) = run(filled.database, f"{text.shell};")
    uri = mongo_uri.replace("/?", f"/{filled.database.name}?")
    try:
        told = subprocess.check_output(
            [sys.executable, "-c", text.python],
            env=os.environ | {"COURBE_MONGODB_URI": uri},
            text=True,
        )
        assert len(told.splitlines()) == len(rows)
        if lesson.writes:
            assert filled.database[ROLL_UP].count_documents({}) == 7
        else:
            assert rows[: len(learned[lesson.code].rows)] == list(learned[lesson.code].rows)
    finally:
        filled.database.drop_collection(ROLL_UP)
