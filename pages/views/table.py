"""Tables with numbers in the reader's format, aligned right and sorted by value."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any, Final

import pandas as pd
import streamlit as st
from pandas.io.formats.style import Styler

from core.consumption.figures.theme import Columns
from core.texts import Words

_NOTHING: Final = "–"
_ROWS: Final = 6
_WRITTEN_CELLS: Final = 60_000
"""Most cells formatted by pandas, which takes about 15 µs for each."""


def show_columns(words: Words, columns: Columns, alt: str) -> None:
    """Show a chart's data; the numbers of a very large table are formatted by the browser."""
    frame = pd.DataFrame(dict(columns))
    year = words.text("consumption.column.year")  # a year is not an amount
    amounts = [name for name in frame.select_dtypes("number").columns if name != year]
    small = frame.size <= _WRITTEN_CELLS
    config = {} if small else {name: st.column_config.NumberColumn(format="localized") for name in amounts}
    shown = written(frame, amounts, words) if small else frame
    height: Any = "auto" if len(frame) < _ROWS else 240
    st.dataframe(shown, hide_index=True, height=height, placeholder=_NOTHING, column_config=config, alt=alt)


def written(frame: pd.DataFrame, amounts: Sequence[str], words: Words) -> Styler:
    """The amounts in the format of a language, with two decimals unless they are whole."""
    kinds: dict[Any, str | Callable[[object], str] | None] = {
        name: partial(words.number, decimals=0 if _whole(frame[name]) else 2) for name in amounts
    }
    return frame.style.format(kinds, na_rep=_NOTHING)


def _whole(values: pd.Series[Any]) -> bool:
    known = values.dropna()
    return bool((known == known.round()).all())


def right(names: Iterable[str]) -> dict[str, Any]:
    """Settings of text columns with numbers: aligned right."""
    return {name: st.column_config.TextColumn(alignment="right") for name in names}
