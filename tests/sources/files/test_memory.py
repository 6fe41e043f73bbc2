"""Memory that a large file takes: less than 3 times its size, in every format.

Each file is far larger than a household's and is measured in a process of its own. It repeats the 10-minute
steps of 26 years, the most distinct readings that are possible; for packed files, the unpacked size counts.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import date
from functools import partial
from itertools import cycle, islice
from pathlib import Path
from typing import Final

import numpy as np
import pytest

from tests.curves import regular
from tests.sources.files import writers
from tests.sources.files.peak import measured

pytestmark = pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="memory is read from /proc")

SIZE: Final = 48_000_000
BOUND: Final = 3
YEARS: Final = range(2025, 1999, -1)
LINES_ABOVE: Final = {"enedis-csv": 3, "enedis-r63": 1, "edf": 4, "conso-downloader": 1, "totalenergies": 1}


def rows(name: str) -> bytes:
    """A year of rows in a text format, repeated as other years."""
    step = 30 if name == "totalenergies" else 10
    lines = writers.ALL[name](regular(date(2023, 1, 1), days=365, step=step)).split(b"\n")
    above = LINES_ABOVE[name]
    body = b"\n".join(lines[above:]).replace(b"01/01/2024 00:00", b"31/12/2023 24:00")
    years = [body.replace(b"2023", str(year).encode()) for year in YEARS]
    enough = SIZE // len(body) + 1
    return b"\n".join(lines[:above]) + b"\n" + b"".join(islice(cycle(years), enough))


def answers(name: str) -> bytes:
    """Weekly answers, joined on one line, up to the size limit of a JSON file."""
    week = writers.ALL[name](regular(date(2023, 1, 1), days=7, step=10)).replace(b"\n", b"")
    return b"[" + b",".join([week] * (16_000_000 // len(week))) + b"]"


def workbook() -> bytes:
    """Some 80,000 rows, with texts inside the cells."""
    small = writers.enedis_xlsx(regular(date(2023, 1, 1)))
    cells = (
        f'<c r="C5" t="inlineStr"><is><t>01/01/2023 {hour:02}:00:00</t></is></c>'
        f'<c r="D5" t="inlineStr"><is><t>01/01/2023 {hour:02}:30:00</t></is></c><c r="E5"><v>1.5</v></c>'
        for hour in range(23)
    )
    day = "".join(f"<row>{row}</row>" for row in cells).encode()
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(small)) as old, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.namelist():
            data = old.read(part)
            new.writestr(
                part, data.replace(b"</sheetData>", day * (20_000_000 // len(day)) + b"</sheetData>")
            )
    return packed.getvalue()


def noise(_: str = "") -> bytes:
    return b"Horodate;Valeur\n" + np.random.default_rng(1).bytes(SIZE)


def zipped(data: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr("inside", data)
    return packed.getvalue()


def unpacked_size(data: bytes) -> int:
    if not data.startswith(b"PK"):
        return len(data)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return sum(entry.file_size for entry in archive.infolist())


FILES: Final[dict[str, Callable[[], bytes]]] = {
    **{name: partial(rows, name) for name in LINES_ABOVE},
    **{name: partial(answers, name) for name in ("json-v2", "json-v5")},
    "enedis-xlsx": workbook,
    "edf in a zip": lambda: zipped(rows("edf")),
    "noise": noise,
}


def test_every_format_is_measured() -> None:
    assert FILES.keys() >= writers.ALL.keys()


@pytest.mark.parametrize("name", FILES)
def test_memory_stays_within_bounds(name: str, tmp_path: Path) -> None:
    data = FILES[name]()
    large, small = tmp_path / "large", tmp_path / "small"
    large.write_bytes(data)
    size = unpacked_size(data)
    del data
    small.write_bytes(writers.ALL.get(name, writers.enedis_csv)(regular()))
    peak, readings, refused = measured(large, small)
    assert (readings > 0) == (name != "noise"), refused
    assert peak < BOUND * size, f"{peak / size:.2f} times its size"
