"""Numbers, sizes and dates in the format of each language."""

from __future__ import annotations

from datetime import date, datetime
from fractions import Fraction

import pytest

from core.model import Span
from core.texts import THIN, Language, Words

EN, FR = Words(Language.ENGLISH), Words(Language.FRENCH)


@pytest.mark.parametrize(
    ("value", "decimals", "english", "french"),
    [
        (1234567, 0, "1_234_567", "1_234_567"),
        (Fraction(5, 2), 1, "2.5", "2,5"),
        (-1234.56, 1, "−1_234.6", "−1_234,6"),
        (-0.04, 1, "0.0", "0,0"),
        (Fraction(1, 3), 3, "0.333", "0,333"),
    ],
)
def test_numbers(value: float | Fraction, decimals: int, english: str, french: str) -> None:
    assert EN.number(value, decimals) == english.replace("_", THIN)
    assert FR.number(value, decimals) == french.replace("_", THIN)


def test_energy_is_rounded_only_when_shown() -> None:
    assert EN.kwh(641_077_800) == f"10{THIN}684.6{THIN}kWh"


@pytest.mark.parametrize(
    ("count", "shown"), [(0, "0_B"), (999, "999_B"), (4096, "4.10_kB"), (123_456_789, "123_MB")]
)
def test_sizes_have_decimal_units(count: int, shown: str) -> None:
    assert EN.size(count) == shown.replace("_", THIN)


def test_french_sizes_percentages_and_dates() -> None:
    assert FR.size(1_234_567) == f"1,23{THIN}Mo"
    assert FR.percent(0.9812) == f"98,1{THIN}%"
    assert FR.day(date(2022, 10, 24)) == "24 oct. 2022"
    assert EN.day(date(2022, 10, 24)) == "24 Oct 2022"
    assert (FR.day(date(2025, 8, 1)), EN.day(date(2025, 8, 1))) == ("1er août 2025", "1 Aug 2025")


def test_a_list_has_the_marks_of_its_language() -> None:
    assert EN.listed(["a", "b"]) == "a; b"
    assert FR.listed(["a", "b"]) == f"a{THIN}; b"


def test_one_day_is_told_once() -> None:
    first, last = date(2024, 5, 1), date(2024, 5, 3)
    assert EN.days(first, first) == "1 May 2024"
    assert EN.days(first, last) == "1 May 2024 to 3 May 2024"
    assert FR.days(first, last) == "du 1er mai 2024 au 3 mai 2024"


@pytest.mark.parametrize(
    ("start", "end", "english", "french"),
    [
        ("2024-05-01T00:00", "2024-05-02T00:00", "1 May 2024", "1er mai 2024"),
        ("2024-05-01T00:00", "2024-05-03T00:00", "1 May 2024 to 2 May 2024", "du 1er mai 2024 au 2 mai 2024"),
        (
            "2024-05-02T08:00",
            "2024-05-02T09:30",
            "2 May 2024, 08:00 to 09:30",
            "2 mai 2024, de 8_h_00 à 9_h_30",
        ),
        (
            *("2024-05-02T08:00", "2024-05-04T00:00"),
            *("2 May 2024, 08:00 to 4 May 2024, 00:00", "du 2 mai 2024, 8_h_00 au 4 mai 2024, 0_h_00"),
        ),
    ],
)
def test_a_period_says_no_more_than_it_must(start: str, end: str, english: str, french: str) -> None:
    moments = datetime.fromisoformat(start), datetime.fromisoformat(end)
    assert EN.period(*moments) == english
    assert FR.period(*moments) == french.replace("_", THIN)


@pytest.mark.parametrize(
    ("count", "english", "french"),
    [(0, "0 calls", "0 appel"), (1, "1 call", "1 appel"), (1500, "1_500 calls", "1_500 appels")],
)
def test_singular_and_plural(count: int, english: str, french: str) -> None:
    key = "history.preview.calls"
    assert EN.counted(key, count) == english.replace("_", THIN)
    assert FR.counted(key, count) == french.replace("_", THIN)


def test_gaps_are_told_in_hours_with_a_decimal_only_where_it_says_something() -> None:
    half, day = Span(0, 30 * 60_000), Span(0, 24 * 3_600_000)
    assert EN.gaps([day]) == "1 gap, 24 h without readings"
    assert FR.gaps([half, day]) == "2 trous, 24,5 h sans relevé"
