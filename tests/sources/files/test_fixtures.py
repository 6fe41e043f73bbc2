"""One small file of ours for each format and each quirk, and what it contains."""

from __future__ import annotations

from pathlib import Path
from threading import Event
from typing import Final

import pytest

from core.errors import SourceError
from core.model import UNKNOWN_PRM, Flow, Meter
from core.sources.files import open_files

FOLDER: Final = Path(__file__).parents[2] / "fixtures" / "files"
MAY: Final = "2024-04-30T22:00Z"

# file: (first start, minutes of each reading, watts of each reading, refused by reason, gaps)
READ: Final = {
    "enedis_csv.csv": (MAY, "30 30 30 30", "210 190 180 0", {}, 0),
    "enedis_csv_production.csv": (MAY, "30 30 30 30", "210 190 180 0", {}, 0),
    "enedis_csv_masked_meter.csv": (MAY, "30 30 30 30", "210 190 180 0", {}, 0),
    "enedis_csv_headerless.csv": (MAY, "30 30 30 30", "210 190 180 0", {}, 0),
    "enedis_csv_no_final_newline.csv": (MAY, "30 30 30 30", "210 190 180 0", {}, 0),
    "enedis_csv_trailing_separator.csv": (MAY, "30 30 30 30", "210 190 180 0", {}, 0),
    "enedis_csv_old_mac.csv": (MAY, "30 30 30 30", "210 190 180 0", {}, 0),
    "enedis_csv_blank_lines.csv": (MAY, "30 30 30 30", "210 190 180 0", {}, 0),
    "enedis_csv_filled_up.csv": (MAY, "30 30 30 30", "210 190 180 0", {}, 0),
    "enedis_csv_empty_value.csv": (MAY, "30 30 30", "210 180 0", {"no-value": 1}, 1),
    "enedis_csv_windows.csv": (MAY, "30 30 30 30", "210 190 180 0", {}, 0),
    "enedis_csv_utf16.csv": (MAY, "30 30 30 30", "210 190 180 0", {}, 0),
    "enedis_csv_missing_reading.csv": (MAY, "30 30 30 30 30", "210 190 0 200 220", {}, 1),
    "enedis_csv_step_changes.csv": (
        MAY,
        "30 " * 4 + "60 " * 12 + "10 " * 11 + "10",
        "210 190 180 0 " + " ".join(map(str, [*range(301, 313), *range(401, 413)])),
        {},
        0,
    ),
    "enedis_csv_holes_in_turn.csv": (
        MAY,
        "30 " * 20 + "30",
        " ".join(str(100 + at) for at in range(1, 25) if at not in (9, 11, 13)),
        {},
        3,
    ),
    "enedis_csv_stray_row.csv": (
        MAY,
        "30 " * 11 + "30",
        " ".join(map(str, range(101, 113))),
        {"off-grid": 1},
        0,
    ),
    "enedis_csv_step_stated.csv": (
        "2024-04-30T22:30Z",
        "30 " * 12 + "30",
        " ".join(map(str, range(101, 114))),
        {},
        12,
    ),
    "enedis_csv_autumn.csv": ("2024-10-26T23:00Z", "30 30 30 30 30 30", "100 110 120 130 140 150", {}, 0),
    "enedis_r63.csv": (MAY, "30 30 30 30", "210 190 180 0", {}, 0),
    "enedis_r63_headerless.csv": (MAY, "30 30 30 30", "210 190 180 0", {}, 0),
    "enedis_r63_steps.csv": (MAY, "30 30 30 30 60 10", "210 190 180 0 300 310", {"off-grid": 1}, 0),
    "enedis_r63_autumn.csv": ("2024-10-26T23:00Z", "30 30 30 30 30 30", "100 110 120 130 140 150", {}, 0),
    "enedis_r63_spring.csv": ("2024-03-31T00:00Z", "30 30 30", "100 110 120", {}, 0),
    "enedis_r63_both_flows.csv": (MAY, "30 30 30 30", "210 190 180 0", {}, 0),
    "enedis_r63_reactive.csv": (MAY, "30 30 30 30", "210 190 180 0", {"other-quantity": 1}, 0),
    "enedis_xlsx.xlsx": ("2025-05-01T20:00Z", "30 30", "210 180", {"no-value": 1}, 2),
    "enedis_xlsx_named.csv": ("2025-05-01T20:00Z", "30 30", "210 180", {"no-value": 1}, 2),
    "edf.csv": ("2024-05-01T20:30Z", "30 30 30 30 30", "220 230 240 470 480", {}, 1),
    "edf.zip": ("2024-05-01T20:30Z", "30 30 30 30 30", "220 230 240 470 480", {}, 1),
    "edf_headerless.csv": ("2024-05-01T20:30Z", "30 30 30 30 30", "220 230 240 470 480", {}, 1),
    "edf_stray_row.csv": (
        "2024-05-01T20:30Z",
        "30 30 30 30 30",
        "220 230 240 470 480",
        {"off-grid": 1},
        1,
    ),
    "edf_day_twice.csv": ("2024-05-01T20:30Z", "30 30 30 30 30", "220 230 240 470 480", {}, 1),
    "edf_autumn.csv": ("2024-10-26T23:00Z", "30 30 30 30 30 30 30", "100 110 120 130 140 150 160", {}, 0),
    "conso_downloader.csv": (MAY, "30 30 10", "210 190 0", {"no-value": 1}, 1),
    "conso_downloader_autumn.csv": (
        "2024-10-26T23:30Z",
        "30 30 30 30 30 30",
        "100 110 120 130 140 150",
        {},
        0,
    ),
    "conso_downloader_autumn_steps.csv": (
        "2024-10-26T23:30Z",
        "30 30 30 60 60",
        "100 110 120 130 140",
        {},
        0,
    ),
    "conso_downloader_commas.csv": (MAY, "30 30 30", "210 190 0", {"no-value": 1}, 1),
    "conso_downloader_starts.csv": (MAY, "30 30 30", "210 190 0", {"no-value": 1}, 1),
    "totalenergies.csv": (MAY, "30 30 30", "210 190 180", {}, 0),
    "totalenergies_ends.csv": (MAY, "30 30 30", "210 190 180", {}, 0),
    "totalenergies_starts.csv": (MAY, "30 30 30", "210 190 180", {}, 0),
    "totalenergies_gas.csv": (MAY, "30 30", "210 190", {"other-quantity": 1}, 0),
    "json_v2.json": (MAY, "30 60", "210 180", {"no-value": 1}, 1),
    "json_answers.json": (MAY, "30 30 30 30", "210 190 180 0", {}, 0),
    "json_both_flows.json": (MAY, "30 30", "210 190", {}, 0),
    "json_v5.json": (MAY, "10 10", "210 190", {}, 0),
}
REFUSED: Final = {
    "enedis_csv_ruined_meter.csv": "file-prm-ruined",
    "enedis_csv_energy.csv": "file-other-quantity",
    "enedis_csv_energy_blank_lines.csv": "file-other-quantity",
    "enedis_csv_cut.csv": "file-cut",
    "enedis_csv_no_values.csv": "file-no-values",
    "totalenergies_daily.csv": "file-daily",
    "totalenergies_unclear.csv": "file-unclear-times",
    "enedis_index.csv": "file-index",
    "enedis_xlsx_daily.xlsx": "file-daily",
    "conso_downloader_daily.csv": "file-daily",
    "conso_downloader_kwh.csv": "file-kwh",
    "json_cut.json": "file-json-damaged",
    "unknown.csv": "file-unknown",
}


