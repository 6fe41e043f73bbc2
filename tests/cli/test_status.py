"""`status`: the exact contents of each meter."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from core.cli.status import exact_wh
from core.paristime import local
from tests.cli.home import Home, one_line
from tests.curves import regular
from tests.sources.files import writers


@pytest.mark.parametrize(
    ("watt_minutes", "told"), [(0, 0), (60, 1), (90, "3/2"), (-30, "-1/2"), (60 * 10**18, 10**18)]
)
def test_energy_is_told_without_rounding(watt_minutes: int, told: int | str) -> None:
    assert exact_wh(watt_minutes) == told


def test_it_tells_what_a_meter_holds_and_hides_its_number(home: Home, tmp_path: Path) -> None:
    curve = regular(date(2024, 5, 1), days=2)
    (tmp_path / "curve.csv").write_bytes(writers.enedis_csv(curve))
    assert home.run("import", "--file", tmp_path / "curve.csv").code == 0
    (meter,) = home.status()
    assert curve.span
    assert meter == {
        "prm": f"•••• {writers.PRM[-4:]}",
        "flow": "consumption",
        "readings": len(curve),
        "wh": exact_wh(curve.watt_minutes),
        "first": local(curve.span.start).isoformat(),
        "last": local(curve.span.end).isoformat(),
        "missing": 0,
    }
    whole = home.run("status", "--prm", writers.PRM[-4:], "--show-prm")
    assert writers.PRM in whole.out
    assert writers.PRM not in home.run("status").out
    assert one_line(home.run("status", "--prm", "4321"))
