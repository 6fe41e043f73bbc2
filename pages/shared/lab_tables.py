"""Tables of measurements: numbers to the right, written as the visitor's language does."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
import streamlit as st

from core.formats import number
from pages.shared.visitor import Visitor

Cell = float | int | str | None
Says = Callable[[Any], str]
"""A number in words."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table that sorts. `decimals`: None for words; `says`: another way to write a number."""

    title: str
    decimals: int | None = None
    says: Says | None = None


def sortable(
    guest: Visitor, columns: Mapping[str, Column], rows: Sequence[Mapping[str, Cell]], key: str
) -> None:
    """A table that sorts by value, whatever its numbers look like."""
    frame = pd.DataFrame(list(rows), columns=list(columns))
    written: dict[str, Says] = {}
    for name, column in columns.items():
        if column.says:
            written[name] = column.says
        elif column.decimals is not None:
            written[name] = _says(guest, column.decimals)
    st.dataframe(
        frame.style.format(written, na_rep="–"),  # type: ignore[arg-type]
        hide_index=True,
        key=key,
        placeholder="–",
        column_config={
            name: st.column_config.NumberColumn(column.title)
            if name in written
            else st.column_config.TextColumn(column.title, width="medium")
            for name, column in columns.items()
        },
    )


def sides(head: Sequence[str], rows: Sequence[tuple[str, Sequence[float | None], Sequence[Says]]]) -> None:
    """A small table: the name of each row, its values, and how each of them is written."""
    frame = pd.DataFrame(
        [list(values) for _, values, _ in rows],
        index=pd.Index([name for name, _, _ in rows], name=head[0]),
        columns=list(head[1:]),
        dtype=float,
    )
    style = frame.style
    for name, _, says in rows:
        for title, say in zip(head[1:], says, strict=True):
            style = style.format(say, subset=([name], [title]), na_rep="")  # type: ignore[arg-type]
    st.table(style)


def _says(guest: Visitor, decimals: int) -> Says:
    return lambda value: number(value, guest.language, decimals)