def test_every_fixture_is_looked_at() -> None:
    assert {path.name for path in FOLDER.iterdir()} == READ.keys() | REFUSED.keys()


@pytest.mark.parametrize("name", READ)
def test_it_is_read(name: str) -> None:
    first, minutes, watts, refused, gaps = READ[name]
    (source,) = open_files([FOLDER / name])
    preview, curve = source.previews()[0], next(source.deliveries(Event())).curve
    assert f"{curve.start[0].astype('datetime64[ms]')}Z" == first.replace("Z", ":00.000Z")
    assert " ".join(map(str, curve.minutes)) == minutes
    assert " ".join(map(str, curve.watts)) == watts
    assert {one.reason.value: one.count for one in preview.refused} == refused
    assert len(preview.gaps) == gaps


@pytest.mark.parametrize("name", REFUSED)
def test_it_is_refused(name: str) -> None:
    (source,) = open_files([FOLDER / name])
    with pytest.raises(SourceError) as caught:
        source.preview()
    assert caught.value.code == REFUSED[name]


@pytest.mark.parametrize(
    ("name", "meters"),
    [
        ("enedis_csv.csv", [Meter("99999999999991")]),
        ("enedis_csv_production.csv", [Meter("99999999999991", Flow.PRODUCTION)]),
        ("enedis_csv_blank_lines.csv", [Meter("99999999999991", Flow.PRODUCTION)]),
        ("enedis_csv_masked_meter.csv", [Meter("9999xxxxxxxxxx")]),
        ("enedis_csv_headerless.csv", [Meter(UNKNOWN_PRM)]),
        ("enedis_r63_both_flows.csv", [Meter("99999999999991", flow) for flow in Flow]),
        ("enedis_xlsx.xlsx", [Meter("99999999999991")]),
        ("edf.csv", [Meter(UNKNOWN_PRM)]),
        ("json_v5.json", [Meter("99999999999991")]),
        ("json_both_flows.json", [Meter("99999999999991", flow) for flow in Flow]),
    ],
)
def test_whose_curve_it_is(name: str, meters: list[Meter]) -> None:
    (source,) = open_files([FOLDER / name])
    assert [delivery.meter for delivery in source.deliveries(Event())] == meters
    assert [preview.meter for preview in source.previews()] == meters
