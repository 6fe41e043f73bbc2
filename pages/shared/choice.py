"""One of a few, chosen with a segmented control and kept in the address, so that a reload shows the same."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

import streamlit as st

_Option = TypeVar("_Option", bound=str)


def choice(
    name: str,
    options: Sequence[_Option],
    label: str,
    words: Callable[[_Option], str],
    *,
    hide_label: bool = False,
) -> _Option:
    """The option chosen; the first where the address has none of them under `name`, the widget's key too."""
    wish = st.query_params.get(name)
    st.session_state[name] = next((one for one in options if one == wish), options[0])
    chosen: _Option = st.segmented_control(
        label,
        options,
        required=True,
        wrap=True,
        format_func=words,
        key=name,
        on_change=_keep,
        args=(name,),
        label_visibility="collapsed" if hide_label else "visible",
    )
    return chosen


def _keep(name: str) -> None:
    st.query_params[name] = st.session_state[name]
