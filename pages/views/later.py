"""A chart below the first screen: the browser gets it once the reader comes near, as drawing takes time.

Its place has its height from the start, so that nothing moves when it arrives. It stays as long as its
section is shown, whatever the period.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final, TypeVar

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

_Drawn = TypeVar("_Drawn")
_NEAR: Final = st.components.v2.component(
    "courbe_near", js=Path(__file__).with_suffix(".js").read_text(encoding="utf-8"), isolate_styles=False
)


def later(name: str, height: int, draw: Callable[[], _Drawn]) -> _Drawn | None:
    """Keep a place of `height` pixels; `draw` is called in it once it came near, and in each run from then.

    It is no fragment, though the whole page runs when places come near: of what the browser says in one
    moment, Streamlit makes one message, and one that named a fragment would take a click with it.
    """
    key = f"near-{name}"
    near = bool(st.session_state.get(key, {}).get("near"))
    with st.container(height=height, border=False, gap=None, key=f"later-{name}"):
        # what is drawn there may be the chart of another place, so the browser is told
        _NEAR(key=key, data={"drawn": near}, default={"near": False}, on_near_change=_noted)
        return draw() if near else None


def one_place() -> DeltaGenerator:
    """A block for what changes with the period, before places whose charts do not.

    The browser knows a place by its position on the page, and would draw the chart of a moved one again.
    """
    return st.container()


def _noted() -> None:
    """Streamlit keeps a value only if something listens to it."""
