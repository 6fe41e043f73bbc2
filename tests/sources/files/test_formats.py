"""Every format is read back as written, recognised by its content, with all its quirks."""

from __future__ import annotations

import io
import json
import tracemalloc
import zipfile
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from threading import Event
from typing import Any
from unittest import mock

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from core.errors import InputError, SourceError
from core.model import (
    MINUTE_MS,
    STEPS,
    UNKNOWN_PRM,
    Assumed,
    Assumption,
    Curve,
    Flow,
    Meter,
    Origin,
    RefusalReason,
)
from core.paristime import HOUR_MS, local, midnight, to_ms
from core.sources.files import FileSource, Stamped, api_json, archive, content, open_files, workbook
from core.sources.files import source as files_source
from core.sources.files.tables import rows
from core.sources.files.tables.steps import SUPPORT
from tests.curves import regular
from tests.sources.files import writers

CHANGES = [date(2024, 3, 31), date(2024, 10, 27), date(2025, 3, 30), date(2025, 10, 26)]
FORMATS = sorted(writers.ALL)


def read(data: bytes, name: str = "file", **wanted: Any) -> Curve:
    wanted.setdefault("stamped", Stamped.END)  # for files that neither begin nor end with a day
    (delivery,) = FileSource(name, data, **wanted).deliveries(Event())
    return delivery.curve


def refused(data: bytes, name: str = "file") -> dict[RefusalReason, int]:
    return {one.reason: one.count for one in FileSource(name, data).preview().refused}


def refusal(data: bytes, name: str = "file") -> str:
    with pytest.raises(SourceError) as caught:
        FileSource(name, data).preview()
    for language_part in (caught.value.title(), caught.value.happened(), caught.value.cure()):
        assert language_part
    return caught.value.code


def watts(draw: st.DrawFn, count: int) -> np.ndarray:
    return np.random.default_rng(draw(st.integers(0, 2**32 - 1))).integers(0, 18_000, count) // 2 * 2


