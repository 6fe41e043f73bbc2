"""The report as HTML: complete, without private data, comparable."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from threading import Event

import pytest

from core.lab.fleet.measure import Fleet
from core.lab.fleet.synthetic import households
from core.lab.footprint import footprint
from core.lab.layouts.build import build
from core.lab.layouts.catalogue import ORDINARY
from core.lab.lower_bound import bound
from core.lab.report.findings import Findings, as_json, compare, read_report
from core.lab.report.html import write_report
from core.lab.speed import races as speed_races
from core.storage.store import Store
from core.texts import Language, Words


def test_a_report_is_complete_private_and_comparable(
    filled: Store, races: dict[str, speed_races.Race], fleet: Fleet, tmp_path: Path
) -> None:
    findings = Findings(
        footprint=footprint(filled), bound=bound([]), races=tuple(races.values()), fleet=fleet
    )
    for language in Language:
        page, data = write_report(findings, tmp_path / f"{language}.html", Words(language))
        words = page.read_text("utf-8")
        assert "<script>" in words
        assert "src=" not in words.split("</script>")[-1]
        assert filled.database.name not in words
    one = read_report(data.read_bytes())
    assert one == json.loads(json.dumps(as_json(findings)))
    assert "host" not in one["raw"]["ordinary"]
    assert one["raw"]["fleet"]["10"]["time_series"]["storageStats"]["timeseries"]["bucketCount"]
    assert int(one["machine"]["processors"]) > 0
    page, data = write_report(findings, tmp_path / "named.json")
    assert "<html" in page.read_text("utf-8")
    assert read_report(data.read_bytes()) == one
    rows = {name: (first, second) for name, first, second in compare(one, one)}
    assert rows["footprint/ordinary/bytes_per_reading"][0] > 30
    assert "queries/races/history/ordinary/median_ms" in rows
    assert "fleet/sizes/10/time_series/bytes_per_reading" in rows
    assert all(first == second for first, second in rows.values())


@pytest.mark.parametrize("language", Language)
def test_a_report_of_sizes_that_are_not_settled_says_so_and_tells_no_saving(
    filled: Store, language: Language, tmp_path: Path
) -> None:
    """As if no checkpoint may be forced and none came in time."""
    loaded = replace(build(filled, ORDINARY, lambda: households(1, 5), Event()), settled=False)
    unsettled = replace(footprint(filled), settled=False)
    page, _ = write_report(
        Findings(unsettled, bound([]), layouts=(loaded,)), tmp_path / "r.html", Words(language)
    )
    words = page.read_text("utf-8").split("</head>")[-1]
    assert words.count(Words(language).text("lab.unsettled")) == 2
    assert Words(language).text("footprint.table.saving") not in words.split("<pre>")[0]
