"""`footprint`: the contents of the table."""

from __future__ import annotations

import re

import pytest

from core.cli.footprint import print_footprint
from core.cli.shared.console import Console
from core.lab.footprint import Footprint, Usage


def test_the_footprint_says_what_is_free_and_tells_no_saving_before_a_checkpoint(
    capsys: pytest.CaptureFixture[str],
) -> None:
    raw = {"storageStats": {"count": 0}}
    ordinary = Usage(1000, 100_000, 50_000, 20_000, raw=raw)
    series = Usage(1000, 2_000, 6_000, 1_000, free_bytes=3_000, buckets=1, raw=raw)
    print_footprint(Footprint("6.0.5", True, ordinary, series), Console())
    settled = capsys.readouterr().out
    assert re.search(r"of which free +0.B +3.00.kB", settled), settled
    assert re.search(r"In use: total without free space .* 94.3.%", settled), settled
    assert re.search(r"In use, B/reading +70.00 +4.00", settled), settled
    print_footprint(Footprint("6.0.5", False, ordinary, series), Console())
    assert capsys.readouterr().out.count("%") == 1  # of the data before compression
