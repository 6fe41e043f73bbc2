"""Real files, if available: exact to the watt-hour."""

from __future__ import annotations

from pathlib import Path
from threading import Event

import pytest

from core.errors import SourceError
from core.model import Meter, RefusalReason
from core.sources.files import open_files

METER = Meter("1429xxxxxxxxxx")


@pytest.mark.parametrize(
    ("name", "wh", "readings", "steps", "gaps"),
    [
        ("enedis_conso_heure_20221024-20240725.csv", 10_684_630, 27_665, (30, 60), 2),
        ("enedis_conso_heure_20230809-20240725.csv", 5_830_467, 16_848, (30,), 0),
    ],
)
def test_enedis_csv(
    shared_data: Path, name: str, wh: int, readings: int, steps: tuple[int, ...], gaps: int
) -> None:
    (source,) = open_files([shared_data / name])
    preview = source.preview()
    assert (preview.meter, preview.readings, preview.steps) == (METER, readings, steps)
    assert len(preview.gaps) == gaps
    assert sum(delivery.curve.wh for delivery in source.deliveries(Event())) == wh


def test_the_overlap_of_both_is_the_same(shared_data: Path) -> None:
    longer, shorter = (
        next(source.deliveries(Event())).curve
        for source in open_files(sorted(shared_data.glob("enedis_conso_heure_*.csv")))
    )
    assert shorter.span is not None
    assert longer.within(shorter.span) == shorter


def test_the_empty_value_is_said(shared_data: Path) -> None:
    (source,) = open_files([shared_data / "enedis_conso_heure_20221024-20240725.csv"])
    (refused,) = source.preview().refused
    assert (refused.reason, refused.count) == (RefusalReason.NO_VALUE, 1)
    assert refused.example.startswith("2023-03-18T00:00:00+01:00")


@pytest.mark.parametrize(
    "name", ["api_v2_courbe_de_charge_2026-09-29.json", "api_v5_consumption_load_curve_2026-09-29.json"]
)
def test_saved_answers(shared_data: Path, name: str) -> None:
    (source,) = open_files([shared_data / name])
    (delivery,) = source.deliveries(Event())
    assert delivery.curve.wh == 33_495 + 38_022


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("enedis_conso_jour_index_tempo_20240109-20240725.csv", "file-index"),
        ("tempo_days_2022-09-01_2026-04-02.csv", "file-unknown"),
        ("api_v2_consommation_quotidienne_2026-09-29.json", "api-answer-other"),
        ("api_v2_puissance_max_2026-09-29.json", "api-answer-other"),
        ("README.md", "file-unknown"),
    ],
)
def test_what_is_no_load_curve(shared_data: Path, name: str, code: str) -> None:
    (source,) = open_files([shared_data / name])
    with pytest.raises(SourceError) as caught:
        source.preview()
    assert caught.value.code == code
