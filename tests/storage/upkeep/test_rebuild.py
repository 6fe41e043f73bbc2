"""A record rebuilt from whatever is undamaged."""

from __future__ import annotations

from typing import Any

import pytest
from pymongo.database import Database

from core.model import Origin
from core.paristime import to_datetime
from core.storage.store import Store
from tests.storage.upkeep.damaged import METER, WHOLE, assert_whole, flipped


@pytest.mark.parametrize("whole", ["ordinary", "time series", "halves"])
def test_a_record_is_rebuilt_from_the_side_that_is_whole(
    filled: Store, database: Database[Any], whole: str
) -> None:
    flipped(database)
    at = to_datetime(int(WHOLE.start[500]))
    if whole != "ordinary":
        filled.ordinary.delete_many(filled.match(METER) | {"start": {"$lt": at}})
    if whole != "time series":
        shown = list(filled.time_series.find(filled.match_time_series(METER), {"_id": 0}))
        filled.time_series.delete_many(filled.match(METER))
        filled.time_series.insert_many([one for one in shown if one["start"] < at.replace(tzinfo=None)])
    filled.mend()
    assert_whole(filled)


def test_of_a_rebuilt_record_the_origin_is_known_where_there_was_one(
    filled: Store, database: Database[Any]
) -> None:
    flipped(database)
    filled.mend()
    found = filled.record(METER)
    assert found is not None
    assert found.origins == (Origin.ENEDIS_CSV,)
