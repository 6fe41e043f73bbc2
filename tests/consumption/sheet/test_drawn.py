"""Charts drawn for paper."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest

from core.consumption.sheet.drawn import Bar, Line, bars, day


def texts(drawn: str) -> list[str]:
    return [one.text or "" for one in ElementTree.fromstring(drawn).iter("text")]


def test_bars_are_as_high_as_their_values_and_what_is_not_known_has_none() -> None:
    drawn = bars([Bar("a", 2.0), Bar("b", 1.0, partial=True), Bar("c", None)], "Title", str, height=118)
    tall = [float(one) for one in re.findall(r'height="([\d.]+)" fill', drawn)]
    assert len(tall) == 2
    assert tall[0] == pytest.approx(2 * tall[1], abs=0.1)
    assert 'fill="url(#part)"' in drawn
    assert {"a", "b", "c"} <= set(texts(drawn))


@pytest.mark.parametrize(
    ("most", "ticks"), [(1667.0, ["0", "500", "1000", "1500"]), (7.0, ["0", "2", "4", "6"])]
)
def test_the_lines_across_stand_at_round_values(most: float, ticks: list[str]) -> None:
    assert texts(bars([Bar("", most)], "t", lambda value: f"{value:.0f}"))[: len(ticks)] == ticks


def test_names_are_text_and_a_limit_has_its_name() -> None:
    drawn = bars([Bar("<b>", 0.0)], '"quoted"', str, limit=(9.0, "9 kVA"))
    assert "<b>" in texts(drawn)
    assert "9 kVA" in texts(drawn)
    assert "<b>" not in drawn


def test_lines_differ_by_their_dashes() -> None:
    drawn = day([Line("one", [1.0] * 48), Line("two", [2.0] * 48)], "t", str, ["0", "24"])
    assert {"one", "two"} <= set(texts(drawn))
    assert len(set(re.findall(r'stroke-width="1.6" stroke-dasharray="([^"]*)"', drawn))) == 2


def test_nothing_to_draw_is_no_error() -> None:
    assert texts(bars([], "t", str))
    assert texts(day([], "t", str, ["0", "24"]))
