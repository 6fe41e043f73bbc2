"""Files: any bytes give curves or an error with words, in bounded time and memory."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Final

from hypothesis import HealthCheck, Phase, given, settings

from core.model import Curve
from core.sources.files import read_all
from core.texts import Language, Words
from tests.curves import regular
from tests.sources.files import tables, writers

FIXTURES: Final = Path(__file__).parents[1] / "fixtures"


def seeds() -> list[bytes]:
    """Every fixture, every format written by the tests, and tables of many styles."""
    found = [
        path.read_bytes()
        for folder in ("files", "findings")
        for path in sorted((FIXTURES / folder).glob("*"))
    ]
    curve = regular(date(2024, 10, 27))
    found += [write(curve) for write in writers.ALL.values()]

    @settings(
        max_examples=60,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(style=tables.styles())
    def tell(style: tables.Style) -> None:
        found.append(tables.text(curve, style))

    tell()
    return found


def target(data: bytes) -> None:
    """Read an input and everything that a page would show of it."""
    for reading in read_all("file", data):
        if reading.error is not None:
            for language in Language:
                assert reading.error.title(Words(language))
                assert reading.error.happened(Words(language))
                assert reading.error.cure(Words(language))
        for part in reading.parts:
            curve = part.curve
            assert Curve.of(curve.start, curve.minutes, curve.watts) == curve
            assert not len(curve) or int(curve.watts.min()) >= 0
