"""The table of both collections in words, for the page, the command line and the report."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from core.lab.footprint import Footprint, Usage, saving
from core.lab.sides import SIDES
from core.texts import Words

_BYTES: Final = (
    *("data_bytes", "storage_bytes", "free_bytes", "index_bytes", "index_free_bytes"),
    *("total_bytes", "net_bytes"),
)
_EACH: Final = ("bytes_per_reading", "net_per_reading")


@dataclass(frozen=True, slots=True)
class Row:
    """One figure of both sides as text; `saving` is empty if none applies."""

    code: str
    title: str
    ordinary: str
    time_series: str
    saving: str = ""

    @property
    def cells(self) -> list[str]:
        """The texts of its columns."""
        return [self.title, self.ordinary, self.time_series, self.saving]


def footprint_head(words: Words) -> list[str]:
    """Titles of the columns."""
    return [
        words.text("footprint.table.size"),
        *(words.text(side.label) for side in SIDES),
        words.text("footprint.table.saving"),
    ]


def footprint_table(measured: Footprint, words: Words) -> list[Row]:
    """The rows of a footprint.

    Rows of free space appear only if there is any. No saving is given for free space, nor for sizes on disk
    that are not settled.
    """
    both = [side.of(measured) for side in SIDES]
    has_free = any(one.unused_bytes for one in both)
    rows = [
        Row("readings", words.text("footprint.table.readings"), *(words.number(one.readings) for one in both))
    ]
    for code in (*_BYTES, *_EACH):
        if has_free or not ("free" in code or "net" in code):
            rows.append(_row(code, both, measured.settled, words))
    buckets = words.number(measured.time_series.buckets or 0)
    rows.append(Row("buckets", words.text("footprint.table.buckets"), "–", buckets))
    return rows


def _row(code: str, both: list[Usage], settled: bool, words: Words) -> Row:
    one, other = (float(getattr(usage, code)) for usage in both)

    def told(value: float) -> str:
        return words.number(value, 2) if code in _EACH else words.size(value)

    final = (settled or code == "data_bytes") and "free" not in code
    won = words.percent(saving(one, other)) if final else ""
    return Row(code, words.text(f"footprint.table.{code}"), told(one), told(other), won)
