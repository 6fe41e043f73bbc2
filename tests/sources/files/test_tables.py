"""Any curve in any table is read back exactly or refused; each kind of table and refusal by name."""

from __future__ import annotations

import dataclasses
import io
import json
from collections.abc import Callable
from datetime import UTC, date
from threading import Event
from typing import Any

import numpy as np
import openpyxl
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from core.errors import SourceError
from core.model import UNKNOWN_PRM, Assumed, Curve, Delivery, Flow, Meter, Origin, RefusalReason
from core.sources.files import FileSource, Stamped
from tests.curves import regular
from tests.sources.files import tables, writers
from tests.sources.files.test_formats import ambiguous_gap, refusal, refused, regular_curves

PLAIN = tables.Style(
    ";",
    "utf-8",
    "both",
    ("Début", "Fin"),
    "french",
    "kW",
    "Valeur (en {})",
    ",",
    "",
    "\n",
    True,
    False,
    "",
    0,
)


def styled(**changes: object) -> tables.Style:
    return dataclasses.replace(PLAIN, **changes)  # type: ignore[arg-type]


def read(data: bytes, name: str = "file", **wanted: Any) -> Curve:
    (delivery,) = FileSource(name, data, **wanted).deliveries(Event())
    return delivery.curve


def even(curve: Curve) -> Curve:
    """The curve with powers that give whole watt-hours in every step."""
    return Curve.of(curve.start, curve.minutes, curve.watts // 60 * 60)


def exact_or_refused(data: bytes, curve: Curve) -> None:
    code, found = outcome(data)
    if code:
        assert code in ("file-unclear-times", "file-mixed-numbers", "file-kwh")
        return
    (delivery,) = found
    assert delivery.curve == curve
    assert not [one for one in delivery.refused if one.reason is not RefusalReason.NO_VALUE]


def outcome(data: bytes) -> tuple[str, list[Delivery]]:
    """The error code if it is refused, else what is delivered."""
    try:
        return "", list(FileSource("file", data).deliveries(Event()))
    except SourceError as error:
        return error.code if error.happened() and error.cure() else "without words", []


@settings(max_examples=150)
@given(curve=regular_curves(), style=tables.styles())
def test_any_curve_in_any_table_comes_back_or_is_refused(curve: Curve, style: tables.Style) -> None:
    curve = even(curve)
    assume((style.stamp == "iso" and not style.shape.startswith("apart")) or not ambiguous_gap(curve))
    if style.shape == "plain":  # only whole days show which end a stamp names
        curve = even(regular(date(2025, 10, 25), days=3, step=int(curve.minutes[0])))
    exact_or_refused(tables.text(curve, style), curve)


@settings(max_examples=25)
@given(curve=regular_curves(steps=(30,)), style=tables.styles(), real=st.booleans())
def test_any_curve_in_any_workbook_comes_back_or_is_refused(
    curve: Curve, style: tables.Style, real: bool
) -> None:
    curve = even(curve)
    assume(not ambiguous_gap(curve))
    if style.shape == "plain":
        curve = even(regular(date(2025, 10, 25), days=3))
    exact_or_refused(tables.book(curve, style, real=real), curve)


DAYS = even(regular(date(2025, 12, 1), days=7))


def lines(curve: Curve = DAYS, **changes: object) -> list[str]:
    return tables.text(curve, styled(**changes)).decode().splitlines()


def joined(found: list[str]) -> bytes:
    return ("\n".join(found) + "\n").encode()


def test_the_portal_s_workbook_saved_as_csv_is_the_portal_s() -> None:
    (delivery,) = FileSource("a", tables.text(DAYS, PLAIN)).deliveries(Event())
    assert (delivery.origin, delivery.meter) == (Origin.ENEDIS_XLSX, Meter(writers.PRM))
    assert delivery.curve == DAYS


def test_a_table_of_nobody_we_know() -> None:
    (delivery,) = FileSource(
        "a", tables.text(DAYS, styled(names=("Start", "End"), unit="W", value="Power ({})"))
    ).deliveries(Event())
    assert (delivery.origin, delivery.origin.rank) == (Origin.TABLE, 1)


@pytest.mark.parametrize("shape", [("begin", "Début"), ("end", "Fin")])
def test_what_a_word_says_counts_more_than_where_the_table_begins(shape: tuple[str, str]) -> None:
    kind, name = shape
    curve = DAYS.select(slice(5, 200))
    assert read(tables.text(curve, styled(shape=kind, names=(name,)))) == curve


def test_where_nothing_tells_it_is_refused_and_can_be_said() -> None:
    curve = DAYS.select(slice(5, 200))
    data = tables.text(curve, styled(shape="plain", names=("Date",), about=False))
    assert refusal(data) == "file-unclear-times"
    assert read(data, stamped=Stamped.END) == curve
    assert read(data, stamped=Stamped.BEGIN).start.tolist() == curve.end.tolist()


@pytest.mark.parametrize(("kind", "told"), [("plain", Assumed.END), ("apart", None)])
def test_what_is_told_by_whole_days_is_said_to_be_assumed(kind: str, told: Assumed | None) -> None:
    names = ("Date",) if kind == "plain" else ("Date", "Heure de début")
    preview = FileSource("a", tables.text(DAYS, styled(shape=kind, names=names))).preview()
    assert [one.what for one in preview.assumed] == ([told] if told else [])


def test_a_period_that_is_stated_tells() -> None:
    """A week by BEGINs without its first hour: without the period, 01:00 to 23:30 is ambiguous."""
    rows = [f"{start:%d/%m/%Y %H:%M};{watts}" for start, _, _, watts in writers.rows(DAYS)]
    head = ["Date de début :;01/12/2025", "Date de fin :;08/12/2025", "Horodatage;Puissance (W)"]
    assert read(joined(head + rows)) == DAYS
    ends = [f"{end:%d/%m/%Y %H:%M};{watts}" for _, end, _, watts in writers.rows(DAYS)][2:]
    assert read(joined(head + ends)) == DAYS.select(slice(2, None))


@pytest.mark.parametrize(
    ("written", "read_as"),
    [
        *(
            (form, 2650)
            for form in ("2 650", "2\u00a0650", "2\u202f650", "2'650", "2’650", "2650.0", "2650,000")
        ),
        *((form, None) for form in ("26 50", "2 6500", "1,2E+03", "2.650,5", "1 234 5")),
    ],
)
def test_forms_of_a_number(written: str, read_as: int | None) -> None:
    found = lines(unit="W", value="Puissance ({})")
    found[9] = found[9].rsplit(";", 1)[0] + f";{written}"
    if read_as is None:
        assert refused(joined(found)) == {RefusalReason.NOT_A_NUMBER: 1}
    else:
        assert read(joined(found)).watts[5] == read_as


def test_marks_of_two_kinds_are_refused_not_guessed() -> None:
    found = lines()
    found[9] = found[9].rsplit(";", 1)[0] + ";1.146"
    assert refusal(joined(found)) == "file-mixed-numbers"


def test_energy_needs_a_step_and_has_it_from_its_neighbours() -> None:
    data = tables.text(DAYS, styled(shape="end", names=("Fin",), unit="Wh", value="Énergie ({})"))
    assert read(data) == DAYS


def test_several_columns_that_could_be_it() -> None:
    found = [line + line[line.rfind(";") :] for line in lines(about=False)]
    assert refusal(joined(found)) == "file-several-values"


def test_a_column_for_each_flow() -> None:
    solar = even(regular(date(2025, 12, 1), days=7, seed=5))
    rows = [
        f"{start:%d/%m/%Y %H:%M};{end:%d/%m/%Y %H:%M};{taken};{given}"
        for (start, end, _, taken), (_, _, _, given) in zip(
            writers.rows(DAYS), writers.rows(solar), strict=True
        )
    ]
    data = joined(["Début;Fin;Soutirage (W);Injection (W)", *rows])
    found = list(FileSource("a", data).deliveries(Event()))
    assert [(one.meter.flow, one.curve) for one in found] == [
        (Flow.CONSUMPTION, DAYS),
        (Flow.PRODUCTION, solar),
    ]


def test_a_table_without_a_unit() -> None:
    assert refusal(joined([line.replace(" (en kW)", "") for line in lines()])) == "file-no-unit"


def test_a_unit_behind_each_value() -> None:
    found = [line.replace(" (en kW)", "") for line in lines()]
    assert read(joined([line + " kW" if line[:1].isdigit() else line for line in found])) == DAYS


@pytest.mark.parametrize("unit", ["VA", "kVAr", "m3"])
def test_a_table_of_something_else(unit: str) -> None:
    assert refusal(joined([line.replace("kW", unit) for line in lines()])) in (
        "file-other-quantity",
        "file-no-unit",
    )


def test_a_table_of_days() -> None:
    rows = [f"{day:02}/12/2025;12,3" for day in range(1, 9)]
    assert refusal(joined(["Date;Consommation (kWh)", *rows])) == "file-daily"
    midnights = [f"{day:02}/12/2025 00:00:00;12,3" for day in range(1, 9)]
    assert refusal(joined(["Date de début;Consommation (kWh)", *midnights])) == "file-daily"


@pytest.mark.parametrize("days", [7, 20])
def test_months_that_stand_before_days(days: int) -> None:
    curve = even(regular(date(2025, 12, 1), days=days))
    rows = [
        f"{start:%m/%d/%Y %H:%M};{end:%m/%d/%Y %H:%M};{watts}" for start, end, _, watts in writers.rows(curve)
    ]
    assert refusal(joined(["Start;End;Power (W)", *rows])) == "file-month-first"


def test_stamps_in_utc() -> None:
    rows = [f"{start.astimezone(UTC):%Y-%m-%d %H:%M};{watts}" for start, _, _, watts in writers.rows(DAYS)]
    assert read(joined(["Start time (UTC);Power (W)", *rows])) == DAYS


def test_the_flow_a_sheet_or_a_line_says() -> None:
    said = joined(
        [line.replace("comptage : ", "x").replace("Consommation", "Production") for line in lines()]
    )
    assert FileSource("a", said).preview().meter == Meter(writers.PRM, Flow.PRODUCTION)


# Several tables in one file


def test_two_files_of_one_meter_glued_together() -> None:
    first, second = DAYS.select(slice(0, 100)), DAYS.select(slice(100, None))
    for write in (writers.enedis_csv, writers.enedis_r63, lambda curve: tables.text(curve, PLAIN)):
        assert read(write(first) + write(second)) == DAYS


@pytest.mark.parametrize("name", ["enedis-csv", "enedis-xlsx-as-csv"])
def test_two_meters_files_glued_together_are_two_meters(name: str) -> None:
    other = even(regular(date(2025, 12, 1), days=7, seed=9))
    write = writers.enedis_csv if name == "enedis-csv" else lambda curve: tables.text(curve, PLAIN)
    data = write(DAYS) + write(other).replace(writers.PRM.encode(), b"99999999999992")
    found = {one.meter.prm: one.curve for one in FileSource("a", data).deliveries(Event())}
    assert found == {writers.PRM: DAYS, "99999999999992": other}


def test_a_second_header_without_a_meter_is_not_the_first_one_s() -> None:
    data = writers.enedis_csv(DAYS) + b"Horodate;Valeur\n" + writers.enedis_csv(DAYS).split(b"Valeur\n")[1]
    assert [one.meter.prm for one in FileSource("a", data).deliveries(Event())] == [writers.PRM, UNKNOWN_PRM]


def test_a_glued_file_that_cannot_be_read_is_not_passed_over() -> None:
    mixed = [line.replace(",", ".") if at % 2 else line for at, line in enumerate(lines())]
    assert refusal(writers.enedis_csv(DAYS) + joined(mixed)) == "file-mixed-numbers"


def test_every_sheet_with_a_curve() -> None:
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    weeks = [even(regular(date(2025, 12, 1 + 7 * number), days=7, seed=number)) for number in range(3)]
    for number, week in enumerate(weeks):
        sheet = book.create_sheet("Injection Horaire" if number == 2 else f"Semaine {number}")
        for line in tables.cells(week, styled(about=number < 2)):
            sheet.append(line)
    book.create_sheet("Export Consommation Quotidienne").append(["Date", "Valeur (en kWh)"])
    data = io.BytesIO()
    book.save(data)
    found = list(FileSource("a", data.getvalue()).deliveries(Event()))
    assert [one.meter for one in found] == [Meter(writers.PRM), Meter(UNKNOWN_PRM, Flow.PRODUCTION)]
    assert found[0].curve.wh == weeks[0].wh + weeks[1].wh
    assert found[1].curve == weeks[2]


# Answers saved as JSON


def answer(curve: Curve, *, begins: bool = False, **more: object) -> dict[str, Any]:
    """A v2 answer that states its period; `begins`: with the stamps of another gateway (BEGINs)."""
    found: dict[str, Any] = json.loads(writers.json_v2(curve))
    found["periode"] = {"dateDebut": "2025-12-01", "dateFin": "2025-12-08"}
    for point, (start, _, _, _) in zip(found["grandeur"][0]["points"], writers.rows(curve), strict=True):
        if begins:
            point["d"] = f"{start:%Y-%m-%d %H:%M:%S}"
    return found | more


@pytest.mark.parametrize(
    "wrap",
    [
        lambda one: one,
        lambda one: [one, one],
        lambda one: {"success": True, "data": one},
        lambda one: {"data": [one]},
        lambda one: {"request": {"url": "/api/x"}, "body": one},
        lambda one: {"header": {"codeFlux": "R63"}, "mesures": [one]},
    ],
)
@pytest.mark.parametrize("begins", [False, True])
def test_what_an_answer_was_saved_in_and_what_its_stamps_are(
    wrap: Callable[[dict[str, Any]], object], begins: bool
) -> None:
    data = json.dumps(wrap(answer(DAYS, begins=begins))).encode()
    source = FileSource("a", data)
    assert next(source.deliveries(Event())).curve == DAYS
    assert [one.what for one in source.preview().assumed] == [Assumed.BEGIN] * begins


@pytest.mark.parametrize("begins", [False, True])
def test_an_answer_that_tells_nothing_of_its_stamps(begins: bool) -> None:
    holed = DAYS.select(slice(4, -4))
    data = json.dumps(answer(holed, begins=begins)).encode()
    assert refusal(data) == "file-unclear-times"
    assert read(data, stamped=Stamped.BEGIN if begins else Stamped.END) == holed


def test_an_r63_is_the_distributor_s_own() -> None:
    holed = DAYS.select(slice(4, -4))
    assert read(json.dumps({"header": {"codeFlux": "R63"}, "mesures": [answer(holed)]}).encode()) == holed


def test_stamps_with_an_offset() -> None:
    found = answer(regular(date(2025, 10, 26)), periode={})
    for point, (_, end, _, _) in zip(
        found["grandeur"][0]["points"], writers.rows(regular(date(2025, 10, 26))), strict=True
    ):
        point["d"] = end.isoformat()
    assert read(json.dumps(found).encode()) == regular(date(2025, 10, 26))


# Steps


def test_readings_missing_in_turn_are_holes_and_it_is_said() -> None:
    kept = np.ones(len(DAYS), np.bool_)
    kept[[100, 102, 104, 106]] = False
    holed = DAYS.select(kept)
    for write in (writers.enedis_csv, writers.edf):
        source = FileSource("a", write(holed))
        assert next(source.deliveries(Event())).curve == holed
        told = [(one.what, one.apart, one.minutes) for one in source.preview().assumed]
        assert told == [(Assumed.HOLES, 60, 30)]


def test_a_short_stretch_of_hours_is_believed_and_it_is_said() -> None:
    hours = even(regular(date(2025, 12, 8), step=60))
    curve = Curve.of(
        *(
            np.concatenate([getattr(DAYS, name), getattr(hours, name)])
            for name in ("start", "minutes", "watts")
        )
    )
    source = FileSource("a", writers.enedis_csv(curve))
    assert next(source.deliveries(Event())).curve == curve
    assert [one.what for one in source.preview().assumed] == [Assumed.LONGER]


@pytest.mark.parametrize("minutes", [5, 10, 15, 20, 25])
def test_a_stray_row_on_a_round_minute(minutes: int) -> None:
    found = writers.enedis_csv(DAYS).decode().splitlines()
    stamp = found[20].replace(":30:00+", f":{30 + minutes:02}:00+").split(";")[0]
    if stamp == found[20].split(";")[0]:
        stamp = found[20].replace(":00:00+", f":{minutes:02}:00+").split(";")[0]
    found.insert(21, f"{stamp};4242")
    assert read(joined(found)) == DAYS
    assert refused(joined(found)) == {RefusalReason.OFF_GRID: 1}
