"""Both calendars of Tempo are read to the same colours, or refused."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.sources.open_data.fetch import Publisher
from core.sources.open_data.tempo import Colour, Season, from_rte, from_second, read_rte, read_second
from tests.open_data_server import RTE, SECOND, OpenDataServer


@pytest.fixture
def server() -> Iterator[OpenDataServer]:
    with OpenDataServer(date(2026, 11, 26)) as sources:
        yield sources


def test_both_sources_tell_the_same_season(server: OpenDataServer) -> None:
    season = Season(2025)
    one, two = (Publisher(name, server.url + name, "here") for name in (RTE, SECOND))
    found = from_rte(one, season)
    assert found == from_second(two, season) == server.colours[2025]
    assert found[date(2026, 1, 5)] is Colour.RED
    assert server.asked(RTE) == ["tempo?season=2025-2026"]
    assert server.asked(SECOND) == ["joursTempo?periode%5B%5D=2025-2026"]


def test_a_day_that_is_only_guessed_is_not_known() -> None:
    body = {"values": {"2026-01-05": "RED", "2026-01-06": "BLUE", "2026-01-06-fallback": "true"}}
    assert read_rte(json.dumps(body).encode()) == {date(2026, 1, 5): Colour.RED}
    rows = [{"dateJour": "2026-01-05", "codeJour": 3}, {"dateJour": "2026-01-06", "codeJour": 0}]
    assert read_second(json.dumps(rows).encode()) == {date(2026, 1, 5): Colour.RED}


def test_a_season_begins_in_september() -> None:
    assert Season.of(date(2026, 8, 31)) == Season(2025)
    assert Season.of(date(2026, 9, 1)) == Season(2026)
    assert (str(Season(2026)), Season(2026).first, Season(2026).end) == (
        "2026-2027",
        date(2026, 9, 1),
        date(2027, 9, 1),
    )


@pytest.mark.parametrize("read", [read_rte, read_second])
@given(
    body=st.binary(max_size=40)
    | st.recursive(
        st.none() | st.integers() | st.text(max_size=5) | st.sampled_from(["RED", "2026-01-05"]),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from(["values", "dateJour", "codeJour", "2026-01-05"]), inner)
        ),
        max_leaves=8,
    ).map(lambda told: json.dumps(told).encode())
)
def test_anything_else_is_no_calendar(read: object, body: bytes) -> None:
    try:
        found = read(body)  # type: ignore[operator]
    except ValueError:
        return
    assert all(isinstance(day, date) and isinstance(colour, Colour) for day, colour in found.items())
