"""Answers left by a trigger are imported once, whatever happens meanwhile."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from core.importing.inbox import fold
from core.model import Days, Flow, Meter, Origin
from core.paristime import span_of
from core.storage.store import Store
from core.storage.upkeep.ownership import INBOX
from tests.api_documents import v2, v5
from tests.curves import METER_PRM, regular
from tests.stored import ordinary_curve

METER = Meter(METER_PRM)
FIRST = date(2026, 10, 12)
CURVE = regular(FIRST, 7)


def left(store: Store, answer: Any, *, first: date = FIRST, days: int = 7, meter: Meter = METER) -> str:
    """Store an answer under its natural key, as the trigger does."""
    end = first + timedelta(days=days)
    key = f"{meter.prm}:{meter.flow.value}:{first.isoformat()}:{end.isoformat()}"
    document = {
        "prm": meter.prm,
        "flow": meter.flow.value,
        "first": first.isoformat(),
        "end": end.isoformat(),
        "fetched": datetime.now(UTC),
        "answer": answer,
    }
    store.database[INBOX].replace_one({"_id": key}, document, upsert=True)
    return key


@pytest.mark.parametrize(("write", "origin"), [(v2, Origin.API_V2), (v5, Origin.API_V5)])
def test_an_answer_lands_in_the_record_and_both_collections(store: Store, write: Any, origin: Origin) -> None:
    left(store, write(METER, CURVE))
    assert fold(store) == 1
    assert store.read(METER) == ordinary_curve(store, METER) == CURVE
    record = store.record(METER)
    assert record is not None
    assert record.origins == (origin,)
    assert len(record.days) == 7
    assert store.database[INBOX].count_documents({}) == 0
    assert fold(store) == 0


def test_overlapping_answers_and_repeats_count_once(store: Store) -> None:
    for _ in range(2):
        left(store, v2(METER, CURVE))
        later = Days(FIRST + timedelta(days=3), FIRST + timedelta(days=7))
        left(store, v2(METER, CURVE.within(span_of(later))), first=later.first, days=4)
        fold(store)
    assert store.read(METER) == CURVE


def test_flows_stay_apart(store: Store) -> None:
    solar = Meter(METER_PRM, Flow.PRODUCTION)
    left(store, v5(METER, CURVE))
    left(store, v5(solar, regular(FIRST, 7, seed=9)), meter=solar)
    fold(store)
    assert store.read(METER) == CURVE
    assert store.read(solar) == regular(FIRST, 7, seed=9)


@pytest.mark.parametrize("answer", [None, "text", {}, {"grandeur": 5}, v2(Meter("12345678901234"), CURVE)])
def test_an_answer_that_cannot_be_read_is_kept_aside_and_stops_nothing(store: Store, answer: Any) -> None:
    bad = left(store, answer, first=date(2026, 10, 1))
    left(store, v2(METER, CURVE))
    assert fold(store) == 2
    assert store.read(METER) == CURVE
    (kept,) = store.database[INBOX].find({})
    assert kept["_id"] == bad
    assert fold(store) == 0


def test_a_newer_answer_that_arrives_meanwhile_is_not_lost(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    left(store, v2(METER, CURVE.select(slice(0, 48))))
    merge = store.merge

    def slow(delivery: Any) -> Any:
        merged = merge(delivery)
        left(store, v2(METER, CURVE))
        return merged

    monkeypatch.setattr(store, "merge", slow)
    fold(store)
    monkeypatch.undo()
    assert fold(store) == 1
    assert store.read(METER) == CURVE
