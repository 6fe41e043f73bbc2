"""Numbers, sizes and dates as they are read in each language."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest

from core.formats import THIN, day, kwh, listed, number, percent, size
from core.texts import Language

EN, FR = Language.ENGLISH, Language.FRENCH


@pytest.mark.parametrize(
    ("value", "decimals", "english", "french"),
    [
        (1234567, 0, "1_234_567", "1_234_567"),
        (Fraction(5, 2), 1, "2.5", "2,5"),
        (-1234.56, 1, "-1_234.6", "-1_234,6"),
        (Fraction(1, 3), 3, "0.333", "0,333"),
    ],
)
def test_numbers(value: float | Fraction, decimals: int, english: str, french: str) -> None:
    assert number(value, EN, decimals) == english.replace("_", THIN)
    assert number(value, FR, decimals) == french.replace("_", THIN)


def test_energy_is_rounded_only_when_shown() -> None:
    assert kwh(641_077_800, EN) == f"10{THIN}684.6{THIN}kWh"


@pytest.mark.parametrize(
    ("count", "shown"), [(0, "0_B"), (999, "999_B"), (4096, "4.10_kB"), (123_456_789, "123_MB")]
)
def test_sizes_have_decimal_units(count: int, shown: str) -> None:
    assert size(count, EN) == shown.replace("_", THIN)


def test_french_sizes_percentages_and_dates() -> None:
    assert size(1_234_567, FR) == f"1,23{THIN}Mo"
    assert percent(0.9812, FR) == f"98,1{THIN}%"
    assert day(date(2022, 10, 24), FR) == "24 oct. 2022"
    assert day(date(2022, 10, 24), EN) == "24 Oct 2022"
    assert (day(date(2025, 8, 1), FR), day(date(2025, 8, 1), EN)) == ("1er août 2025", "1 Aug 2025")


def test_a_list_has_the_marks_of_its_language() -> None:
    assert listed(["a", "b"], EN) == "a; b"
    assert listed(["a", "b"], FR) == f"a{THIN}; b"
