"""Shows measurements: tables and charts in the visitor's language, warnings, raw statistics."""

from __future__ import annotations

import html
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from core.lab.figures.style import in_words
from core.lab.footprint import MEANINGFUL_READINGS
from core.texts import Words
from pages.shared.frame import link
from pages.shared.visitor import Visitor

Cell = float | int | str | None
Says = Callable[[Any], str]
"""A formatter of a value."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a sortable table. `decimals`: None for text; `says`: another formatter of its numbers."""

    title: str
    decimals: int | None = None
    says: Says | None = None


def sortable(
    words: Words, columns: Mapping[str, Column], rows: Sequence[Mapping[str, Cell]], key: str
) -> None:
    """A table that sorts by value, independent of the number format."""
    frame = pd.DataFrame(list(rows), columns=list(columns))
    written: dict[str, Says] = {}
    for name, column in columns.items():
        if column.says:
            written[name] = column.says
        elif column.decimals is not None:
            written[name] = _says(words, column.decimals)
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
    """A small table: the name of each row, its values, and a formatter for each."""
    frame = pd.DataFrame(
        [list(values) for _, values, _ in rows],
        index=pd.Index([name for name, _, _ in rows], name=head[0]),
        columns=list(head[1:]),
        dtype=float,
    )
    style = frame.style
    for name, _, says in rows:
        for title, say in zip(head[1:], says, strict=True):
            style = style.format(say, subset=([name], [title]), na_rep="")
    st.table(style)


def _says(words: Words, decimals: int) -> Says:
    return lambda value: words.number(value, decimals)


def draw(words: Words, figure: go.Figure, title: str, key: str) -> None:
    """Show a chart with its text alternative. `title`: key of its title."""
    told = in_words(words.text(title), figure, words)
    st.plotly_chart(figure, config={"displayModeBar": False}, key=key, alt=told)


def headline(figure: str, reason: str) -> None:
    """Show a large figure with a sentence below it."""
    st.html(
        '<p style="font-size:clamp(2.5rem,7vw,4.5rem);font-weight:700;line-height:1.1;margin:0">'
        f"{html.escape(figure)}</p>"
        f'<p style="font-size:1.2rem;line-height:1.4;margin:0.25rem 0 0">{html.escape(reason)}</p>'
    )


def warn_of_few(visitor: Visitor, readings: int, key: str = "footprint.few") -> None:
    """Warn of fewer readings than a ratio needs; by default with a link to the Fleet page."""
    words = visitor.words
    if readings >= MEANINGFUL_READINGS:
        return
    limit = words.number(MEANINGFUL_READINGS)
    st.warning(words.text(key, readings=limit), icon=":material/info:")
    if key == "footprint.few":
        link(visitor, "fleet", words.text("footprint.to_fleet"), icon=":material/groups:")


def show_statistics(words: Words, statistics: Mapping[str, Mapping[str, Any]], title: str, key: str) -> None:
    """Show the server's statistics of one of several collections, chosen by name.

    `title`: key of the label of the choice.
    """
    with st.expander(words.text("footprint.raw"), icon=":material/data_object:"):
        picked = st.selectbox(words.text(title), list(statistics), key=key)
        st.json(json.loads(json.dumps(statistics[picked], default=str)), expanded=1)
