"""The fit of measured sizes and its uncertainty."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.cli.fleet import print_fleet
from core.cli.shared.console import Console
from core.lab.fleet import forecast
from core.lab.fleet.measure import Fleet
from core.texts import ENGLISH


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


def test_ingest_of_all_linky_meters() -> None:
    assert forecast.ingest_per_second(37_000_000) == pytest.approx(123_333, rel=1e-3)
