"""The table of both collections: free space only if there is any, no saving of unsettled sizes."""

from __future__ import annotations

from core.lab.footprint import Footprint, Usage
from core.lab.tables import footprint_head, footprint_table
from core.texts import ENGLISH


def usage(storage: int, free: int = 0) -> Usage:
    return Usage(100, 2_000, storage, 500, free_bytes=free, buckets=4, raw={"storageStats": {"count": 4}})


def table(measured: Footprint) -> dict[str, list[str]]:
    return {row.code: row.cells for row in footprint_table(measured, ENGLISH)}


def test_free_space_has_rows_only_where_there_is_any() -> None:
    full = table(Footprint("6.0.5", True, usage(9_500), usage(500)))
    assert not [code for code in full if "free" in code or "net" in code]
    holed = table(Footprint("6.0.5", True, usage(9_500, free=100), usage(500)))
    assert holed["free_bytes"][1:] == ["100\u202fB", "0\u202fB", ""]
    assert holed["net_per_reading"][1:3] == ["99.00", "10.00"]


def test_a_saving_is_told_of_what_is_settled() -> None:
    settled = table(Footprint("6.0.5", True, usage(9_500), usage(500)))
    assert settled["total_bytes"][1:] == ["10.0\u202fkB", "1.00\u202fkB", "90.0\u202f%"]
    open_ = table(Footprint("6.0.5", False, usage(9_500), usage(500)))
    assert open_["total_bytes"][3] == ""
    assert open_["data_bytes"][3] == "0.0\u202f%"


def test_the_table_has_a_title_for_each_column() -> None:
    row = footprint_table(Footprint("6.0.5", True, usage(1), usage(1)), ENGLISH)[0]
    assert len(footprint_head(ENGLISH)) == len(row.cells) == 4
