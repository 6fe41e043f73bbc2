"""Measurements in words agree with their figures, in both languages."""

from __future__ import annotations

import re

import pytest

from core.lab.footprint import Usage
from core.lab.layouts.build import Built
from core.lab.report.findings import compare
from core.lab.wording import cost, described, figure_name, meters_of, of_default, saved, signed
from core.texts import Language, Words, catalogue

EN, FR = Words(Language.ENGLISH), Words(Language.FRENCH)


def usage(storage: int, *, data: int = 2_000, indexes: int = 0, free: int = 0) -> Usage:
    return Usage(100, data, storage, indexes, free_bytes=free, raw={"storageStats": {"count": 50}})


def built(layout: str, used: Usage) -> Built:
    return Built(layout, used, settled=True, seconds=1.0)


@pytest.mark.parametrize(
    ("value", "english", "french"),
    [(-4.68, "\u22124.68", "\u22124,68"), (1.5, "+1.50", "+1,50"), (-0.001, "0.00", "0,00")],
)
def test_a_change_has_a_sign_and_a_true_minus(value: float, english: str, french: str) -> None:
    assert signed(value, EN, 2) == english
    assert signed(value, FR, 2) == french


def test_a_loss_has_a_true_minus() -> None:
    assert saved(100, 150, EN) == "\u221250.0\u202f%"


def test_free_space_is_told_beside_what_is_in_use() -> None:
    assert cost(usage(4_777), EN) == "47.77"
    assert cost(usage(4_882, free=105), EN) == "47.77 + 1.05 free"
    assert cost(usage(4_882, free=105), FR) == "47,77 + 1,05 libre"


@pytest.mark.parametrize("language", Language)
def test_the_lesson_of_the_default_follows_what_was_measured(language: Language) -> None:
    default = built("ts-default", usage(2_800, data=26_000, indexes=1_700))
    ordinary = built("first-live", usage(2_400, data=13_000, indexes=2_200))
    decimal = "," if language is Language.FRENCH else "."
    alone = described(default, {}, Words(language))
    beside = described(default, {"first-live": ordinary}, Words(language))
    assert f"45{decimal}00" in alone
    assert "{" not in beside.replace("{prm", "")
    for figure in ("45.00", "260.00", "130.00", "28.00", "24.00", "17.00", "22.00"):
        assert figure.replace(".", decimal) in beside


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize(("indexes", "change"), [(1_700, "9.8"), (1_000, "7.3")])
def test_whether_the_default_takes_more_follows_what_was_measured(
    language: Language, indexes: int, change: str
) -> None:
    default = built("ts-default", usage(2_800, data=26_000, indexes=indexes))
    ordinary = built("first-live", usage(2_000, data=13_000, indexes=2_100))
    told = of_default({one.layout: one for one in (default, ordinary)}, Words(language))
    verdict = "more" if indexes == 1_700 else "less"
    words = catalogue(language)[f"laboratory.default.{verdict}"].partition("{change}")[2].partition(",")[0]
    decimal = "," if language is Language.FRENCH else "."
    assert f"{change.replace('.', decimal)}\u202f%{words}" in told
    assert Words(language).text("lab.why.ts-default") in told
    assert not of_default({"ts-default": default}, Words(language))


@pytest.mark.parametrize("language", Language)
def test_the_figures_two_reports_share_have_words(language: Language) -> None:
    side = {"bytes_per_reading": 1.0}
    both = {"ordinary": side, "time_series": side}
    timing = {"median_ms": 1.0}
    report = {
        "footprint": both,
        "bound": side,
        "layouts": [{"layout": "ts-hours"} | side],
        "queries": {"races": [{"query": "week", "ordinary": timing, "time_series": timing}]},
        "inserts": [{"way": "columns", "ordinary_per_second": 1, "time_series_per_second": 2}],
        "fleet": {"sizes": [{"meters": 1} | both, {"meters": 1_000} | both]},
    }
    names = [figure_name(path, Words(language)) for path, _, _ in compare(report, report)]
    assert len(names) == len(set(names)) == 12
    assert not [name for name in names if "/" in re.sub("/(reading|relevé|s)", "", name)]
    assert not [name for name in names if "_" in name.replace("insert_many", "")]
    steps = [name.partition(",")[0].split(" · ") for name in names]
    assert all(len(one) == len(set(one)) for one in steps)


def test_a_figure_nobody_knows_keeps_its_name() -> None:
    assert (
        figure_name("layouts/ts-tomorrow/bytes_per_reading", EN) == "Layouts · ts-tomorrow, B/reading in all"
    )
    assert figure_name("odd/number", EN) == "odd/number"


def test_one_meter_is_no_meters() -> None:
    assert [meters_of(count, EN) for count in (1, 1_000)] == ["1 meter", "1\u202f000 meters"]
    assert [meters_of(count, FR) for count in (1, 10)] == ["1 compteur", "10 compteurs"]
