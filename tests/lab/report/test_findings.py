"""The report as JSON: each figure is in its raw statistics, and invalid files are refused."""

from __future__ import annotations

from threading import Event

import pytest

from core.errors import InputError
from core.lab.fleet.measure import Fleet
from core.lab.fleet.synthetic import households
from core.lab.footprint import footprint
from core.lab.layouts.build import build
from core.lab.layouts.catalogue import ORDINARY
from core.lab.lower_bound import bound
from core.lab.report.findings import Findings, as_json, read_report
from core.storage.store import Store


def test_each_figure_of_a_report_is_in_its_raw_statistics(filled: Store, fleet: Fleet) -> None:
    """A layout has the name of a side of the footprint; both must be present."""
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


@pytest.mark.parametrize(
    "raw", [b"", b"[" * 100_000, b"[]", b"{}", b"\xff\xfe", b'{"kind": "other", "format": 1}']
)
def test_what_is_no_report_is_refused(raw: bytes) -> None:
    with pytest.raises(InputError):
        read_report(raw)