@st.composite
def regular_curves(draw: st.DrawFn, steps: tuple[int, ...] = STEPS) -> Curve:
    """Stretches long enough to show their step, with gaps of some hours, around a change of clock."""
    at = midnight(draw(st.sampled_from(CHANGES))) - HOUR_MS * draw(st.integers(0, 30))
    starts, minutes = [], []
    for _ in range(draw(st.integers(1, 4))):
        step = draw(st.sampled_from(steps))
        count = max(SUPPORT, draw(st.integers(3, 12)) * (60 // step))
        stretch = at + np.arange(count) * step * MINUTE_MS
        starts.append(stretch)
        minutes.append(np.full(count, step))
        at = int(stretch[-1]) + step * MINUTE_MS + HOUR_MS * draw(st.sampled_from([0, 0, 3, 30]))
    start = np.concatenate(starts)
    return Curve.of(start, np.concatenate(minutes), watts(draw, len(start)))


def ambiguous_gap(curve: Curve) -> bool:
    """Whether half of a repeated hour is missing, so that naive stamps cannot tell which half."""
    for day in CHANGES[1::2]:
        change = midnight(day) + 3 * HOUR_MS
        inside = (curve.end > change - 2 * HOUR_MS) & (curve.end <= change + HOUR_MS)
        covered = int(curve.minutes[inside].sum())
        if 0 < covered < 180:
            return True
    return False


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("day", CHANGES)
def test_days_around_a_change_of_clock_come_back(name: str, day: date) -> None:
    curve = regular(date.fromordinal(day.toordinal() - 1), days=3)
    curve = Curve.of(curve.start, curve.minutes, curve.watts // 2 * 2)
    assert read(writers.ALL[name](curve)) == curve


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("name", sorted(set(FORMATS) - {"totalenergies"}))
def test_every_step_comes_back(name: str, step: int) -> None:
    curve = regular(date(2025, 10, 25), days=3, step=step)
    assert read(writers.ALL[name](curve)) == curve


@pytest.mark.parametrize("name", sorted(writers.STATING_STEPS | writers.TELLING_STEPS))
@settings(max_examples=40)
@given(curve=regular_curves())
def test_any_curve_comes_back(name: str, curve: Curve) -> None:
    assume(name == "enedis-csv" or not ambiguous_gap(curve))
    assert read(writers.ALL[name](curve)) == curve


@pytest.mark.parametrize("name", ["enedis-csv", "enedis-r63", "edf", "conso-downloader"])
@settings(max_examples=40)
@given(curve=regular_curves(steps=(30,)), block=st.integers(100, 2_000), rows_held=st.integers(20, 100))
def test_a_large_file_is_read_piece_by_piece(name: str, curve: Curve, block: int, rows_held: int) -> None:
    """As above, with smaller blocks."""
    assume(name == "enedis-csv" or not ambiguous_gap(curve))
    with mock.patch.object(content, "BLOCK", block), mock.patch.object(rows, "_SETTLE", rows_held):
        assert read(writers.ALL[name](curve)) == curve


@pytest.mark.parametrize("held", [100, 1 << 19])
def test_what_a_large_file_repeats_is_told_as_in_a_small_one(
    held: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first value is kept, whenever it was sorted, and a row without a value is replaced."""
    monkeypatch.setattr(content, "BLOCK", 2_000)
    monkeypatch.setattr(rows, "_SETTLE", held)
    curve = regular(date(2024, 5, 1), days=12)
    lines = writers.enedis_csv(curve).decode().splitlines(keepends=True)
    empty, other = lines[20].split(";")[0] + ";\n", lines[10].split(";")[0] + ";1\n"
    whole = [*lines[:20], empty, *lines[21:], *lines[3:200], other, lines[20], *lines[3:]]
    assert read("".join(whole).encode()) == curve
    assert refused("".join(whole).encode()) == {RefusalReason.NO_VALUE: 1, RefusalReason.CONTRADICTION: 1}


@pytest.mark.parametrize("name", FORMATS)
def test_it_is_told_by_content_and_says_what_it_is(name: str) -> None:
    curve = regular(date(2024, 5, 1), days=2, watts=1000)
    for filename in ("a.csv", "a.xlsx", "a.json", "a"):
        (source,) = open_files([(filename, writers.ALL[name](curve))])
        preview = source.preview()
        assert preview.origin is Origin(name)
        assert preview.readings == 96
        assert preview.span == curve.span
        assert preview.steps == (30,)
        assert not preview.gaps
        assert not preview.refused


@pytest.mark.parametrize("name", FORMATS)
def test_it_is_read_out_of_a_zip(name: str) -> None:
    curve = regular(date(2024, 5, 1), days=2, watts=1000)
    packed = writers.zipped({"folder/": b"", "folder/a.bin": writers.ALL[name](curve), "__MACOSX/x": b"x"})
    (source,) = open_files([("a.zip", packed)])
    assert next(source.deliveries(Event())).curve == curve


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "latin-1"])
@pytest.mark.parametrize("name", sorted(set(FORMATS) - {"enedis-xlsx"}))
def test_any_encoding(name: str, encoding: str) -> None:
    curve = regular(date(2024, 5, 1), days=2, watts=1000)
    data = writers.ALL[name](curve)
    text = data.decode("latin-1" if name == "edf" else "utf-8-sig")
    assert read(text.encode(encoding)) == curve


@pytest.mark.parametrize("ending", ["\r\n", "\n"])
@pytest.mark.parametrize("final", [True, False])
@pytest.mark.parametrize("name", sorted(set(FORMATS) - {"enedis-xlsx"}))
def test_any_line_end_and_none_at_the_end(name: str, ending: str, final: bool) -> None:
    curve = regular(date(2024, 5, 1), days=2, watts=1000)
    data = writers.ALL[name](curve).replace(b"\n", ending.encode())
    assert read(data if final else data.rstrip()) == curve


@pytest.mark.parametrize("name", ["enedis-csv", "enedis-r63", "edf"])
def test_headerless_where_rows_tell(name: str) -> None:
    curve = regular(date(2024, 5, 1), days=2, watts=1000)
    lines = writers.ALL[name](curve).splitlines(keepends=True)
    above = {"enedis-csv": 3, "enedis-r63": 1, "edf": 4}[name]
    assert read(b"".join(lines[above:])) == curve


def test_a_trailing_separator() -> None:
    curve = regular(date(2024, 5, 1), watts=1000)
    assert read(writers.enedis_csv(curve).replace(b";1000\n", b";1000;\n", 7)) == curve


@pytest.mark.parametrize("columns", [3, 9, 15])
@pytest.mark.parametrize("headerless", [False, True])
@pytest.mark.parametrize("name", sorted(set(FORMATS) - {"enedis-xlsx", "json-v2", "json-v5"}))
def test_lines_that_a_spreadsheet_filled_up_with_separators(
    name: str, headerless: bool, columns: int
) -> None:
    """It writes the same number of fields in each line, also in an empty one."""
    curve = regular(date(2024, 10, 27), days=2, watts=1000)
    lines = writers.ALL[name](curve).split(b"\n")
    if headerless and name != "conso-downloader":
        lines = lines[{"enedis-csv": 3, "enedis-r63": 1, "edf": 4, "totalenergies": 1}[name] :]
    filled = b"".join(line + b";" * (columns - 1 - line.count(b";")) + b"\r\n" for line in lines)
    assert read(filled) == curve
    assert not refused(filled)


def test_a_lone_double_distance_is_a_missing_reading() -> None:
    curve = regular(date(2024, 5, 1), days=1)
    kept = np.ones(len(curve), np.bool_)
    kept[[5, 20]] = False
    holed = curve.select(kept)
    assert read(writers.enedis_csv(holed)) == holed
    assert read(writers.conso_downloader_starts(holed)) == holed
    assert len(FileSource("a", writers.enedis_csv(holed)).preview().gaps) == 2


def test_a_step_that_changes_within_the_file() -> None:
    half = regular(date(2024, 5, 1), days=1)
    hour = regular(date(2024, 5, 2), days=1, step=60)
    ten = regular(date(2024, 5, 3), days=1, step=10)
    curve = Curve.of(
        *(
            np.concatenate([getattr(one, name) for one in (half, hour, ten, half_after())])
            for name in ("start", "minutes", "watts")
        )
    )
    for name in ("enedis-csv", "enedis-r63", "json-v2", "conso-downloader"):
        assert read(writers.ALL[name](curve)) == curve


def half_after() -> Curve:
    return regular(date(2024, 5, 4), days=1)


def test_an_hour_inside_half_hours_that_says_so() -> None:
    curve = regular(date(2024, 5, 1), days=1)
    start = np.delete(curve.start, 11)
    minutes = np.delete(curve.minutes, 11)
    minutes[10] = 60
    mixed = Curve.of(start, minutes, np.delete(curve.watts, 11))
    assert read(writers.enedis_r63(mixed)) == mixed


CSV = "Horodate;Valeur\n"


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("", RefusalReason.NO_VALUE),
        ("NA", RefusalReason.NO_VALUE),
        ("null", RefusalReason.NO_VALUE),
        ("abc", RefusalReason.NOT_A_NUMBER),
        ("12.5", RefusalReason.NOT_A_NUMBER),
        ("1.2.3", RefusalReason.NOT_A_NUMBER),
        ("1e3", RefusalReason.NOT_A_NUMBER),
        ("-5", RefusalReason.NEGATIVE),
        ("1000001", RefusalReason.TOO_LARGE),
        ("9" * 40, RefusalReason.TOO_LARGE),
    ],
)
def test_a_value_that_is_none(value: str, reason: RefusalReason) -> None:
    rows = [f"2024-05-01T{hour:02}:00:00+02:00;{100 * hour}" for hour in range(1, 9)]
    rows[4] = f"2024-05-01T05:00:00+02:00;{value}"
    data = (CSV + "\n".join(rows) + "\n").encode()
    assert refused(data) == {reason: 1}
    assert len(read(data)) == 7


def test_zero_is_a_reading() -> None:
    rows = [f"2024-05-01T{hour:02}:00:00+02:00;0" for hour in range(1, 9)]
    assert read((CSV + "\n".join(rows)).encode()).watts.tolist() == [0] * 8


@pytest.mark.parametrize(
    "stamp",
    ["2024-02-30T05:00:00+02:00", "2024-13-01T05:00:00+01:00", "2024-05-01T25:00:00+02:00", "nonsense",
     "2024-05-01T05:61:00+02:00", "1924-05-01T05:00:00+02:00", "2024-05-01", "2024-05-01T05:00:00+99:00"],
)  # fmt: skip
def test_a_stamp_that_is_none(stamp: str) -> None:
    rows = [f"2024-05-01T{hour:02}:00:00+02:00;{100 * hour}" for hour in range(1, 9)]
    data = (CSV + "\n".join([*rows[:4], f"{stamp};500", *rows[5:]]) + "\n").encode()
    assert refused(data) == {RefusalReason.BAD_STAMP: 1}


def test_a_stamp_that_spring_leaves_out() -> None:
    curve = regular(date(2024, 3, 31))
    data = writers.enedis_r63(curve).replace(b"2024-03-31 04:00:00", b"2024-03-31 02:30:00")
    assert refused(data) == {RefusalReason.BAD_STAMP: 1}


def test_a_stamp_off_the_grid() -> None:
    curve = regular(date(2024, 5, 1))
    data = writers.enedis_r63(curve).replace(b"2024-05-01 04:00:00", b"2024-05-01 04:07:00")
    assert refused(data) == {RefusalReason.OFF_GRID: 1}


def test_a_step_nobody_knows() -> None:
    curve = regular(date(2024, 5, 1), watts=1000)
    data = writers.enedis_r63(curve).replace(b"PT30M", b"PT45M", 1)
    assert refused(data) == {RefusalReason.UNKNOWN_STEP: 1}


def test_a_reading_of_the_future() -> None:
    curve = regular(date(2090, 5, 1))
    for name in FORMATS:
        assert refusal(writers.ALL[name](curve)) == "file-no-readings"


def test_the_same_row_twice_is_one_reading_and_another_value_a_contradiction() -> None:
    curve = regular(date(2024, 5, 1), watts=1000)
    lines = writers.enedis_csv(curve).decode().splitlines(keepends=True)
    doubled = "".join([*lines, *lines[3:10]]).encode()
    assert read(doubled) == curve
    assert not refused(doubled)
    contradicting = "".join([*lines, lines[9].replace("1000", "7")]).encode()
    assert read(contradicting) == curve
    assert refused(contradicting) == {RefusalReason.CONTRADICTION: 1}


def test_readings_that_overlap() -> None:
    curve = regular(date(2024, 5, 1), watts=1000)
    row = b"99999999999991;;;PA;CONS;BRUT;W;2024-05-01 05:00:00;5;B;PT60M;0;0\n"
    assert refused(writers.enedis_r63(curve) + row) == {RefusalReason.OVERLAP: 1}
    assert read(writers.enedis_r63(curve) + row) == curve


def test_rows_in_any_order() -> None:
    curve = regular(date(2024, 5, 1), days=3)
    lines = writers.enedis_csv(curve).splitlines(keepends=True)
    assert read(b"".join([*lines[:3], *reversed(lines[3:])])) == curve
    order = np.random.default_rng(3).permutation(len(lines) - 3) + 3
    assert read(b"".join([*lines[:3], *(lines[at] for at in order)])) == curve


def test_r63_with_two_meters_and_both_flows() -> None:
    curve = regular(date(2024, 5, 1), watts=1000)
    data = writers.enedis_r63(curve)
    rows = data.split(b"\n", 1)[1]
    both = data + rows.replace(b"CONS", b"PROD") + rows.replace(writers.PRM.encode(), b"99999999999992")
    deliveries = list(FileSource("a", both).deliveries(Event()))
    assert {delivery.meter for delivery in deliveries} == {
        Meter(writers.PRM),
        Meter(writers.PRM, Flow.PRODUCTION),
        Meter("99999999999992"),
    }
    assert all(delivery.curve == curve for delivery in deliveries)
    preview = FileSource("a", both).preview()
    assert preview.meter is None
    assert preview.readings == 3 * 48


def test_r63_of_another_quantity() -> None:
    curve = regular(date(2024, 5, 1), watts=1000)
    data = writers.enedis_r63(curve)
    assert refused(data.replace(b";PA;", b";PRI;", 2)) == {RefusalReason.OTHER_QUANTITY: 2}
    assert refusal(data.replace(b";PA;", b";PRI;")) == "file-other-quantity"
    assert refused_unit(data.replace(b";PA;CONS;BRUT;W;", b";EA;CONS;BRUT;Wh;")) == "Wh"


def refused_unit(data: bytes) -> object:
    with pytest.raises(SourceError) as caught:
        FileSource("a", data).preview()
    return caught.value.details["unit"]


def test_edf_quirks() -> None:
    """Stray rows, a day twice, newest first; `00:00:00` is 24:00 of its section's day."""
    curve = regular(date(2025, 10, 25), days=3)
    data = writers.edf(curve).decode("latin-1")
    sections = data.split("\n\n")
    day = next(part for part in sections if part.startswith("26/10/2025"))
    strange = data.replace("26/10/2025;;\n", "26/10/2025;;\n09:09:06;4242;Réelle\n", 1) + "\n" + day
    assert read(strange.encode("latin-1")) == curve
    assert refused(strange.encode("latin-1")) == {RefusalReason.OFF_GRID: 1}
    assert local(int(curve.end[-1])).hour == 0


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("name", ["enedis-r63", "conso-downloader"])
def test_autumn_rows_sorted_by_their_stamps(name: str, step: int) -> None:
    """As sorted by a spreadsheet or a program: of two equal stamps, the first is summer time."""
    curve = regular(date(2025, 10, 26), step=step)
    head, *body = writers.ALL[name](curve).splitlines(keepends=True)
    place = 0 if name == "conso-downloader" else 7
    body.sort(key=lambda line: line.split(b";")[place])
    assert read(head + b"".join(body)) == curve


@pytest.mark.parametrize("steps", [(30, 60), (60, 30), (10, 30), (30, 10), (15, 60), (60, 10)])
@pytest.mark.parametrize("write", [writers.conso_downloader, writers.conso_downloader_first])
def test_a_step_that_changes_as_the_clock_does(
    write: Callable[[Curve], bytes], steps: tuple[int, ...]
) -> None:
    """Sorted by begin, the rows of both hours are mixed.

    A row that ends at 03:00, or again at 02:00, shows its hour; the others get the room that is left.
    """
    change = midnight(date(2025, 10, 26)) + 3 * HOUR_MS
    summer, winter = (regular(date(2025, 10, 26), step=step) for step in steps)
    curve = Curve.of(
        *(
            np.concatenate(
                [getattr(summer, name)[summer.start < change], getattr(winter, name)[winter.start >= change]]
            )
            for name in ("start", "minutes", "watts")
        )
    )
    assert read(write(curve)) == curve


@pytest.mark.parametrize("name", ["edf", "enedis-r63"])
def test_autumn_rows_each_written_twice(name: str) -> None:
    curve = regular(date(2025, 10, 25), days=3)
    lines = writers.ALL[name](curve).splitlines(keepends=True)
    above = {"edf": 4, "enedis-r63": 1}[name]
    doubled = b"".join([*lines[:above], *(line for one in lines[above:] for line in (one, one))])
    assert read(doubled) == curve
    assert not refused(doubled)


@pytest.mark.parametrize("name", ["edf", "enedis-r63", "conso-downloader", "totalenergies"])
@pytest.mark.parametrize("hole", [slice(3, 7), slice(3, 8), slice(2, 6)])
def test_winter_time_alone_after_a_gap_over_the_change_of_clock(name: str, hole: slice) -> None:
    """A row before 03:00 with nothing before it is not taken for summer time."""
    curve = regular(date(2025, 10, 26), watts=1000)
    holed = curve.select(np.delete(np.arange(50), hole))
    assert read(writers.ALL[name](holed)) == holed


def test_a_short_file_newest_first_over_the_autumn_change() -> None:
    hour = regular(date(2024, 10, 27), step=60).select(slice(0, 4))
    assert read(writers.edf(hour)) == hour


def test_xlsx_without_its_last_half_hour_says_so() -> None:
    curve = regular(date(2025, 5, 1), days=7).select(slice(0, 7 * 48 - 1))
    preview = FileSource("a", writers.enedis_xlsx(curve)).preview()
    (gap,) = preview.gaps
    assert (gap.start, gap.end) == (int(curve.end[-1]), midnight(date(2025, 5, 8)))


def test_xlsx_na_is_no_reading() -> None:
    curve = regular(date(2025, 5, 1), watts=1000)
    book = writers.enedis_xlsx(curve)
    data = edit_workbook(book, lambda sheet: sheet.cell(row=10, column=5, value="NA"))
    assert refused(data) == {RefusalReason.NO_VALUE: 1}
    assert len(read(data)) == 47


def test_xlsx_with_real_dates_and_numbers() -> None:
    curve = regular(date(2025, 10, 26), watts=1250)

    def change(sheet: Any) -> None:
        for row in sheet.iter_rows(min_row=5):
            for cell in row[2:4]:
                cell.value = datetime.strptime(cell.value, "%d/%m/%Y %H:%M:%S")
            row[4].value = 1.25

    assert read(edit_workbook(writers.enedis_xlsx(curve), change)) == curve


def test_xlsx_that_counts_days_from_1904() -> None:
    from openpyxl.utils.datetime import CALENDAR_MAC_1904, to_excel

    def change(sheet: Any) -> None:
        sheet.parent.epoch = CALENDAR_MAC_1904
        for row in sheet.iter_rows(min_row=5):
            for cell in row[2:4]:
                moment = datetime.strptime(cell.value, "%d/%m/%Y %H:%M:%S")
                cell.value = to_excel(moment, CALENDAR_MAC_1904)

    curve = regular(date(2025, 5, 1), days=2)
    assert read(edit_workbook(writers.enedis_xlsx(curve), change)) == curve


def test_xlsx_row_without_a_date_is_said_so() -> None:
    def change(sheet: Any) -> None:
        sheet["C9"] = None
        sheet["D9"] = None
        sheet["C12"] = 1e300

    data = edit_workbook(writers.enedis_xlsx(regular(date(2025, 5, 1))), change)
    assert refused(data) == {RefusalReason.BAD_STAMP: 2}
    assert len(read(data)) == 46


def test_xlsx_of_daily_energy_is_said_so() -> None:
    def change(sheet: Any) -> None:
        sheet.title = "Export Consommation Quotidienne"
        sheet.delete_rows(1, 100)
        sheet.append(["Date", "Valeur (en kWh)"])
        sheet.append(["01/05/2025", "12,3"])

    assert refusal(edit_workbook(writers.enedis_xlsx(regular()), change)) == "file-daily"


@pytest.mark.parametrize("hours", [slice(0, 48), slice(0, 40), slice(7, 48)])
def test_totalenergies_by_the_ends_of_its_half_hours(hours: slice) -> None:
    curve = regular(date(2024, 5, 1), watts=1000).select(hours)
    body = "".join(f'"{end:%d/%m/%Y %H:%M}";"0,5 kWh"\n' for _, end, _, _ in writers.rows(curve))
    assert read(body.encode()) == curve


@pytest.mark.parametrize("hours", [slice(0, 48), slice(0, 40)])
def test_totalenergies_by_their_starts(hours: slice) -> None:
    curve = regular(date(2024, 5, 1), watts=1000).select(hours)
    body = "".join(f'"{start:%d/%m/%Y %H:%M}";"0,5 kWh"\n' for start, _, _, _ in writers.rows(curve))
    assert read(body.encode()) == curve


@pytest.mark.parametrize("hours", [slice(7, 40), slice(7, 47)])
def test_totalenergies_that_does_not_tell(hours: slice) -> None:
    curve = regular(date(2024, 5, 1), watts=1000).select(hours)
    assert refusal(writers.totalenergies(curve)) == "file-unclear-times"


@pytest.mark.parametrize("name", ["enedis-csv", "conso-downloader", "edf"])
def test_a_gap_before_the_last_or_after_the_first_reading(name: str) -> None:
    """A reading beside a gap is no longer than its neighbours."""
    write = writers.conso_downloader_starts if name == "conso-downloader" else writers.ALL[name]
    curve = regular(date(2024, 5, 1), watts=1000)
    for hole in (1, 46):
        holed = curve.select(np.delete(np.arange(48), hole))
        assert read(write(holed)) == holed


def test_rows_above_the_header_are_read_too() -> None:
    """Two files joined, the first without its beginning."""
    curve = regular(date(2024, 5, 1), days=2)
    head, body = writers.enedis_csv(curve).split(b"Valeur\n")
    lines = body.splitlines(keepends=True)
    pasted = b"".join(lines[48:]) + head + b"Valeur\n" + b"".join(lines[:48])
    assert read(pasted) == curve
    assert refused(b"".join(lines[80:]) + head + b"Valeur\n" + b"".join(lines)) == {
        RefusalReason.BAD_STAMP: 3
    }


@pytest.mark.parametrize("name", ["enedis-csv", "enedis-r63", "conso-downloader"])
def test_two_rows_glued_into_one(name: str) -> None:
    data = writers.ALL[name](regular(date(2024, 5, 1)))
    at = data.rfind(b"\n", 0, len(data) // 2)
    assert refused(data[:at] + b";" + data[at + 1 :]) == {RefusalReason.NOT_A_NUMBER: 1}


def test_utf16_that_a_transfer_of_text_ruined() -> None:
    """Every other line is shifted by one byte, with its line end."""
    data = writers.enedis_r63(regular(date(2024, 5, 1))).decode().encode("utf-16").replace(b"\n", b"\r\n")
    assert sum(refused(data).values()) > 20


def test_r63_of_meters_that_are_no_text() -> None:
    """Each is a meter of its own, even if they would be shown alike."""
    data = writers.enedis_r63(regular(date(2024, 5, 1), days=2))
    head, *lines = data.splitlines(keepends=True)
    spoilt = [
        line.replace(writers.PRM.encode(), bytes([200 + at % 50, 255])) for at, line in enumerate(lines)
    ]
    assert refused(head + b"".join(spoilt)) == {}
    assert len(FileSource("a", head + b"".join(spoilt)).previews()) == 50
    more = lines[0].replace(writers.PRM.encode(), b"\xff\xff")
    assert refusal(head + b"".join(spoilt) + more) == "file-too-many-meters"


@pytest.mark.parametrize("name", ["enedis-r63", "edf", "totalenergies"])
def test_a_letter_of_another_encoding_far_below_the_header(name: str) -> None:
    curve = regular(date(2024, 5, 1), watts=1000)
    lines = writers.ALL[name](curve).splitlines(keepends=True)
    lines[12] = lines[12].replace(b"\n", "é".encode("latin-1" if name != "edf" else "utf-8") + b"\n")
    assert FileSource("a", b"".join(lines)).preview().readings in (47, 48)


def test_r63_of_something_too_long_to_be_a_meter_takes_no_long_time() -> None:
    """40,000 rows; handling them one by one would take minutes."""
    curve = regular(date(2022, 1, 1), days=832)
    data = writers.enedis_r63(curve).replace(writers.PRM.encode(), b"9" * 300)
    assert FileSource("a", data).preview().meter == Meter(UNKNOWN_PRM)
    assert read(data) == curve


@pytest.mark.parametrize("name", ["enedis-csv", "enedis-r63"])
def test_a_meter_in_digits_of_another_script(name: str) -> None:
    data = writers.ALL[name](regular(date(2024, 5, 1))).decode().replace(writers.PRM, "٠١٢٣٤٥٦٧٨٩٠١٢٣")
    assert FileSource("a", data.encode()).preview().meter == Meter(UNKNOWN_PRM)


def test_a_file_cut_inside_a_value() -> None:
    for write, cut in ((writers.edf, 9), (writers.conso_downloader, 3), (writers.totalenergies, 7)):
        assert refusal(write(regular(date(2024, 5, 1), watts=1232))[:-cut]) == "file-cut"


def test_a_last_value_without_a_line_end_is_said_to_be_doubtful_where_the_file_goes_on() -> None:
    whole = writers.enedis_csv(regular(date(2024, 5, 1), watts=1124))
    cut, at = whole[:-3], to_ms(datetime(2024, 5, 1, 21, 30, tzinfo=UTC))
    assert cut.endswith(b";11")
    assert FileSource("a.csv", cut).preview().assumed == (Assumption(Assumed.UNENDED, 1, at),)
    assert FileSource("a.csv", whole).preview().assumed == ()
    ended = writers.enedis_csv(regular(date(2025, 12, 31), watts=1124))  # up to the last day it states
    assert FileSource("a.csv", ended[:-1]).preview().assumed == ()


@pytest.mark.parametrize("write", [writers.conso_downloader_first, writers.conso_downloader_starts])
@settings(max_examples=40)
@given(curve=regular_curves())
def test_earlier_forms_of_conso_downloader(write: Callable[[Curve], bytes], curve: Curve) -> None:
    assume(not ambiguous_gap(curve))
    assert read(write(curve)) == curve


def test_conso_downloader_says_the_flow_in_its_name() -> None:
    data = writers.conso_downloader(regular(date(2024, 5, 1)))
    for name in ("historique_prod_12345678901234_2026-03-09.csv", "a.zip/historique_prod_12345678901234.csv"):
        preview = FileSource(name, data).preview()
        assert preview.meter == Meter("12345678901234", Flow.PRODUCTION)
    given = FileSource("historique_conso_12345678901234_2026-03-09.csv", data)
    assert given.preview().meter == Meter("12345678901234")


def test_a_decimal_comma_between_commas_is_no_number() -> None:
    data = writers.conso_downloader_first(regular(date(2024, 5, 1), watts=1000))
    spoilt = data.replace(b",1\n", b",1,234\n", 3)
    assert refused(spoilt) == {RefusalReason.NOT_A_NUMBER: 3}
    assert len(read(spoilt)) == 45


def test_a_decimal_comma_in_quotes_between_commas() -> None:
    data = writers.conso_downloader_first(regular(date(2024, 5, 1), watts=1234))
    assert read(data.replace(b"1.234", b'"1,234"')) == read(data)
    assert refusal(data.replace(b"1.234", b'"1,234"', 7)) == "file-mixed-numbers"


@pytest.mark.parametrize("end", [b"2024-05-01T01:45", b"2024-05-01T02:45", b"2024-05-01T00:30", b"null"])
def test_an_end_that_is_no_interval_apart(end: bytes) -> None:
    data = writers.conso_downloader(regular(date(2024, 5, 1)))
    spoilt = data.replace(b"2024-05-01T01:00;2024-05-01T01:30", b"2024-05-01T01:00;" + end)
    assert refused(spoilt) == {RefusalReason.UNKNOWN_STEP: 1}


def test_several_answers_in_one_json_file() -> None:
    first, second = regular(date(2024, 5, 1)), regular(date(2024, 5, 2), seed=2)
    one, two = writers.json_v2(first), writers.json_v5(second)
    for data in (b"[" + one + b"," + two + b"]", one + b"\n" + two):
        assert [delivery.curve for delivery in FileSource("a", data).deliveries(Event())] == [first, second]


def test_answers_about_one_meter_are_one_curve() -> None:
    """A list of weekly answers, newest first, with some days twice."""
    curve = regular(date(2025, 10, 20), days=14)
    weeks = [curve.select(slice(first, first + 7 * 48)) for first in (7 * 48 + 2, 4 * 48, 0)]
    data = b"[" + b",".join(writers.json_v2(week) for week in weeks) + b"]"
    assert read(data) == curve
    assert not refused(data)
    other = writers.json_v2(Curve.of(curve.start[:2], [30, 30], curve.watts[:2] + 1))
    hour = writers.json_v2(Curve.of(curve.start[:1], [60], [5]))
    assert read(data + other + hour) == curve
    assert refused(data + other + hour) == {RefusalReason.CONTRADICTION: 2, RefusalReason.OVERLAP: 1}


def test_both_flows_of_a_v2_answer() -> None:
    curve, other = regular(date(2024, 5, 1)), regular(date(2024, 5, 1), seed=2)
    answer, solar = json.loads(writers.json_v2(curve)), json.loads(writers.json_v2(other))
    solar["grandeur"][0]["grandeurMetier"] = "PROD"
    answer["grandeur"] += solar["grandeur"]
    for flow in (None, *Flow):
        brought = FileSource("a", json.dumps(answer).encode(), flow=flow).deliveries(Event())
        assert [(one.meter.flow, one.curve) for one in brought] == [
            (Flow.CONSUMPTION, curve),
            (Flow.PRODUCTION, other),
        ]


def test_json_of_too_many_meters() -> None:
    one = writers.json_v2(regular().select(slice(0, 1))).decode()
    many = "".join(one.replace(writers.PRM, f"{number:014}") for number in range(51))
    assert refusal(many.encode()) == "file-too-many-meters"


def test_json_on_one_long_line() -> None:
    curve = regular(date(2024, 1, 1), days=366)
    answer = writers.json_v5(curve)
    assert b"\n" not in answer
    with mock.patch.object(content, "BLOCK", 1 << 16):
        assert len(answer) > 20 * content.BLOCK
        assert read(answer) == curve


def test_a_list_of_answers_cut_between_two() -> None:
    one = writers.json_v2(regular(date(2024, 5, 1)))
    assert refusal(b"[" + one + b"," + one + b",") == "file-json-damaged"


# The meter of a curve


def test_a_masked_meter_is_a_meter() -> None:
    curve = regular(date(2024, 5, 1))
    data = writers.enedis_csv(curve).replace(b"99999999999991", b"1429xxxxxxxxxx")
    assert FileSource("a", data).preview().meter == Meter("1429xxxxxxxxxx")


def test_the_last_digits_alone_name_no_meter() -> None:
    """Our own export writes only these, and many meters have the same."""
    data = writers.enedis_csv(regular()).replace(writers.PRM.encode(), b"xxxxxxxxxx1234")
    assert not FileSource("a", data).names_meter
    assert FileSource("a", data, prm=writers.PRM).preview().meter == Meter(writers.PRM)


def test_a_file_that_names_none_takes_the_given_one() -> None:
    data = writers.edf(regular(date(2024, 5, 1)))
    assert FileSource("a", data).preview().meter == Meter(UNKNOWN_PRM)
    assert not FileSource("a", data).names_meter
    assert FileSource("a", data, prm="12345678901234").preview().meter == Meter("12345678901234")
    given = FileSource("a", data, flow=Flow.PRODUCTION).preview().meter
    assert given == Meter(UNKNOWN_PRM, Flow.PRODUCTION)


def test_a_meter_in_the_name_of_a_file_that_names_none() -> None:
    data = writers.conso_downloader(regular(date(2024, 5, 1)))
    source = FileSource("historique_conso_12345678901234_2024.csv", data)
    assert source.preview().meter == Meter("12345678901234")
    assert "12345678901234" not in source.name
    assert FileSource("export_20240725123000.csv", data).preview().meter == Meter(UNKNOWN_PRM)


@pytest.mark.parametrize("ruined", ["2,31282E+13", "2.31282E+13", "2,31E13"])
def test_a_meter_a_spreadsheet_ruined(ruined: str) -> None:
    data = writers.enedis_csv(regular(date(2024, 5, 1))).replace(b"99999999999991", ruined.encode())
    assert refusal(data) == "file-prm-ruined"
    assert FileSource("a", data, prm="12345678901234").preview().meter == Meter("12345678901234")


def test_leading_zeros_a_spreadsheet_dropped() -> None:
    data = writers.enedis_csv(regular(date(2024, 5, 1))).replace(b"99999999999991", b"1234567890123")
    assert FileSource("a", data).preview().meter == Meter("01234567890123")


def test_a_given_meter_that_is_none() -> None:
    with pytest.raises(InputError):
        FileSource("a", b"", prm="123")


# Files that are refused as a whole


INDEX = """Identifiant PRM;Type de donnees;Date de debut;Date de fin;Unite
99999999999991;Index;09/01/2024;25/07/2024;Wh
Horodate;Type de releve;EAS F1;EAS F2;EAS T
2024-01-10T00:00:00+01:00;Arrêté quotidien;17;71;88
"""


def test_registers_are_recognised_and_said_so() -> None:
    assert refusal(INDEX.encode()) == "file-index"


def test_daily_energy_is_recognised_and_said_so() -> None:
    data = writers.enedis_csv(regular(date(2024, 5, 1))).replace(b";W;", b";Wh;")
    assert refusal(data) == "file-other-quantity"
    assert refused_unit(data) == "Wh"


@pytest.mark.parametrize("data", [b"", b"\xef\xbb\xbf", b"\r\n \n", b"\x00" * 400])
def test_nothing(data: bytes) -> None:
    assert refusal(data) == "file-empty"


@pytest.mark.parametrize("data", [b"hello", b"a;b;c\n1;2;3\n", bytes(range(256)) * 8, b"<html>"])
def test_unknown_content(data: bytes) -> None:
    assert refusal(data) == "file-unknown"


def test_a_header_without_rows() -> None:
    assert refusal(CSV.encode()) == "file-no-rows"


def test_no_usable_row() -> None:
    assert refusal(f"{CSV}nonsense;1\nmore;2\n".encode()) == "file-no-readings"


def test_why_no_row_is_usable() -> None:
    with pytest.raises(SourceError) as caught:
        FileSource("a", f"{CSV}2024-05-01T01:00:00+02:00;NA\nnonsense;1\nmore;2\n".encode()).preview()
    assert caught.value.details == {"count": 3, "example": "nonsense;1", "why": RefusalReason.BAD_STAMP}


def test_rows_without_any_value() -> None:
    curve = regular(date(2024, 5, 1), watts=1232)
    empty = [
        writers.enedis_csv(curve).replace(b";1232", b";"),
        writers.conso_downloader(curve).replace(b'"1,232"', b"null"),
        writers.json_v2(curve).replace(b'"1232"', b"null"),
        edit_workbook(
            writers.enedis_xlsx(curve),
            lambda sheet: [row[4].__setattr__("value", "NA") for row in sheet["5:52"]],
        ),
    ]
    assert [refusal(data) for data in empty] == ["file-no-values"] * 4


@pytest.mark.parametrize("name", FORMATS)
def test_a_truncated_file(name: str) -> None:
    data = writers.ALL[name](regular(date(2024, 5, 1), days=20))
    cut = data[: len(data) * 3 // 4]
    if name not in ("enedis-xlsx", "json-v2", "json-v5"):
        cut = cut[: cut.rfind(b"\n") + 6]
    assert refusal(cut) in ("file-cut", "file-zip-damaged", "file-xlsx-damaged", "file-json-damaged")


def test_zip_of_too_much(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "MAX_BYTES", 1 << 20)
    packed = writers.zipped({"a.csv": bytes(1 << 19), "b.csv": bytes(1 << 20)})
    assert len(packed) < 1 << 14
    (source,) = open_files([("bomb.zip", packed)])
    assert code_of(source) == "file-zip-too-large"


def test_workbook_of_too_much(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "MAX_XML", 1 << 10)
    assert refusal(writers.enedis_xlsx(regular())) == "file-too-large"


def test_json_of_too_much(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api_json, "MAX_BYTES", 1 << 10)
    assert refusal(writers.json_v2(regular())) == "file-too-large"


def test_workbook_that_names_entities() -> None:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        long = "<!-- " + "x" * 2000 + " -->"
        archive.writestr("xl/workbook.xml", f'<?xml version="1.0"?>{long}<!DOCTYPE a [<!ENTITY b "b">]><a/>')
    assert refusal(data.getvalue()) == "file-xlsx-damaged"


@pytest.mark.parametrize(
    ("part", "before", "filling", "code"),
    [
        ("xl/worksheets/sheet1.xml", b"</sheetData>", b"<a>", "file-xlsx-damaged"),
        ("xl/worksheets/sheet1.xml", b"</sheetData>", b'<row><c r="ZZ1"><v>1</v></c></row>', ""),
        ("xl/styles.xml", b"</cellXfs>", b"<xf/>", ""),
        ("xl/workbook.xml", b"</sheets>", b'<sheet name="a" sheetId="2"/>', ""),
        ("xl/_rels/workbook.xml.rels", b"</Relationships>", b'<Relationship Id="a" Type="/worksheet"/>', ""),
        ("[Content_Types].xml", b"</Types>", b'<Override PartName="/a" ContentType="b"/>', ""),
    ],
)
def test_workbook_that_unpacks_to_much_of_one_thing(
    part: str, before: bytes, filling: bytes, code: str
) -> None:
    small = writers.enedis_xlsx(regular())
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(small)) as old, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            data = old.read(name)
            more = filling * ((1 << 20) // len(filling)) if name == part else b""
            assert before in data or name != part
            new.writestr(name, data.replace(before, more + before))
    assert peak_of(packed.getvalue(), code) < 4 << 20


def test_a_refusal_lets_go_of_the_file() -> None:
    sources = open_files([("a", b"Horodate;Valeur\n" + b"nonsense;1\n" * 400_000)])
    tracemalloc.start()
    try:
        code_of(sources[0])
        held, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert held < 1 << 18


def test_zip_of_too_many() -> None:
    (source,) = open_files([("a.zip", writers.zipped({f"{number}.csv": b"x" for number in range(1001)}))])
    assert code_of(source) == "file-zip-too-many"


def test_zip_of_so_many_that_their_names_fill_the_memory() -> None:
    entry = writers.zipped({"a": b""})
    begin, end = entry.find(b"PK\x01\x02"), entry.find(b"PK\x05\x06")
    listed = entry[begin:end] * 60_000
    size = len(listed).to_bytes(4, "little")
    data = entry[:begin] + listed + entry[end : end + 12] + size + entry[end + 16 :]
    assert peak_of(data, "file-zip-too-many") < len(data)


def test_zip_in_a_zip_is_opened_once() -> None:
    curve = regular(date(2024, 5, 1))
    inner = writers.zipped({"a.csv": writers.enedis_csv(curve), "b.csv": b"x"})
    first, second = open_files([("a.zip", writers.zipped({"inner.zip": inner}))])
    assert next(first.deliveries(Event())).curve == curve
    assert code_of(second) == "file-unknown"
    (source,) = open_files([("a.zip", writers.zipped({"inner.zip": writers.zipped({"b.zip": inner})}))])
    assert code_of(source) == "file-zip-nested"


def test_zip_of_a_file_without_a_name() -> None:
    (source,) = open_files([("a.zip", writers.zipped({"x": b""}).replace(b"x", b"\0"))])
    assert code_of(source) == "file-empty"


def test_empty_zip() -> None:
    (source,) = open_files([("a.zip", writers.zipped({}))])
    assert code_of(source) == "file-empty"


def test_damage_inside_a_zip_stops_that_file_alone() -> None:
    good = writers.enedis_csv(regular(date(2024, 5, 1)))
    packed = bytearray(writers.zipped({"a.csv": good, "b.csv": good}))
    packed[60] ^= 0xFF
    sources = open_files([("a.zip", bytes(packed))])
    assert sorted(code_of(source) for source in sources) == ["", "file-zip-damaged"]


def test_a_locked_zip() -> None:
    packed = bytearray(writers.zipped({"a.csv": b"Horodate;Valeur\n"}))
    packed[6] |= 1  # the flag "encrypted", in both headers
    packed[packed.find(b"PK\x01\x02") + 8] |= 1
    (source,) = open_files([("a.zip", bytes(packed))])
    assert code_of(source) == "file-zip-encrypted"


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        open_files([tmp_path / "nowhere_12345678901234.csv"])
    assert caught.value.code == "file-missing"
    assert "12345678901234" not in str(caught.value)


def test_a_device_without_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files_source, "MAX_BYTES", 1 << 20)
    with pytest.raises(InputError) as caught:
        open_files([Path("/dev/zero")])
    assert caught.value.code == "file-too-large"


def test_a_path_that_cannot_be() -> None:
    with pytest.raises(InputError) as caught:
        open_files([Path("a\0b")])
    assert caught.value.code == "file-missing"


@settings(max_examples=150)
@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    for source in open_files([("a", data)]):
        code_of(source)


@settings(max_examples=150)
@given(st.sampled_from(FORMATS), st.data())
def test_any_damage_is_read_or_refused(name: str, data: st.DataObject) -> None:
    """A real file with bytes changed, dropped or inserted anywhere."""
    spoilt = bytearray(SMALL[name])
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(spoilt) - 1))
        spoilt[at : at + data.draw(st.integers(0, 30))] = data.draw(st.binary(max_size=12))
        if not spoilt:
            break
    for source in open_files([("a", bytes(spoilt))]):
        code_of(source)


SMALL = {name: writers.ALL[name](regular(date(2024, 3, 31))) for name in FORMATS}


def code_of(source: FileSource) -> str:
    """Read a source as an import does; the error code if it is refused, else empty."""
    try:
        source.preview()
        for delivery in source.deliveries(Event()):
            curve = delivery.curve
            assert Curve.of(curve.start, curve.minutes, curve.watts) == curve  # raises if it is invalid
    except SourceError as error:
        return error.code if error.happened() else "without words"
    return ""


def peak_of(data: bytes, code: str) -> int:
    """The peak of memory (bytes) that reading takes, besides the data itself."""
    code_of(open_files([("a", writers.enedis_xlsx(regular()))])[0])  # imports all modules that reading needs
    tracemalloc.start()
    try:
        (source,) = open_files([("a", data)])
        assert code_of(source) == code
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    return peak


def edit_workbook(data: bytes, change: Callable[[Any], object]) -> bytes:
    import openpyxl

    book = openpyxl.load_workbook(io.BytesIO(data))
    change(book.active)
    changed = io.BytesIO()
    book.save(changed)
    return changed.getvalue()
