"""An error formats its details in both languages."""

from __future__ import annotations

from datetime import date

from core.errors import SourceError, StorageError
from core.model import Days, RefusalReason
from core.texts import THIN, Language, Words


def test_numbers_have_thousands_but_those_that_are_names() -> None:
    counted = SourceError("file-no-readings", count=25515, example="x", why=RefusalReason.TOO_LARGE)
    assert f"25{THIN}515" in counted.happened()
    assert f"25{THIN}515" in counted.happened(Words(Language.FRENCH))
    assert "13435" in StorageError("storage-refused", code=13435).happened()


def test_a_reason_is_told_in_words() -> None:
    future = SourceError("file-no-readings", count=2, example="x", why=RefusalReason.NOT_ENDED)
    assert "lies in the future" in future.happened()
    assert "se situe dans le futur" in future.happened(Words(Language.FRENCH))


def test_days_are_told_as_days_and_one_day_once() -> None:
    week = SourceError("api-days-refused", days=Days(date(2026, 9, 1), date(2026, 9, 8)))
    assert "1 Sep 2026 to 7 Sep 2026" in week.happened()
    assert "du 1er sept. 2026 au 7 sept. 2026" in week.happened(Words(Language.FRENCH))
    day = SourceError("api-days-refused", days=Days(date(2026, 9, 1), date(2026, 9, 2)))
    assert day.happened().count("Sep") == 1
