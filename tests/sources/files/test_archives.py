"""Zips and workbooks made by strangers: their contents are named, and none is expensive to read."""

from __future__ import annotations

import io
import pickle
import zipfile
from datetime import date
from pathlib import Path
from threading import Event

import pytest

from core.sources.files import FileSource, beside, open_files, read_all
from tests.curves import regular
from tests.sources.files import writers
from tests.sources.files.peak import measured
from tests.sources.files.test_formats import code_of, peak_of

CURVE = regular(date(2025, 12, 1), days=2)
FINDINGS = Path(__file__).parents[2] / "fixtures" / "findings"


RELATIONS = b'<R><Relationship Id="rId1" Type="t/worksheet" Target="s.xml"/></R>'


def workbook(sheet: bytes, sheets: int = 20) -> bytes:
    """A workbook with many sheets that all refer to one part."""
    listed = "".join(f'<sheet name="S{at}" sheetId="{at + 1}" r:id="rId1"/>' for at in range(sheets))
    return writers.zipped(
        {
            "xl/workbook.xml": f'<workbook xmlns:r="http://r"><sheets>{listed}</sheets></workbook>'.encode(),
            "xl/_rels/workbook.xml.rels": RELATIONS,
            "xl/s.xml": sheet,
        }
    )


def test_edf_s_zip_with_other_files_beside_the_curve() -> None:
    data = writers.zipped(
        {
            "mes-puissances.csv": writers.edf(CURVE),
            "ma-conso-quotidienne.csv": b"Date;kWh\n01/01/2025;12,3\n",
            "LISEZMOI.pdf": b"%PDF-1.4",
            "photo.png": b"\x89PNG\r\n\x1a\n",
            "Thumbs.db": b"x",
            "desktop.ini": b"x",
            ".DS_Store": b"x",
            "__MACOSX/._mes-puissances.csv": b"x",
            "folder/__MACOSX/._a": b"x",
        }
    )
    sources = open_files([("edf.zip", data)])
    aside = beside(sources)
    assert [code_of(source) for source in aside] == ["file-daily", "file-pdf", "file-picture"]
    (curve,) = (source for source in sources if source not in aside)
    assert next(curve.deliveries(Event())).curve == CURVE


def test_a_damaged_curve_beside_another_is_a_failure() -> None:
    data = writers.zipped({"a.csv": writers.enedis_csv(CURVE), "b.csv": writers.enedis_csv(CURVE)[:-12]})
    assert [code_of(source) for source in open_files([("a.zip", data)])] == ["", "file-cut"]
    assert beside(open_files([("a.zip", data)])) == []


def test_a_zip_without_a_curve_is_a_failure() -> None:
    assert beside(open_files([("a.zip", writers.zipped({"a.pdf": b"%PDF-1.4"}))])) == []


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_other_ways_of_packing_are_refused_before_they_are_unpacked(method: int) -> None:
    (source,) = open_files([("a.zip", writers.zipped({"a.csv": b"0" * 10_000_000}, method))])
    assert code_of(source) == "file-zip-method"
    book = writers.zipped({"xl/workbook.xml": b"<a/>", "xl/_rels/workbook.xml.rels": b"<a/>"}, method)
    assert code_of(FileSource("a.xlsx", book)) == "file-zip-method"


def test_more_bytes_than_an_entry_declares_are_not_unpacked() -> None:
    data = bytearray(writers.zipped({"a.csv": b"0" * 50_000_000}))
    for signature, at in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        place = data.find(signature) + at
        data[place : place + 4] = (1000).to_bytes(4, "little")
    assert peak_of(bytes(data), "file-zip-damaged") < 4 << 20


@pytest.mark.parametrize(
    ("sheet", "code"),
    [
        (b"<worksheet>" + b"<x/>" * 4_000_000 + b"</worksheet>", "file-xlsx-damaged"),
        (b'<worksheet a="' + b"x" * 40_000_000 + b'"/>', "file-xlsx-damaged"),
        (b"<worksheet><sheetData>" + b"<row/>" * 200_000 + b"</sheetData></worksheet>", "file-unknown"),
    ],
    ids=["elements", "token", "rows"],
)
def test_a_workbook_that_would_take_minutes(sheet: bytes, code: str, tmp_path: Path) -> None:
    large, small = tmp_path / "large", tmp_path / "small"
    large.write_bytes(workbook(sheet))
    small.write_bytes(writers.enedis_xlsx(CURVE))
    peak, readings, refused = measured(large, small)
    assert (readings, refused) == (0, code)
    assert peak < 24 << 20


def test_a_part_that_twenty_sheets_name_is_read_once() -> None:
    with zipfile.ZipFile(io.BytesIO(writers.enedis_xlsx(CURVE))) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml")
    book = workbook(sheet)
    (delivery,) = FileSource("a", book).deliveries(Event())
    assert delivery.curve == CURVE
    assert not delivery.refused


def test_an_open_document_is_told_by_one_sentence() -> None:
    parts = {"mimetype": b"application/vnd.oasis.opendocument.spreadsheet", "content.xml": b"<a/>"}
    for method in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        (source,) = open_files([("a.ods", writers.zipped(parts, method))])
        assert code_of(source) == "file-ods"


def test_what_was_read_can_be_sent_to_another_process() -> None:
    data = writers.zipped({"a.csv": writers.enedis_csv(CURVE), "b.pdf": b"%PDF-1.4"})
    good, bad = pickle.loads(pickle.dumps(read_all("a.zip", data)))
    assert good.parts[0].curve == CURVE
    assert bad.error.code == "file-pdf"
    assert bad.error.happened()
    assert next(FileSource(good.name, reading=good).deliveries(Event())).curve == CURVE


@pytest.mark.parametrize("path", sorted(FINDINGS.glob("*")), ids=lambda path: path.name)
def test_what_fuzzing_found_is_read_or_refused(path: Path) -> None:
    for source in open_files([path]):
        code_of(source)
