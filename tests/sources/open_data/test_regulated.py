"""The regulator's files are read to the last decimal, or refused."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.sources.open_data.fetch import Publisher
from core.sources.open_data.regulated import PriceRow, from_cre, read_prices
from tests.open_data_server import CRE, OpenDataServer

HEAD = b"DATE_DEBUT;DATE_FIN;P_SOUSCRITE;PART_FIXE_HT;PART_FIXE_TTC;PART_VARIABLE_HT;PART_VARIABLE_TTC\r\n"
ROW = b"01/02/2025;31/07/2025;6;134,16;165,17;0,1343;0,2016\r\n"


@pytest.fixture
def server() -> Iterator[OpenDataServer]:
    with OpenDataServer(date(2026, 11, 26)) as sources:
        yield sources


def test_a_row_is_read_with_all_its_decimals() -> None:
    body = b"\xef\xbb\xbf" + HEAD + ROW + b"01/08/2026;;6;143,28;190,8131821;0,1361;0,2001\r\n"
    first, last = read_prices(body, "base")
    assert first == PriceRow(
        6, date(2025, 2, 1), date(2025, 7, 31), {"base": Decimal("0.2016")}, Decimal("165.17")
    )
    assert (last.last, last.year) == (None, Decimal("190.8131821"))


def test_every_file_is_fetched_under_its_name(server: OpenDataServer) -> None:
    source = Publisher("CRE", server.url + CRE, "here")
    rows = {option: from_cre(source, option) for option in ("base", "hphc", "tempo")}
    assert {option: len(found) for option, found in rows.items()} == {"base": 49, "hphc": 73, "tempo": 62}
    assert server.asked(CRE) == ["Option_Base.csv", "Option_HPHC.csv", "Option_Tempo.csv"]


@pytest.mark.parametrize(("option", "name", "rows"), [("base", "Base", 45), ("hphc", "HPHC", 73)])
def test_the_public_files_are_read_whole(shared_data: Path, option: str, name: str, rows: int) -> None:
    body = (shared_data / "prices" / f"Option_{name}_2022-2026.csv").read_bytes()
    assert len(read_prices(body, option)) == rows


def test_a_row_without_a_price_is_left_out() -> None:
    blank = b"01/02/2025;31/07/2025;9;134,16;;0,1343;0,2016\r\n"
    assert len(read_prices(HEAD + ROW + blank, "base")) == 1


@pytest.mark.parametrize(
    "body",
    [
        b"",
        HEAD,
        b"<!DOCTYPE html>",
        b"a;b\r\n1;2\r\n",
        HEAD + ROW.replace(b"0,2016", b"a fifth"),
        HEAD + ROW.replace(b"0,2016", b"-0,2"),
        HEAD + ROW.replace(b"0,2016", b"NaN"),
        HEAD + ROW.replace(b"01/02/2025", b"2025-02-01"),
        HEAD + ROW.replace(b"01/02/2025", b"31/02/2025"),
        HEAD + ROW.replace(b";6;", b";six;"),
        HEAD + ROW * 5_001,
    ],
)
def test_what_is_no_such_file_is_refused(body: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - whatever was wrong with it
        read_prices(body, "base")


@given(st.binary(max_size=60))
def test_any_row_is_read_or_refused(row: bytes) -> None:
    try:
        found = read_prices(HEAD + row, "base")
    except ValueError:
        return
    assert all(one.year > 0 for one in found)
